package io.appmetrics.operator.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.route.MeshPolicy.Effective;
import io.appmetrics.operator.route.MeshPolicy.Policy;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MeshPolicyTest {

  @ParameterizedTest
  @CsvSource({
    // mesh, namespace: effective, and who says so
    "          ,           , PERMISSIVE, Istio's default",
    "STRICT    ,           , STRICT,     PeerAuthentication istio-system/mesh",
    "          , STRICT    , STRICT,     PeerAuthentication shop/own",
    "STRICT    , PERMISSIVE, PERMISSIVE, PeerAuthentication shop/own",
    "STRICT    , DISABLE   , DISABLE,    PeerAuthentication shop/own",
    "PERMISSIVE, STRICT    , STRICT,     PeerAuthentication shop/own",
    "STRICT    , UNSET     , STRICT,     PeerAuthentication istio-system/mesh",
    "UNSET     ,           , PERMISSIVE, Istio's default",
    "UNSET     , UNSET     , PERMISSIVE, Istio's default",
    "DISABLE   , UNSET     , DISABLE,    PeerAuthentication istio-system/mesh"
  })
  void theNamespaceGoesBeforeTheMeshAndUnsetInherits(
      @Nullable MutualTls mesh, @Nullable MutualTls own, MutualTls effective, String source) {
    Map<String, Policy> policies = new HashMap<>();
    if (mesh != null) {
      policies.put("istio-system", new Policy("mesh", mesh));
    }
    if (own != null) {
      policies.put("shop", new Policy("own", own));
    }

    assertThat(new MeshPolicy("istio-system", policies).of("shop"))
        .isEqualTo(new Effective(effective, source));
  }

  @Test
  void othersNamespacesAreNoConcern() {
    MeshPolicy policy =
        new MeshPolicy("istio-system", Map.of("bank", new Policy("own", MutualTls.STRICT)));
    assertThat(policy.of("shop").mode()).isEqualTo(MutualTls.PERMISSIVE);
  }

  @Test
  void theRootNamespaceObeysItself() {
    MeshPolicy policy =
        new MeshPolicy(
            "istio-system", Map.of("istio-system", new Policy("mesh", MutualTls.STRICT)));
    assertThat(policy.of("istio-system"))
        .isEqualTo(new Effective(MutualTls.STRICT, "PeerAuthentication istio-system/mesh"));
    assertThat(new MeshPolicy("istio-system", Map.of()).of("shop"))
        .isEqualTo(new Effective(MutualTls.PERMISSIVE, "Istio's default"));
  }
}
