package io.appmetrics.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What the tests rely on of a node; it holds on LocalNode and on a real kubelet. */
@ClusterTest
class LocalNodeContractIT {

  private static final String SECURE = "kubernetes-pods-istio-secure";

  @Test
  void a_prometheus_that_has_started_before_its_certificates_stays_without_the_pool(
      Cluster cluster) {
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    var cart = shop.app(AppManifest.named("cart").listens(8443, "https-metrics", "mtls"));
    var prometheus =
        istio.prometheus(
            Addon.plain().withSecretCertificates().scrapeInterval("2s").withIstioSecureJob());
    prometheus.awaitSettled();

    assertThat(prometheus.lastReloadSucceeded()).isTrue();
    assertThat(prometheus.scrapePools()).contains("kubernetes-pods").doesNotContain(SECURE);

    try (var changes = cluster.changes()) {
      istio.istioDefaultAppears();
      await()
          .during(Duration.ofSeconds(8))
          .atMost(Duration.ofSeconds(10))
          .until(() -> !prometheus.scrapePools().contains(SECURE));
      assertThat(changes.seen()).isEmpty();
    }

    shop.annotate(cart.pod(), "test/nudge", "1");
    await().until(() -> prometheus.scrapePools().contains(SECURE));
    await()
        .untilAsserted(
            () ->
                assertThat(prometheus.targets(SECURE))
                    .singleElement()
                    .matches(PrometheusProbe.ActiveTarget::isUp));
  }
}
