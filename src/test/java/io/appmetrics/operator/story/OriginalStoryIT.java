package io.appmetrics.operator.story;

import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.cluster.Addon;
import io.appmetrics.operator.cluster.AppManifest;
import io.appmetrics.operator.cluster.Cluster;
import io.appmetrics.operator.cluster.ClusterTest;
import java.time.Duration;
import org.junit.jupiter.api.Test;

@ClusterTest
class OriginalStoryIT {
  @Test
  void smoke(Cluster cluster) {
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    shop.app(AppManifest.named("cart").listens(8080));
    var prometheus = istio.prometheus(Addon.plain().withSecretCertificates().scrapeInterval("2s"));
    try (var operator = OperatorUnderTest.start(istio, shop)) {
      var declared = Declared.apply(shop, "cart", "cart", "{port: 8080}");
      declared.awaitReady(Duration.ofSeconds(60));
      assertThat(prometheus.targets("appmetrics-1")).hasSize(1);
    }
  }
}
