package io.appmetrics.operator.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.appmetrics.operator.api.EndpointStatus;
import io.appmetrics.operator.cluster.Addon;
import io.appmetrics.operator.cluster.AppManifest;
import io.appmetrics.operator.cluster.Cluster;
import io.appmetrics.operator.cluster.ClusterTest;
import io.appmetrics.operator.cluster.DemoAppProbe;
import io.appmetrics.operator.cluster.TestNamespace;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;

/** What the mesh demands of each port decides how it is scraped, and nobody is rolled for it. */
@ClusterTest
class PolicyIT {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  /** Promised: kinds that are defined later are noticed within a minute. */
  private static final Duration NOTICED = Duration.ofMinutes(1);

  /** STRICT is the rule, one port the exception; later the exception is another one. */
  @Test
  void one_port_is_exempt_from_strict(Cluster cluster) {
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    istio.istioDefaultAppears();
    var prometheus = istio.prometheus(addon());
    var cart = shop.app(inMesh("cart").listens(8080).listens(8443, "", "mtls"));
    try (var operator = OperatorUnderTest.start(istio, shop)) {
      exempt(shop, 8080);
      var declared = Declared.apply(shop, "cart", "cart", "{port: 8080}", "{port: 8443}");
      declared.awaitReady(PATIENCE);
      assertThat(schemes(declared))
          .containsExactlyInAnyOrder(
              Tuple.tuple(
                  8080,
                  "HTTP",
                  "port 8080 of PeerAuthentication %s/cart is PERMISSIVE".formatted(shop.name())),
              Tuple.tuple(
                  8443,
                  "IstioMutual",
                  "PeerAuthentication %s/cart is STRICT".formatted(shop.name())));
      prometheus.awaitOneUp("appmetrics-1", PATIENCE);
      prometheus.awaitOneUp("appmetrics-2-istio-secure", PATIENCE);

      var pod = cart.pod().getMetadata().getUid();
      var generation = Kubectl.in(shop).generation("cart");
      exempt(shop, 8443);
      cart.behaves(8080, "mtls");
      cart.behaves(8443, "plain");
      awaitLive(cart, "appmetrics.io/live-scheme-1", "istio-mutual");
      awaitLive(cart, "appmetrics.io/live-scheme-2", "http");
      prometheus.awaitOneUp("appmetrics-1-istio-secure", PATIENCE);
      prometheus.awaitOneUp("appmetrics-2", PATIENCE);
      declared.awaitReady(PATIENCE);
      assertThat(Kubectl.in(shop).generation("cart")).isEqualTo(generation);
      assertThat(cart.pod().getMetadata().getUid()).as("nobody was rolled").isEqualTo(pod);
    }
  }

  /** Istio 1.0: its policies are defined, and demand mutual TLS, while all runs. */
  @Test
  void istio_1_0_comes_to_demand_mutual_tls(Cluster cluster) {
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    istio.istioDefaultAppears();
    var prometheus = istio.prometheus(Addon.ofIstio10().withLifecycle().scrapeInterval("2s"));
    var cart = shop.app(inMesh("cart").listens(8080).listens(8443, "", "mtls"));
    shop.apply(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: cart}
        spec: {selector: {app: cart}, ports: [{name: http-metrics, port: 80, targetPort: 8080}]}
        """);
    var alpha = Definitions.alpha(cluster);
    try (var operator = OperatorUnderTest.start(istio, shop)) {
      var declared = Declared.apply(shop, "cart", "cart", "{port: 8080}", "{port: 8443}");
      assertThat(declared.awaitReason("TargetsUp", "TLSHandshakeFailed", PATIENCE))
          .contains(":8443/metrics", "leave scheme to Auto");
      var pod = cart.pod().getMetadata().getUid();

      Definitions.establish(cluster, alpha);
      shop.apply(
          """
          apiVersion: authentication.istio.io/v1alpha1
          kind: Policy
          metadata: {name: metrics}
          spec: {targets: [{name: cart, ports: [{number: 80}]}]}
          """);
      cluster.apply(
          """
          apiVersion: authentication.istio.io/v1alpha1
          kind: MeshPolicy
          metadata: {name: default}
          spec: {peers: [{mtls: {}}]}
          """);
      declared.awaitReady(NOTICED.plus(PATIENCE));
      assertThat(schemes(declared))
          .containsExactlyInAnyOrder(
              Tuple.tuple(8080, "HTTP", "Policy %s/metrics is DISABLE".formatted(shop.name())),
              Tuple.tuple(8443, "IstioMutual", "MeshPolicy default is STRICT"));
      prometheus.awaitOneUp("appmetrics-2-istio-secure", PATIENCE);
      assertThat(cart.pod().getMetadata().getUid()).as("nobody was rolled").isEqualTo(pod);

      shop.app(inMesh("later").listens(8443, "", "mtls"));
      var later = Declared.apply(shop, "later", "later", "{port: 8443}");
      later.awaitReady(PATIENCE);
      assertThat(Objects.requireNonNull(later.status().orElseThrow().endpoints()))
          .extracting(EndpointStatus::route)
          .as("by the job of Istio itself")
          .containsExactly("AnnotationSecure");
    } finally {
      Definitions.remove(cluster, alpha);
    }
  }

  /**
   * Its sidecar takes plaintext and TLS, and the job of Istio itself is there, needs no
   * configuration, and has what is annotated already.
   */
  @Test
  void istio_1_0_permits_mutual_tls_and_its_own_job_has_it(Cluster cluster) {
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    istio.istioDefaultAppears();
    var prometheus = istio.prometheus(Addon.ofIstio10().withLifecycle().scrapeInterval("2s"));
    var original = Kubectl.in(istio).configuration();
    var alpha = Definitions.alpha(cluster);
    Definitions.establish(cluster, alpha);
    meshPolicy(cluster, "peers: [{mtls: {mode: PERMISSIVE}}]");
    var cart = shop.app(of10("cart"));
    shop.app(
        of10("till")
            .annotated("prometheus.io/scrape", "true")
            .annotated("prometheus.io/port", "8443"));
    try (var operator = OperatorUnderTest.start(istio, shop)) {
      var declared = Declared.apply(shop, "cart", "cart", "{port: 8443}");
      var annotated = Declared.apply(shop, "till", "till", "{port: 8443}");
      declared.awaitReady(PATIENCE);
      annotated.awaitReady(PATIENCE);
      var permissive = "MeshPolicy default is PERMISSIVE, which in Istio 1.0 takes mutual TLS, too";
      assertThat(schemes(declared)).containsExactly(Tuple.tuple(8443, "IstioMutual", permissive));
      assertThat(schemes(annotated)).containsExactly(Tuple.tuple(8443, "IstioMutual", permissive));
      assertThat(declared.endpoint().route()).isEqualTo("AnnotationSecure");
      assertThat(annotated.endpoint().route()).isEqualTo("Adopted");
      assertThat(Kubectl.in(istio).configuration()).isEqualTo(original);
      assertThat(prometheus.targets().stream().filter(t -> t.namespace().equals(shop.name())))
          .as("each once")
          .extracting(t -> t.pod().replaceFirst("-.*", ""))
          .containsExactlyInAnyOrder("cart", "till");

      var pod = cart.pod().getMetadata().getUid();
      var generation = Kubectl.in(shop).generation("cart");
      meshPolicy(cluster, "peers: [{mtls: {mode: STRICT}}]");
      await("STRICT to be told")
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(schemes(declared))
                      .containsExactly(
                          Tuple.tuple(8443, "IstioMutual", "MeshPolicy default is STRICT")));
      declared.awaitReady(PATIENCE);
      assertThat(Kubectl.in(shop).generation("cart")).isEqualTo(generation);
      assertThat(cart.pod().getMetadata().getUid()).as("nobody was rolled").isEqualTo(pod);

      cart.behaves(8443, "plain");
      meshPolicy(cluster, "peers: []");
      await("a slot")
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(declared.endpoint().route()).isEqualTo("Slot"));
      declared.awaitReady(PATIENCE);
      assertThat(schemes(declared))
          .containsExactly(Tuple.tuple(8443, "HTTP", "MeshPolicy default is DISABLE"));
    } finally {
      Definitions.remove(cluster, alpha);
    }
  }

  private static AppManifest of10(String name) {
    return AppManifest.named(name).withSidecarOf("1.0.5").listens(8443, "", "mtls");
  }

  private static void meshPolicy(Cluster cluster, String spec) {
    cluster.apply(
        """
        apiVersion: authentication.istio.io/v1alpha1
        kind: MeshPolicy
        metadata: {name: default}
        spec: {%s}
        """
            .formatted(spec));
  }

  private static void exempt(TestNamespace shop, int port) {
    shop.apply(
        """
        apiVersion: security.istio.io/v1
        kind: PeerAuthentication
        metadata: {name: cart}
        spec:
          selector: {matchLabels: {app: cart}}
          mtls: {mode: STRICT}
          portLevelMtls: {%d: {mode: PERMISSIVE}}
        """
            .formatted(port));
  }

  /** Behind a sidecar that merges nothing: its scheme may change, so that a slot serves it. */
  private static AppManifest inMesh(String name) {
    return AppManifest.named(name).annotated("sidecar.istio.io/status", "injected");
  }

  private static Addon addon() {
    return Addon.plain().withSecretCertificates().scrapeInterval("2s");
  }

  private static List<Tuple> schemes(Declared declared) {
    return Objects.requireNonNull(declared.status().orElseThrow().endpoints()).stream()
        .map(e -> Tuple.tuple(e.port(), e.scheme(), decider(e)))
        .toList();
  }

  /** Between the route and why there is none that is tried earlier. */
  private static String decider(EndpointStatus endpoint) {
    return Objects.requireNonNull(endpoint.why()).split("; ", -1)[1];
  }

  private static void awaitLive(DemoAppProbe app, String annotation, String value) {
    await(annotation)
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(app.pod().getMetadata().getAnnotations())
                    .containsEntry(annotation, value));
  }
}
