package io.appmetrics.operator.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.appmetrics.operator.cluster.Addon;
import io.appmetrics.operator.cluster.AppManifest;
import io.appmetrics.operator.cluster.Cluster;
import io.appmetrics.operator.cluster.ClusterTest;
import io.appmetrics.operator.cluster.PrometheusProbe;
import io.appmetrics.operator.cluster.TestNamespace;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A Prometheus pod joins, or takes the place of another: Ready stays what it was. */
@ClusterTest
class NewPrometheusIT {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  @Test
  void ready_stays_true_while_a_second_one_joins(Cluster cluster) {
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    install(istio, shop);
    try (var operator = OperatorUnderTest.start(istio, shop)) {
      var declared = declared(shop);
      try (var ready = ReadyValues.of(declared)) {
        Kubectl.in(istio).scale("prometheus", 2);
        awaitScraped(istio, 2);
        awaitVerified(declared, ready);
        ready.assertTrueThroughout();
      }
    }
  }

  @Test
  void ready_stays_true_while_the_only_one_is_replaced(Cluster cluster) {
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    install(istio, shop);
    try (var operator = OperatorUnderTest.start(istio, shop)) {
      var declared = declared(shop);
      var old = istio.pod("prometheus").getMetadata().getUid();
      try (var ready = ReadyValues.of(declared)) {
        // as kubectl rollout restart does
        Kubectl.in(istio)
            .annotateTemplate(
                "prometheus", "kubectl.kubernetes.io/restartedAt", "2026-01-01T00:00:00Z");
        await("another pod, alone")
            .atMost(PATIENCE)
            .untilAsserted(
                () ->
                    assertThat(istio.pods("prometheus"))
                        .hasSize(1)
                        .noneMatch(pod -> pod.getMetadata().getUid().equals(old)));
        awaitScraped(istio, 1);
        awaitVerified(declared, ready);
        ready.assertTrueThroughout();
      }
    }
  }

  private static void install(TestNamespace istio, TestNamespace shop) {
    istio.prometheus(Addon.plain().withSecretCertificates().scrapeInterval("2s"));
    shop.app(AppManifest.named("cart").listens(8080).listens(8081));
  }

  private static Declared declared(TestNamespace shop) {
    var declared = Declared.apply(shop, "cart", "cart", "{port: 8080}", "{port: 8081}");
    declared.awaitReady(PATIENCE);
    return declared;
  }

  private static void awaitScraped(TestNamespace istio, int replicas) {
    await("all Prometheus pods to scrape the app")
        .atMost(PATIENCE)
        .ignoreExceptions()
        .untilAsserted(
            () ->
                assertThat(istio.pods("prometheus"))
                    .hasSize(replicas)
                    .allMatch(pod -> scrapes(istio, pod)));
  }

  private static boolean scrapes(TestNamespace istio, Pod pod) {
    var targets = PrometheusProbe.of(istio, pod).targets("appmetrics-1");
    return targets.size() == 1 && targets.stream().allMatch(PrometheusProbe.ActiveTarget::isUp);
  }

  /** Without the grace there is nothing to see: the test would pass for another reason. */
  private static void awaitVerified(Declared declared, ReadyValues ready) {
    await("Ready to be verified again")
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(declared.condition("Ready"))
                    .get()
                    .satisfies(now -> assertThat(now.reason()).isEqualTo("Verified")));
    assertThat(ready.gave("PrometheusJoining")).as("the grace was needed").isTrue();
  }
}
