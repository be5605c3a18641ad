package io.appmetrics.operator.mesh;

import static io.appmetrics.operator.mesh.MutualTls.DISABLE;
import static io.appmetrics.operator.mesh.MutualTls.PERMISSIVE;
import static io.appmetrics.operator.mesh.MutualTls.STRICT;
import static io.appmetrics.operator.mesh.MutualTls.UNSET;
import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.mesh.MeshPolicy.Effective;
import io.appmetrics.operator.mesh.Terms.Access;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** PeerAuthentications, resolved as Istio's ComposePeerAuthentication does. */
class MeshPolicyTest {
  private static final Instant OLD = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant YOUNG = Instant.parse("2026-02-01T00:00:00Z");
  private static final Map<String, String> CART = Map.of("app", "cart");
  private static final Map<String, String> LABELS = Map.of("app", "cart", "version", "v1");

  private static PeerAuthentication wide(String namespace, String name, MutualTls mode) {
    return new PeerAuthentication(namespace, name, OLD, Map.of(), mode, Map.of());
  }

  private static PeerAuthentication narrow(
      String name, Map<String, String> selector, MutualTls mode, Map<Integer, MutualTls> ports) {
    return new PeerAuthentication("shop", name, OLD, selector, mode, ports);
  }

  private static MeshPolicy policy(List<PeerAuthentication> peerAuthentications) {
    return new MeshPolicy("istio-system", peerAuthentications, List.of(), List.of());
  }

  private static MeshPod pod(String namespace) {
    return pod(namespace, Dataplane.SIDECAR, InboundCapture.ALL);
  }

  private static MeshPod pod(String namespace, Dataplane dataplane, InboundCapture capture) {
    return new MeshPod(namespace, LABELS, Map.of(), dataplane, capture, ProxyRelease.UNKNOWN);
  }

  private static Effective effective(List<PeerAuthentication> policies) {
    return policy(policies).effective(pod("shop"), 8080);
  }

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
    List<PeerAuthentication> policies = new ArrayList<>();
    if (mesh != null) {
      policies.add(wide("istio-system", "mesh", mesh));
    }
    if (own != null) {
      policies.add(wide("shop", "own", own));
    }

    assertThat(effective(policies)).isEqualTo(new Effective(effective, source, false));
  }

  private record Row(
      String says, List<PeerAuthentication> policies, MutualTls mode, String source) {
    @Override
    public String toString() {
      return says;
    }
  }

  private static Row row(
      String says, MutualTls mode, String source, PeerAuthentication... policies) {
    return new Row(says, List.of(policies), mode, source);
  }

  static Stream<Row> narrowerGoesFirst() {
    PeerAuthentication strict = wide("shop", "own", STRICT);
    return Stream.of(
        row(
            "a selector goes before the namespace",
            DISABLE,
            "PeerAuthentication shop/cart",
            strict,
            narrow("cart", CART, DISABLE, Map.of())),
        row(
            "a selector for others does not",
            STRICT,
            "PeerAuthentication shop/own",
            strict,
            narrow("bank", Map.of("app", "bank"), DISABLE, Map.of())),
        row(
            "every label of a selector counts",
            STRICT,
            "PeerAuthentication shop/own",
            strict,
            narrow("cart", Map.of("app", "cart", "version", "v2"), DISABLE, Map.of())),
        row(
            "a port goes before its selector",
            PERMISSIVE,
            "port 8080 of PeerAuthentication shop/cart",
            narrow("cart", CART, STRICT, Map.of(8080, PERMISSIVE))),
        row(
            "another port does not",
            STRICT,
            "PeerAuthentication shop/cart",
            narrow("cart", CART, STRICT, Map.of(9090, PERMISSIVE))),
        row(
            "an unset port inherits from its selector",
            STRICT,
            "PeerAuthentication shop/cart",
            wide("shop", "own", DISABLE),
            narrow("cart", CART, STRICT, Map.of(8080, UNSET))),
        row(
            "a port beside an unset mode counts",
            DISABLE,
            "port 8080 of PeerAuthentication shop/cart",
            strict,
            narrow("cart", CART, UNSET, Map.of(8080, DISABLE))),
        row(
            "an unset selector inherits from the namespace",
            STRICT,
            "PeerAuthentication shop/own",
            strict,
            narrow("cart", CART, UNSET, Map.of(9090, DISABLE))),
        row(
            "an unset selector inherits from the mesh",
            STRICT,
            "PeerAuthentication istio-system/mesh",
            wide("istio-system", "mesh", STRICT),
            narrow("cart", CART, UNSET, Map.of())),
        row(
            "ports mean nothing without a selector",
            STRICT,
            "PeerAuthentication shop/own",
            new PeerAuthentication("shop", "own", OLD, Map.of(), STRICT, Map.of(8080, DISABLE))),
        row(
            "a selector in the root namespace means nothing",
            STRICT,
            "PeerAuthentication shop/own",
            strict,
            new PeerAuthentication("istio-system", "cart", OLD, CART, DISABLE, Map.of())),
        row(
            "others' namespaces are no concern",
            PERMISSIVE,
            "Istio's default",
            wide("bank", "own", STRICT),
            new PeerAuthentication("bank", "cart", OLD, CART, STRICT, Map.of())),
        row(
            "of several with a selector the oldest counts, though it says nothing of the port",
            DISABLE,
            "PeerAuthentication shop/z-old",
            new PeerAuthentication("shop", "a-young", YOUNG, CART, STRICT, Map.of(8080, STRICT)),
            narrow("z-old", CART, DISABLE, Map.of())),
        row(
            "of several of the same second the first by name",
            DISABLE,
            "PeerAuthentication shop/a",
            narrow("b", CART, STRICT, Map.of()),
            narrow("a", CART, DISABLE, Map.of())),
        row(
            "of several for a namespace the oldest counts",
            DISABLE,
            "PeerAuthentication shop/z-old",
            new PeerAuthentication("shop", "a-young", YOUNG, Map.of(), STRICT, Map.of()),
            wide("shop", "z-old", DISABLE)),
        row(
            "that the oldest is unset does not let the next one speak",
            PERMISSIVE,
            "Istio's default",
            new PeerAuthentication("shop", "a-young", YOUNG, Map.of(), STRICT, Map.of()),
            wide("shop", "z-old", UNSET)));
  }

  @ParameterizedTest
  @MethodSource
  void narrowerGoesFirst(Row row) {
    assertThat(effective(row.policies())).isEqualTo(new Effective(row.mode(), row.source(), false));
  }

  @Test
  void theRootNamespaceObeysItself() {
    MeshPolicy policy = policy(List.of(wide("istio-system", "mesh", STRICT)));
    assertThat(policy.effective(pod("istio-system"), 8080))
        .isEqualTo(new Effective(STRICT, "PeerAuthentication istio-system/mesh", false));
  }

  @Test
  void aSidecarEnforcesItBeforeThePortsThatItTakes() {
    MeshPolicy policy = policy(List.of(wide("shop", "own", STRICT)));
    assertThat(policy.termsOf(pod("shop"), 8080))
        .isEqualTo(
            new Terms(
                Access.MUTUAL_TLS,
                "PeerAuthentication shop/own",
                "PeerAuthentication shop/own is STRICT"));

    MeshPod excluded =
        pod("shop", Dataplane.SIDECAR, new InboundCapture(true, new TreeSet<>(List.of(8080))));
    assertThat(policy.termsOf(excluded, 8080))
        .isEqualTo(
            new Terms(Access.PLAIN, "the pod", "its sidecar does not stand before port 8080"));
    assertThat(policy.termsOf(excluded, 9090).access()).isEqualTo(Access.MUTUAL_TLS);

    MeshPod bare = pod("shop", Dataplane.NONE, InboundCapture.ALL);
    assertThat(policy.termsOf(bare, 8080))
        .isEqualTo(new Terms(Access.PLAIN, "nobody", "the pod has no sidecar"));
  }

  @ParameterizedTest
  @CsvSource({"PERMISSIVE", "DISABLE"})
  void aSidecarThatIsNotStrictTakesPlaintext(MutualTls mode) {
    assertThat(policy(List.of(wide("shop", "own", mode))).termsOf(pod("shop"), 8080))
        .isEqualTo(
            new Terms(
                Access.PLAIN,
                "PeerAuthentication shop/own",
                "PeerAuthentication shop/own is " + mode));
  }

  @ParameterizedTest
  @CsvSource({"STRICT, MESH_ONLY", "PERMISSIVE, PLAIN", "DISABLE, PLAIN"})
  void ztunnelAsksWhereACallComesFrom(MutualTls mode, Access access) {
    MeshPolicy policy = policy(List.of(wide("shop", "own", mode)));
    MeshPod pod = pod("shop", Dataplane.AMBIENT, InboundCapture.ALL);
    assertThat(policy.termsOf(pod, 8080))
        .isEqualTo(
            new Terms(
                access,
                "PeerAuthentication shop/own",
                "ambient, and PeerAuthentication shop/own is " + mode));
  }

  /** The template decides on what comes: it may have other labels and annotations by now. */
  @Test
  void theNextPodIsUnderThePoliciesOfItsOwnLabels() {
    MeshPolicy policy =
        policy(
            List.of(
                wide("shop", "own", STRICT),
                narrow("v2", Map.of("version", "v2"), PERMISSIVE, Map.of())));
    MeshPod live = pod("shop");
    assertThat(policy.termsOf(live, 8080).access()).isEqualTo(Access.MUTUAL_TLS);
    assertThat(policy.termsOf(live.next(Map.of("version", "v2"), Map.of()), 8080).access())
        .isEqualTo(Access.PLAIN);

    MeshPod excluding =
        live.next(LABELS, Map.of("traffic.sidecar.istio.io/excludeInboundPorts", "8080"));
    assertThat(policy.termsOf(excluding, 8080).access()).isEqualTo(Access.PLAIN);
    assertThat(policy.termsOf(excluding.next(LABELS, Map.of()), 8080).access())
        .as("what the template does not say is as in the pod")
        .isEqualTo(Access.PLAIN);

    assertThat(policy.termsOf(MeshPod.imagined("shop", LABELS, Map.of(), Map.of()), 8080).access())
        .isEqualTo(Access.MUTUAL_TLS);
    Map<String, String> gateway = Map.of("inject.istio.io/templates", "gateway");
    assertThat(policy.termsOf(MeshPod.imagined("shop", LABELS, Map.of(), gateway), 8080).access())
        .isEqualTo(Access.PLAIN);
  }
}
