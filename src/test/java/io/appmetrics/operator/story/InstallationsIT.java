package io.appmetrics.operator.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.appmetrics.operator.cluster.Addon;
import io.appmetrics.operator.cluster.AppManifest;
import io.appmetrics.operator.cluster.Cluster;
import io.appmetrics.operator.cluster.ClusterTest;
import io.appmetrics.operator.cluster.PrometheusProbe;
import io.appmetrics.operator.cluster.TestNamespace;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Prometheus installations of other shapes than the usual one. */
@ClusterTest
class InstallationsIT {
  private static final Logger log = LoggerFactory.getLogger(InstallationsIT.class);

  private static final Duration PATIENCE = Duration.ofSeconds(90);

  /** Much less than a kubelet at rest takes. */
  private static final Duration SOON = Duration.ofSeconds(25);

  /** An Istio sidecar writes the certificates: nobody but Prometheus can tell when. */
  @Test
  void a_sidecar_brings_the_certificates_late(Cluster cluster) {
    Definitions.establish(cluster);
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    var prometheus = istio.prometheus(Addon.withSidecarCertificates().scrapeInterval("2s"));
    shop.app(
        AppManifest.named("cart")
            .listens(8080, "", "mtls")
            .annotated("sidecar.istio.io/status", "{}"));
    shop.apply(
        """
        apiVersion: security.istio.io/v1
        kind: PeerAuthentication
        metadata: {name: default}
        spec: {mtls: {mode: STRICT}}
        """);
    try (var operator = OperatorUnderTest.start(istio, shop)) {
      var declared = Declared.apply(shop, "cart", "cart", "{port: 8080}");
      assertThat(declared.awaitReason("CertificatesLoaded", "CertificateMissing", PATIENCE))
          .contains("Another container of the Prometheus pod", "/etc/istio-certs");
      await("a nudge that is of no avail yet")
          .atMost(PATIENCE)
          .until(() -> nudge(istio).contains("certificates"));
      long failed = failures(prometheus);
      await("that nudge to be spent").atMost(PATIENCE).until(() -> failures(prometheus) > failed);
      assertThat(prometheus.scrapePools()).doesNotContain("appmetrics-1-istio-secure");
      assertThat(declared.isReady()).isFalse();

      long loads = prometheus.loads();
      String uid = istio.pod("prometheus").getMetadata().getUid();
      Instant since = Instant.now();
      prometheus.agentReceives(cluster.mesh().issue(istio.name(), "prometheus"));
      declared.awaitReady(PATIENCE);
      log.info("Ready {} after the sidecar's certificates", Duration.between(since, Instant.now()));

      assertThat(prometheus.targets("appmetrics-1-istio-secure"))
          .hasSize(1)
          .allMatch(PrometheusProbe.ActiveTarget::isUp);
      assertThat(prometheus.loads()).as("loads").isEqualTo(loads);
      Pod pod = istio.pod("prometheus");
      assertThat(pod.getMetadata().getUid()).isEqualTo(uid);
      assertThat(pod.getStatus().getContainerStatuses())
          .allSatisfy(container -> assertThat(container.getRestartCount()).isZero());
    }
  }

  /** Ready speaks for every replica. */
  @Test
  void two_replicas_scrape_the_same(Cluster cluster) {
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    // installing waits for one pod
    istio.prometheus(Addon.plain().withSecretCertificates().scrapeInterval("2s"));
    Kubectl.in(istio).scale("prometheus", 2);
    istio.awaitReady("prometheus");
    shop.app(AppManifest.named("cart").listens(8080).listens(8081));
    try (var operator = OperatorUnderTest.start(istio, shop)) {
      var declared = Declared.apply(shop, "cart", "cart", "{port: 8080}", "{port: 8081}");
      declared.awaitReady(PATIENCE);
      assertThat(istio.pods("prometheus"))
          .hasSize(2)
          .allSatisfy(
              pod ->
                  assertThat(List.of("kubernetes-pods", "appmetrics-1"))
                      .allSatisfy(
                          job ->
                              assertThat(PrometheusProbe.of(istio, pod).targets(job))
                                  .hasSize(1)
                                  .allMatch(PrometheusProbe.ActiveTarget::isUp)));
    }
  }

  /** The block for the newer Prometheus has a key that keeps the older one from starting. */
  @Test
  void a_prometheus_is_rolled_back(Cluster cluster) {
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    istio.prometheus(Addon.plain().withSecretCertificates().version("3.16.0").scrapeInterval("2s"));
    shop.app(AppManifest.named("cart").listens(8080).listens(8081));
    try (var operator = OperatorUnderTest.start(istio, shop)) {
      var declared = Declared.apply(shop, "cart", "cart", "{port: 8080}", "{port: 8081}");
      declared.awaitReady(PATIENCE);
      assertThat(Kubectl.in(istio).configuration()).contains("fallback_scrape_protocol");

      rollBack(istio);
      // between the end of the newer one and the start of the older there is none at all
      await("the older Prometheus, alone and ready")
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(istio.pods("prometheus"))
                      .isNotEmpty()
                      .allMatch(
                          pod -> image(pod).endsWith(":v2.42.0") && Readiness.isPodReady(pod)));
      declared.awaitReady(PATIENCE);
      assertThat(Kubectl.in(istio).configuration())
          .contains("appmetrics-1")
          .doesNotContain("fallback_scrape_protocol");
      await("the older one to scrape the app")
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(
                          PrometheusProbe.of(istio, istio.pod("prometheus"))
                              .targets("appmetrics-1"))
                      .hasSize(1)
                      .allMatch(PrometheusProbe.ActiveTarget::isUp));
    }
  }

  private static void rollBack(TestNamespace istio) {
    istio.edit(
        "prometheus",
        deployment ->
            new DeploymentBuilder(deployment)
                .editSpec()
                .editTemplate()
                .editSpec()
                .editMatchingContainer(c -> c.getName().equals("prometheus-server"))
                .withImage("prom/prometheus:v2.42.0")
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build());
  }

  private static String image(Pod pod) {
    return pod.getSpec().getContainers().stream()
        .filter(container -> container.getName().equals("prometheus-server"))
        .map(Container::getImage)
        .findFirst()
        .orElseThrow();
  }

  /** A kubelet at rest takes up to 76 s to project: each change of the text needs its nudge. */
  @Test
  void a_slow_kubelet_is_nudged_each_time(Cluster cluster) {
    cluster.propagation(Duration.ofSeconds(70));
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    var prometheus = istio.prometheus(Addon.plain().withSecretCertificates().scrapeInterval("2s"));
    shop.app(AppManifest.named("cart").listens(8080));
    try (var operator = OperatorUnderTest.start(istio, shop)) {
      for (int time = 1; time <= 2; time++) {
        var declared = Declared.apply(shop, "cart", "cart", "{port: 8080}");
        declared.awaitReady(SOON);
        declared.delete();
        await("end of its job")
            .atMost(SOON)
            .until(() -> !prometheus.scrapePools().contains("appmetrics-1"));
      }
    }
  }

  /** How often it could not make a pool for want of certificates. */
  private static long failures(PrometheusProbe prometheus) {
    return prometheus
        .log()
        .lines()
        .filter(line -> line.contains("error creating new scrape pool"))
        .filter(line -> line.contains("appmetrics-1-istio-secure"))
        .count();
  }

  private static String nudge(TestNamespace istio) {
    return istio
        .pod("prometheus")
        .getMetadata()
        .getAnnotations()
        .getOrDefault("appmetrics.io/nudge", "");
  }
}
