package io.appmetrics.operator.appmetrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.mesh.MutualTls;
import io.appmetrics.operator.mesh.PeerAuthentication;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Policies as the API server gives them, unwrapped. */
class PolicyReadingTest {

  private static GenericKubernetesResource policy(String spec) {
    return Serialization.unmarshal(
        """
        apiVersion: security.istio.io/v1
        kind: PeerAuthentication
        metadata: {name: cart, namespace: shop, creationTimestamp: "2026-03-01T10:59:59Z"}
        spec: %s
        """
            .formatted(spec),
        GenericKubernetesResource.class);
  }

  @Test
  void unwrapsAPeerAuthentication() {
    assertThat(
            PolicyReading.peerAuthentication(
                policy(
                    """
                    {selector: {matchLabels: {app: cart}}, mtls: {mode: STRICT},
                     portLevelMtls: {8080: {mode: DISABLE}, 9090: {mode: UNSET}, 9091: {}}}
                    """)))
        .isEqualTo(
            new PeerAuthentication(
                "shop",
                "cart",
                Instant.parse("2026-03-01T10:59:59Z"),
                Map.of("app", "cart"),
                MutualTls.STRICT,
                Map.of(
                    8080, MutualTls.DISABLE,
                    9090, MutualTls.UNSET,
                    9091, MutualTls.UNSET)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "null",
        "{selector: {}, mtls: {}}",
        "{selector: {matchLabels: {}}, mtls: null, portLevelMtls: null}",
        "{mtls: {mode: SIMPLE}, portLevelMtls: {http: {mode: STRICT}}}",
        "{selector: all, mtls: STRICT, portLevelMtls: [8080]}"
      })
  void unwrapsWhatSaysNothing(String spec) {
    PeerAuthentication nothing = PolicyReading.peerAuthentication(policy(spec));
    assertThat(nothing.selector()).isEmpty();
    assertThat(nothing.mode()).isEqualTo(MutualTls.UNSET);
    assertThat(nothing.ports()).isEmpty();
  }
}
