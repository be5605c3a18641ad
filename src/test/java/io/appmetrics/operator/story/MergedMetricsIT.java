package io.appmetrics.operator.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.appmetrics.operator.cluster.Addon;
import io.appmetrics.operator.cluster.AppManifest;
import io.appmetrics.operator.cluster.Cluster;
import io.appmetrics.operator.cluster.ClusterTest;
import io.appmetrics.operator.cluster.PrometheusProbe;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Behind Istio's agent, which is up whatever becomes of the app, Ready speaks of the app. */
@ClusterTest
class MergedMetricsIT {
  private static final Logger log = LoggerFactory.getLogger(MergedMetricsIT.class);
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  @Test
  void an_app_that_fails_behind_its_agent_is_not_ready(Cluster cluster) {
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    var prometheus = istio.prometheus(Addon.plain().scrapeInterval("2s"));
    shop.injectsSidecars();
    var cart = shop.app(AppManifest.named("cart").listens(8080));
    var original = Kubectl.in(istio).configuration();
    try (var operator = OperatorUnderTest.start(istio, shop)) {
      var declared = Declared.apply(shop, "cart", "cart", "{port: 8080}");
      declared.awaitReady(PATIENCE);
      assertThat(declared.endpoint().route()).isEqualTo("Merged");
      assertThat(Kubectl.in(istio).configuration()).as("no byte of ours").isEqualTo(original);
      await("the app's own samples")
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(
                          prometheus.query(
                              "demo_scrapes_total{namespace=\"%s\"}".formatted(shop.name())))
                      .isNotEmpty());

      for (var broken : List.of("plain 500", "down")) {
        cart.behaves(8080, broken);
        Instant since = Instant.now();
        var message = declared.awaitReason("TargetsUp", "MergedScrapeFailing", PATIENCE);
        log.info("{}: told after {}: {}", broken, Duration.between(since, Instant.now()), message);
        assertThat(message)
            .startsWith(
                "Deployment cart :8080/metrics of pod " + cart.pod().getMetadata().getName())
            .contains(
                "gets none at http://localhost:8080/metrics inside the pod",
                "declare 8080",
                "-c istio-proxy -- curl -sSi http://localhost:8080/metrics");
        assertThat(declared.isReady()).isFalse();
        assertThat(declared.endpoint().firstError()).contains("istio_agent_scrape_failures_total");
        assertThat(prometheus.targets("kubernetes-pods"))
            .as("Prometheus sees the agent, which is up")
            .filteredOn(target -> target.namespace().equals(shop.name()))
            .isNotEmpty()
            .allMatch(PrometheusProbe.ActiveTarget::isUp)
            .allMatch(target -> target.url().endsWith(":15020/stats/prometheus"));

        cart.behaves(8080, "plain");
        since = Instant.now();
        declared.awaitReady(PATIENCE);
        log.info("{}: Ready again after {}", broken, Duration.between(since, Instant.now()));
      }
    }
  }
}
