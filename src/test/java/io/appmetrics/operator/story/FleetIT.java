package io.appmetrics.operator.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.appmetrics.operator.api.EndpointStatus;
import io.appmetrics.operator.cluster.Addon;
import io.appmetrics.operator.cluster.AppManifest;
import io.appmetrics.operator.cluster.Cluster;
import io.appmetrics.operator.cluster.ClusterTest;
import io.appmetrics.operator.cluster.PrometheusProbe;
import io.appmetrics.operator.cluster.PrometheusProbe.ActiveTarget;
import io.appmetrics.operator.cluster.TestNamespace;
import io.appmetrics.operator.deploy.Deployed;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Several Prometheis at once: the mesh's, and one beside it that knows nothing of Istio. */
@ClusterTest
class FleetIT {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  /** It scrapes itself and nothing else. */
  private static final String STANDALONE =
      """
      global: {scrape_interval: 2s, scrape_timeout: 2s}
      scrape_configs:
      - job_name: prometheus
        static_configs: [{targets: ['localhost:9090']}]
      """;

  private record Fleet(
      TestNamespace istio,
      TestNamespace monitoring,
      TestNamespace shop,
      PrometheusProbe mesh,
      PrometheusProbe standalone) {

    static Fleet of(Cluster cluster) {
      return of(cluster, Addon.plain());
    }

    static Fleet of(Cluster cluster, Addon standaloneAddon) {
      var istio = cluster.namespace("istio-system");
      var monitoring = cluster.namespace("monitoring");
      var mesh = istio.prometheus(Addon.plain().withSecretCertificates().scrapeInterval("2s"));
      var standalone = monitoring.prometheus(standaloneAddon.configured(text -> STANDALONE));
      return new Fleet(istio, monitoring, cluster.namespace("shop"), mesh, standalone);
    }

    OperatorUnderTest start(String ofTheStandalone) {
      Definitions.establish(istio.cluster());
      Deployed.install(istio.cluster().admin())
          .grantInstallation(monitoring.name(), "prometheus", "istio.default");
      return OperatorUnderTest.start(
          Map.of(
              "APPMETRICS_PROMETHEUS",
              "%s/deployment/prometheus; %s/deployment/prometheus %s"
                  .formatted(istio.name(), monitoring.name(), ofTheStandalone)),
          istio,
          shop);
    }

    String nameOfStandalone() {
      return "Deployment " + monitoring.name() + "/prometheus";
    }
  }

  /** Slot 1 of till stands at the mesh's, too: cart's, which is the standalone's, is none there. */
  @Test
  void each_scrapes_each_port_once(Cluster cluster) {
    var fleet = Fleet.of(cluster);
    var shop = fleet.shop();
    shop.apps(
        List.of(
            AppManifest.named("cart").listens(8080).listens(8081),
            AppManifest.named("till").listens(8080).annotated("sidecar.istio.io/status", "{}")));
    try (var operator = fleet.start("")) {
      var till = Declared.apply(shop, "till", "till", "{port: 8080}");
      var cart = Declared.apply(shop, "cart", "cart", "{port: 8080}", "{port: 8081}");
      till.awaitReady(PATIENCE);
      cart.awaitReady(PATIENCE);

      assertThat(pools(fleet.mesh(), shop, "till")).containsExactly("appmetrics-1 8080");
      assertThat(pools(fleet.mesh(), shop, "cart"))
          .containsExactly("appmetrics-2 8081", "kubernetes-pods 8080");
      assertThat(pools(fleet.standalone(), shop, "till")).containsExactly("appmetrics-1 8080");
      assertThat(pools(fleet.standalone(), shop, "cart"))
          .containsExactly("appmetrics-1 8080", "appmetrics-2 8081");
      assertThat(cart.status().orElseThrow().endpoints())
          .extracting(EndpointStatus::installation, EndpointStatus::port, EndpointStatus::route)
          .containsExactlyInAnyOrder(
              tuple(fleet.istio(), 8080, "Annotation"),
              tuple(fleet.istio(), 8081, "Slot"),
              tuple(fleet.monitoring(), 8080, "Slot"),
              tuple(fleet.monitoring(), 8081, "Slot"));

      // what is known of one is told, whatever becomes of the other
      Kubectl.in(fleet.monitoring()).scale("prometheus", 0);
      assertThat(cart.awaitReason("ConfigLoaded", "PrometheusUnreachable", PATIENCE))
          .startsWith(fleet.nameOfStandalone() + ": ")
          .contains("has no pod that runs");
      assertThat(cart.status().orElseThrow().endpoints())
          .filteredOn(e -> (fleet.istio().name() + "/prometheus").equals(e.installation()))
          .allMatch(e -> Objects.equals(e.up(), 1));
      Kubectl.in(fleet.monitoring()).scale("prometheus", 1);
      cart.awaitReady(PATIENCE);

      till.delete();
      cart.delete();
      await("both configurations to be the users' own")
          .atMost(PATIENCE)
          .untilAsserted(
              () -> {
                assertThat(Kubectl.in(fleet.istio()).configuration()).doesNotContain("appmetrics");
                assertThat(Kubectl.in(fleet.monitoring()).configuration()).isEqualTo(STANDALONE);
              });
    }
  }

  /** The standalone pulls, and scrapes nothing itself. */
  @Test
  void what_the_mesh_scrapes_is_pulled(Cluster cluster) {
    var fleet = Fleet.of(cluster);
    var shop = fleet.shop();
    var cart = shop.app(AppManifest.named("cart").listens(8080).listens(8081));
    try (var operator =
        fleet.start("federate=%s/deployment/prometheus".formatted(fleet.istio().name()))) {
      var declared = Declared.apply(shop, "cart", "cart", "{port: 8080}", "{port: 8081}");
      declared.awaitReady(PATIENCE);

      String pod = shop.pod("cart").getMetadata().getName();
      String up = "up{namespace=\"%s\", pod=\"%s\"}".formatted(shop.name(), pod);
      assertThat(fleet.standalone().query(up))
          .hasSize(2)
          .allMatch(sample -> sample.value() == 1)
          .allMatch(sample -> "kubernetes-pods".equals(sample.labels().get("job")));
      assertThat(fleet.standalone().scrapePools())
          .contains("prometheus", "appmetrics-federate")
          .noneMatch(pool -> pool.matches("appmetrics-\\d.*"));
      assertThat(pools(fleet.mesh(), shop, "cart"))
          .containsExactly("appmetrics-1 8081", "kubernetes-pods 8080");
      assertThat(Kubectl.in(fleet.monitoring()).configuration())
          .contains("'{job=\"kubernetes-pods\"}'");
      assertThat(declared.status().orElseThrow().endpoints())
          .extracting(EndpointStatus::installation, EndpointStatus::port, EndpointStatus::route)
          .contains(
              tuple(fleet.monitoring(), 8080, "Federated"),
              tuple(fleet.monitoring(), 8081, "Federated"));

      // what the mesh does not get is explained there, not where it does not arrive
      cart.behaves(8081, "down");
      assertThat(declared.awaitReason("TargetsUp", "ConnectionRefused", PATIENCE))
          .startsWith("Deployment " + fleet.istio().name() + "/prometheus: ");
      cart.behaves(8081, "plain");
      declared.awaitReady(PATIENCE);

      // two replicas would send everything twice
      Kubectl.in(fleet.istio()).scale("prometheus", 2);
      assertThat(declared.awaitReason("ConfigWritten", "InstallationUnsupported", PATIENCE))
          .contains(fleet.nameOfStandalone() + ": ", "has 2 replicas", "federate-url=");
      Kubectl.in(fleet.istio()).scale("prometheus", 1);
      declared.awaitReady(PATIENCE);

      // nobody can ask the mesh's any more, and the standalone is known to get nothing
      Kubectl.in(fleet.istio()).scale("prometheus", 0);
      assertThat(declared.awaitReason("TargetsUp", "NotFederated", PATIENCE))
          .startsWith(fleet.nameOfStandalone() + ": ");
      assertThat(declared.condition("ConfigLoaded").orElseThrow().reason())
          .isEqualTo("PrometheusUnreachable");
      Kubectl.in(fleet.istio()).scale("prometheus", 1);
      declared.awaitReady(PATIENCE);

      declared.delete();
      await("the standalone's configuration to be its own")
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(Kubectl.in(fleet.monitoring()).configuration()).isEqualTo(STANDALONE));
    }
  }

  static Stream<Arguments> older() {
    return Stream.of(
        Arguments.of("2.42.0", Addon.plain().version("2.42.0")),
        Arguments.of("2.37.0", Addon.ofIstio15().withLifecycle()),
        Arguments.of("2.5.0", Addon.ofIstio10().withLifecycle()));
  }

  /** As where a Service, or a sidecar, stands between the two. */
  @ParameterizedTest(name = "by {0}")
  @MethodSource("older")
  void older_ones_pull_from_a_url(String version, Addon standalone, Cluster cluster) {
    var fleet = Fleet.of(cluster, standalone);
    var shop = fleet.shop();
    shop.app(AppManifest.named("cart").listens(8080));
    try (var operator =
        fleet.start(
            "federate=%s/deployment/prometheus federate-url=%s"
                .formatted(fleet.istio().name(), fleet.mesh().url()))) {
      var declared = Declared.apply(shop, "cart", "cart", "{port: 8080}");
      declared.awaitReady(PATIENCE);

      assertThat(fleet.standalone().version()).isEqualTo(version);
      assertThat(fleet.standalone().query("up{namespace=\"%s\"}".formatted(shop.name())))
          .singleElement()
          .matches(sample -> sample.value() == 1);
      declared.delete();
      await("the standalone's configuration to be its own")
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(Kubectl.in(fleet.monitoring()).configuration()).isEqualTo(STANDALONE));
    }
  }

  private static org.assertj.core.groups.Tuple tuple(
      TestNamespace namespace, int port, String route) {
    return org.assertj.core.api.Assertions.tuple(namespace.name() + "/prometheus", port, route);
  }

  /** The pool and the port of each target that a Prometheus has of an app, all of which are up. */
  private static List<String> pools(
      PrometheusProbe prometheus, TestNamespace namespace, String app) {
    String pod = namespace.pod(app).getMetadata().getName();
    List<ActiveTarget> targets =
        prometheus.targets().stream().filter(target -> target.pod().equals(pod)).toList();
    assertThat(targets).allMatch(ActiveTarget::isUp);
    return targets.stream()
        .map(t -> t.pool() + " " + t.url().replaceFirst(".*:(\\d+)/.*", "$1"))
        .sorted()
        .toList();
  }
}
