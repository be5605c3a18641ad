package io.appmetrics.operator.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.appmetrics.operator.cluster.Addon;
import io.appmetrics.operator.cluster.AppManifest;
import io.appmetrics.operator.cluster.Cluster;
import io.appmetrics.operator.cluster.ClusterTest;
import io.appmetrics.operator.cluster.DemoAppProbe;
import io.appmetrics.operator.cluster.PrometheusProbe;
import io.appmetrics.operator.cluster.TestNamespace;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An app listens on 5000 on its author's laptop and on 8080 in its container; nobody annotated it.
 * Then the mesh demands mutual TLS, and Prometheus' certificates come late (istio#10528).
 */
@ClusterTest
class OriginalStoryIT {
  private static final Logger log = LoggerFactory.getLogger(OriginalStoryIT.class);

  private static final Duration SCRAPE_INTERVAL = Duration.ofSeconds(2);
  private static final Duration REASON = SCRAPE_INTERVAL.plusSeconds(5);
  private static final Duration LATE = Duration.ofSeconds(60);
  private static final Duration ROLLOUT = Duration.ofSeconds(60);

  @ParameterizedTest
  @ValueSource(strings = {"3.16.0", "2.42.0"})
  void from_a_wrong_port_to_mutual_tls(String version, Cluster cluster) {
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    var cart =
        shop.app(
            AppManifest.named("cart")
                .listens(8080)
                .annotated("sidecar.istio.io/status", "injected"));
    var prometheus =
        istio.prometheus(
            Addon.plain().version(version).withSecretCertificates().scrapeInterval("2s"));
    var before = istio.pod("prometheus");

    try (var operator = OperatorUnderTest.start(istio, shop)) {
      var laptop = Declared.apply(shop, "cart", "cart", "{port: 5000}");
      try (var sampler = ReadinessSampler.watch(laptop, prometheus)) {
        assertThat(laptop.awaitReason("TargetsUp", "ConnectionRefused", ROLLOUT))
            .contains("connection refused", "its containers declare 8080");

        var corrected = Declared.apply(shop, "cart", "cart", "{port: 8080}");
        corrected.awaitReady(ROLLOUT);
        sampler.awaitTurns(1);

        demandMutualTls(shop, cart);
        corrected.awaitReason("CertificatesLoaded", "CertificateMissing", REASON.plusSeconds(10));
        certificatesComeLate(istio, prometheus, corrected);
        sampler.awaitTurns(2);
        sampler.assertTruthful();
      }

      assertThat(cart.pods()).as("the mesh's policy rolled nobody").hasSize(1);
      var after = istio.pod("prometheus");
      assertThat(after.getMetadata().getUid()).isEqualTo(before.getMetadata().getUid());
      assertThat(after.getStatus().getContainerStatuses())
          .allSatisfy(container -> assertThat(container.getRestartCount()).isZero());
    }
  }

  private static void demandMutualTls(TestNamespace shop, DemoAppProbe cart) {
    var template = cart.pod().getMetadata().getUid();
    shop.apply(
        """
        apiVersion: security.istio.io/v1
        kind: PeerAuthentication
        metadata: {name: default}
        spec: {mtls: {mode: STRICT}}
        """);
    cart.demandsMutualTls(8080);
    assertThat(cart.pod().getMetadata().getUid()).isEqualTo(template);
  }

  /** Nothing but the operator touches a pod meanwhile, or it would heal the bug by chance. */
  private static void certificatesComeLate(
      TestNamespace istio, PrometheusProbe prometheus, Declared declared) {
    prometheus.awaitSettled();
    var loads = prometheus.loads();
    assertThat(prometheus.lastReloadSucceeded()).as("Prometheus says all is well").isTrue();
    try (var changes = istio.cluster().changes()) {
      await()
          .during(LATE)
          .atMost(LATE.plusSeconds(10))
          .pollInterval(Duration.ofSeconds(1))
          .until(() -> !prometheus.scrapePools().contains("appmetrics-1-istio-secure"));
      assertThat(changes.seen()).as("a quiet cluster").isEmpty();
      assertThat(prometheus.loads()).as("nothing is done in vain").isEqualTo(loads);

      istio.istioDefaultAppears();
      var appeared = Instant.now();
      declared.awaitReady(REASON.plusSeconds(10));
      log.info(
          "Ready {} ms after the certificates, {} writes of pods, {} reloads",
          Duration.between(appeared, Instant.now()).toMillis(),
          changes.seen().size(),
          prometheus.loads() - loads);
      assertThat(changes.seen())
          .as("writes of pods and nodes")
          .isNotEmpty()
          .allSatisfy(change -> assertThat(change.writer()).isEqualTo("appmetrics-operator-nudge"));
    }
    assertThat(prometheus.loads() - loads).as("reloads to heal").isLessThanOrEqualTo(1);
    await()
        .untilAsserted(
            () ->
                assertThat(prometheus.targets("appmetrics-1-istio-secure"))
                    .singleElement()
                    .matches(PrometheusProbe.ActiveTarget::isUp));
  }
}
