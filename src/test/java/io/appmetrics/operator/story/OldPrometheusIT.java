package io.appmetrics.operator.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.appmetrics.operator.api.EndpointStatus;
import io.appmetrics.operator.cluster.Addon;
import io.appmetrics.operator.cluster.AppManifest;
import io.appmetrics.operator.cluster.Cluster;
import io.appmetrics.operator.cluster.ClusterTest;
import io.appmetrics.operator.cluster.PrometheusProbe;
import io.appmetrics.operator.cluster.TestNamespace;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The Prometheis of Istio 1.0, 1.4 and 1.5: their own jobs, and ours beside them. */
@ClusterTest
class OldPrometheusIT {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  /** Of which 2.5.0 knows the first one only. */
  private static final Map<String, String> LIMITS =
      Map.of(
          "APPMETRICS_SAMPLE_LIMIT",
          "50",
          "APPMETRICS_LABEL_LIMIT",
          "100",
          "APPMETRICS_BODY_SIZE_LIMIT",
          "1MB");

  enum Istio {
    ISTIO_1_0(Addon.ofIstio10()),
    ISTIO_1_4(Addon.ofIstio14()),
    ISTIO_1_5(Addon.ofIstio15());

    @SuppressWarnings("ImmutableEnumChecker") // a record that holds a function
    private final Addon addon;

    Istio(Addon addon) {
      this.addon = addon;
    }
  }

  @ParameterizedTest
  @EnumSource
  void its_own_jobs_serve_one_endpoint_and_slots_the_others(Istio istio, Cluster cluster) {
    var system = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    system.istioDefaultAppears();
    var prometheus = system.prometheus(istio.addon.withLifecycle().scrapeInterval("2s"));
    if (istio == Istio.ISTIO_1_5) {
      prometheus.agentReceives(cluster.mesh().issue(system.name(), "prometheus"));
    }
    var app =
        shop.app(
            AppManifest.named("plain")
                .listens(8080)
                .listens(8081)
                .with("--path=/metrics")
                .with("--path=/admin"));
    shop.app(
        AppManifest.named("meshed")
            .listens(8443, "", "mtls")
            .listens(8444, "", "mtls")
            .annotated("sidecar.istio.io/status", "injected"));
    var original = Kubectl.in(system).configuration();
    try (var operator = OperatorUnderTest.start(LIMITS, system, shop)) {
      var meshed = Declared.apply(shop, "meshed", "meshed", "{port: 8443, scheme: IstioMutual}");
      meshed.awaitReady(PATIENCE);
      assertThat(routes(meshed)).containsExactly("AnnotationSecure");
      assertThat(Kubectl.in(system).configuration()).as("no job of ours").isEqualTo(original);
      assertThat(prometheus.targets("kubernetes-pods-istio-secure"))
          .filteredOn(target -> target.namespace().equals(shop.name()))
          .singleElement()
          .matches(PrometheusProbe.ActiveTarget::isUp);

      var plain =
          Declared.apply(
              shop, "plain", "plain", "{port: 8080}", "{port: 8081}", "{port: 8081, path: /admin}");
      plain.awaitReady(PATIENCE);
      assertThat(routes(plain)).containsExactlyInAnyOrder("Annotation", "Slot", "Slot");
      prometheus.awaitOneUp("appmetrics-1", PATIENCE);
      boolean all = istio != Istio.ISTIO_1_0;
      assertThat(Kubectl.in(system).configuration().lines().filter(l -> l.contains("_limit: ")))
          .contains("  sample_limit: 50")
          .hasSize(all ? 6 : 2);
      twoPathsOfOnePortAreTwoSeries(prometheus, shop);

      app.behaves(8081, "plain many");
      assertThat(plain.awaitReason("TargetsUp", "LimitExceeded", PATIENCE))
          .contains(":8081/metrics", "(Prometheus: sample limit exceeded)");
      app.behaves(8081, "plain");
      plain.awaitReady(PATIENCE);

      var further = Declared.apply(shop, "further", "meshed", "{port: 8444, scheme: IstioMutual}");
      further.awaitReady(PATIENCE);
      assertThat(routes(further)).containsExactly("Slot");
      prometheus.awaitOneUp("appmetrics-1-istio-secure", PATIENCE);

      plain.delete();
      meshed.delete();
      further.delete();
      await("the user's own bytes")
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(Kubectl.in(system).configuration()).isEqualTo(original));
    }
  }

  private static void twoPathsOfOnePortAreTwoSeries(
      PrometheusProbe prometheus, TestNamespace shop) {
    await("the series of both paths")
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(
                        prometheus.query(
                            "up{namespace=\"%s\", instance=~\".*:8081\"}".formatted(shop.name())))
                    .allMatch(sample -> sample.value() == 1)
                    .extracting(sample -> sample.labels().getOrDefault("metrics_path", ""))
                    .containsExactlyInAnyOrder("/metrics", "/admin"));
  }

  private static List<String> routes(Declared declared) {
    return Objects.requireNonNull(declared.status().orElseThrow().endpoints()).stream()
        .map(EndpointStatus::route)
        .toList();
  }
}
