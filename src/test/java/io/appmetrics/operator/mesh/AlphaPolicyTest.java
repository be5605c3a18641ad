package io.appmetrics.operator.mesh;

import static io.appmetrics.operator.mesh.MutualTls.DISABLE;
import static io.appmetrics.operator.mesh.MutualTls.PERMISSIVE;
import static io.appmetrics.operator.mesh.MutualTls.STRICT;
import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.mesh.AlphaPolicy.Port;
import io.appmetrics.operator.mesh.AlphaPolicy.Target;
import io.appmetrics.operator.mesh.MeshPolicy.Effective;
import io.appmetrics.operator.mesh.Terms.Access;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Policies and MeshPolicies of Istio 1.0 to 1.5, resolved as they did. */
class AlphaPolicyTest {
  private static final Instant OLD = Instant.parse("2019-01-01T00:00:00Z");
  private static final Instant YOUNG = Instant.parse("2019-02-01T00:00:00Z");

  private static final MeshPod CART =
      new MeshPod(
          "shop",
          Map.of("app", "cart", "version", "v1"),
          Map.of("web", 8080),
          Dataplane.SIDECAR,
          InboundCapture.ALL,
          ProxyRelease.UNKNOWN);

  /** Port 80 leads to 8080 by its name, 81 to 9090 by its number. */
  private static final Service SERVICE =
      new Service(
          "cart",
          Map.of("app", "cart"),
          List.of(new Service.Port("http", 80, "web"), new Service.Port("admin", 81, "9090")));

  private static final AlphaPolicy MESH = new AlphaPolicy(null, "default", OLD, STRICT, List.of());

  private static AlphaPolicy wide(MutualTls mode) {
    return new AlphaPolicy("shop", "default", OLD, mode, List.of());
  }

  private static AlphaPolicy narrow(String name, Instant created, MutualTls mode, Port... ports) {
    return new AlphaPolicy(
        "shop", name, created, mode, List.of(new Target("cart", List.of(ports))));
  }

  private static Effective effective(MeshPod pod, AlphaPolicy... policies) {
    return new MeshPolicy("istio-system", List.of(), List.of(policies), List.of(SERVICE))
        .effective(pod, 8080);
  }

  private record Row(String says, List<AlphaPolicy> policies, MutualTls mode, String source) {
    @Override
    public String toString() {
      return says;
    }
  }

  private static Row row(String says, MutualTls mode, String source, AlphaPolicy... policies) {
    return new Row(says, List.of(policies), mode, source);
  }

  static Stream<Row> narrowerGoesFirst() {
    return Stream.of(
        row("nothing is there", PERMISSIVE, "Istio's default"),
        row("the mesh's", STRICT, "MeshPolicy default", MESH),
        row(
            "a MeshPolicy of another name means nothing",
            PERMISSIVE,
            "Istio's default",
            new AlphaPolicy(null, "strict", OLD, STRICT, List.of())),
        row(
            "the namespace goes before the mesh, and without mutual TLS it is plaintext",
            DISABLE,
            "Policy shop/default",
            MESH,
            wide(DISABLE)),
        row(
            "a Service goes before its namespace",
            STRICT,
            "Policy shop/cart",
            wide(DISABLE),
            narrow("cart", YOUNG, STRICT)),
        row(
            "a port of a Service goes before the Service",
            PERMISSIVE,
            "Policy shop/web",
            narrow("cart", OLD, STRICT),
            narrow("web", YOUNG, PERMISSIVE, new Port(80, null))),
        row(
            "a port by its name",
            PERMISSIVE,
            "Policy shop/web",
            MESH,
            narrow("web", YOUNG, PERMISSIVE, new Port(null, "http"))),
        row(
            "another port of the Service means nothing",
            STRICT,
            "MeshPolicy default",
            MESH,
            narrow("web", OLD, PERMISSIVE, new Port(81, null), new Port(null, "admin"))),
        row(
            "a port is that of the Service, not of the pod",
            STRICT,
            "MeshPolicy default",
            MESH,
            narrow("web", OLD, PERMISSIVE, new Port(8080, null), new Port(null, "web"))),
        row(
            "another Service means nothing",
            STRICT,
            "MeshPolicy default",
            MESH,
            new AlphaPolicy(
                "shop", "bank", OLD, PERMISSIVE, List.of(new Target("bank", List.of())))),
        row(
            "of several the oldest counts",
            STRICT,
            "Policy shop/z-old",
            narrow("a-young", YOUNG, PERMISSIVE),
            narrow("z-old", OLD, STRICT)));
  }

  @ParameterizedTest
  @MethodSource
  void narrowerGoesFirst(Row row) {
    assertThat(effective(CART, row.policies().toArray(AlphaPolicy[]::new)))
        .isEqualTo(
            new Effective(row.mode(), row.source(), !row.source().equals("Istio's default")));
  }

  @Test
  void aServiceIsForThePodsThatItSelects() {
    AlphaPolicy targeted = narrow("cart", OLD, STRICT);
    MeshPod other =
        new MeshPod(
            "shop",
            Map.of("app", "till"),
            Map.of("web", 8080),
            Dataplane.SIDECAR,
            InboundCapture.ALL,
            ProxyRelease.UNKNOWN);
    assertThat(effective(other, targeted).mode()).isEqualTo(PERMISSIVE);

    Service selectorless = new Service("cart", Map.of(), SERVICE.ports());
    assertThat(
            new MeshPolicy("istio-system", List.of(), List.of(targeted), List.of(selectorless))
                .effective(CART, 8080)
                .mode())
        .isEqualTo(PERMISSIVE);
  }

  @Test
  void whereAPeerAuthenticationIsThereItAloneCounts() {
    PeerAuthentication unset =
        new PeerAuthentication("shop", "own", YOUNG, Map.of(), MutualTls.UNSET, Map.of());
    assertThat(
            new MeshPolicy("istio-system", List.of(unset), List.of(MESH), List.of())
                .effective(CART, 8080))
        .isEqualTo(new Effective(PERMISSIVE, "Istio's default", false));

    PeerAuthentication ofOthers =
        new PeerAuthentication(
            "shop", "own", YOUNG, Map.of("app", "till"), MutualTls.DISABLE, Map.of());
    assertThat(
            new MeshPolicy("istio-system", List.of(ofOthers), List.of(MESH), List.of())
                .effective(CART, 8080))
        .isEqualTo(new Effective(STRICT, "MeshPolicy default", true));
  }

  @Test
  void anIstioThatReadsNoneHeedsNone() {
    MeshPod today = ofRelease("istio/proxyv2:1.6.0");
    assertThat(effective(today, MESH))
        .isEqualTo(new Effective(PERMISSIVE, "Istio's default", false));
  }

  private static MeshPod ofRelease(String image) {
    return new MeshPod(
        "shop",
        CART.labels(),
        CART.namedPorts(),
        Dataplane.SIDECAR,
        InboundCapture.ALL,
        ProxyRelease.ofImage(image));
  }

  /** Up to 1.4 mutual TLS is off until somebody says else, and 1.5 is PERMISSIVE. */
  @ParameterizedTest
  @CsvSource({
    "1.0.5, DISABLE",
    "1.4.10, DISABLE",
    "1.5.10, PERMISSIVE",
    "1.30.2, PERMISSIVE",
    "latest, PERMISSIVE"
  })
  void whereNobodySaysAnythingTheReleaseDecides(String tag, MutualTls mode) {
    assertThat(effective(ofRelease("istio/proxyv2:" + tag)))
        .isEqualTo(new Effective(mode, "Istio's default", false));
  }

  private static final String BOTH =
      "MeshPolicy default is PERMISSIVE, which in Istio 1.0 takes mutual TLS, too";

  /** 1.0 tells TLS from plaintext by its first bytes; later ones ask for Istio's own protocol. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // tag of the proxy | MeshPolicy | who gets in | why
        "1.0.5 | PERMISSIVE | PLAIN_OR_MUTUAL_TLS | " + BOTH,
        "1.0.0-rc.1 | PERMISSIVE | PLAIN_OR_MUTUAL_TLS | " + BOTH,
        "1.0.5 | STRICT | MUTUAL_TLS | MeshPolicy default is STRICT",
        "1.0.5 | DISABLE | PLAIN | MeshPolicy default is DISABLE",
        "1.0.5 | | PLAIN | Istio's default is DISABLE",
        "1.1.0 | PERMISSIVE | PLAIN | MeshPolicy default is PERMISSIVE",
        "1.10.0 | PERMISSIVE | PLAIN | Istio's default is PERMISSIVE",
        "latest | PERMISSIVE | PLAIN | MeshPolicy default is PERMISSIVE",
      })
  void permissiveTakesPrometheusOwnTlsInIstio10Only(
      String tag, @Nullable MutualTls mode, Access access, String why) {
    MeshPolicy policy =
        new MeshPolicy(
            "istio-system",
            List.of(),
            mode == null
                ? List.of()
                : List.of(new AlphaPolicy(null, "default", OLD, mode, List.of())),
            List.of());
    Terms terms = policy.termsOf(ofRelease("docker.io/istio/proxyv2:" + tag), 8080);
    assertThat(terms.access()).isEqualTo(access);
    assertThat(terms.why()).isEqualTo(why);
    assertThat(terms.takesTls()).isEqualTo(access != Access.PLAIN);
  }

  /** Whoever reads PeerAuthentications makes the listeners of today, for old proxies, too. */
  @Test
  void aPeerAuthenticationTellsOfAYoungerControlPlane() {
    PeerAuthentication permissive =
        new PeerAuthentication("shop", "own", YOUNG, Map.of(), PERMISSIVE, Map.of());
    Terms terms =
        new MeshPolicy("istio-system", List.of(permissive), List.of(), List.of())
            .termsOf(ofRelease("istio/proxyv2:1.0.5"), 8080);
    assertThat(terms.access()).isEqualTo(Access.PLAIN);

    PeerAuthentication unset =
        new PeerAuthentication("shop", "own", YOUNG, Map.of(), MutualTls.UNSET, Map.of());
    assertThat(
            new MeshPolicy("istio-system", List.of(unset), List.of(MESH), List.of())
                .effective(ofRelease("istio/proxyv2:1.0.5"), 8080)
                .mode())
        .isEqualTo(PERMISSIVE);
  }

  @Test
  void asksForServicesWhereAPolicyIsForOne() {
    MeshPolicy wide =
        new MeshPolicy("istio-system", List.of(), List.of(MESH, wide(STRICT)), List.of());
    assertThat(wide.asksForServices()).isFalse();

    MeshPolicy narrow =
        new MeshPolicy(
            "istio-system", List.of(), List.of(narrow("cart", OLD, PERMISSIVE)), List.of());
    assertThat(narrow.asksForServices()).isTrue();
    assertThat(narrow.effective(CART, 8080).source()).isEqualTo("Istio's default");
    assertThat(narrow.with(List.of(SERVICE)).effective(CART, 8080).source())
        .isEqualTo("Policy shop/cart");
  }
}
