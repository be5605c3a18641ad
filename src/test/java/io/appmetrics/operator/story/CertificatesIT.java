package io.appmetrics.operator.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.appmetrics.operator.apiserver.Deeds;
import io.appmetrics.operator.cluster.Addon;
import io.appmetrics.operator.cluster.AppManifest;
import io.appmetrics.operator.cluster.Changes;
import io.appmetrics.operator.cluster.Cluster;
import io.appmetrics.operator.cluster.ClusterTest;
import io.appmetrics.operator.cluster.DemoAppProbe;
import io.appmetrics.operator.cluster.MeshCa;
import io.appmetrics.operator.cluster.PrometheusProbe;
import io.appmetrics.operator.cluster.TestNamespace;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Certificates that come late, to one replica of two, or again: the smallest cure, and no more. */
@ClusterTest
class CertificatesIT {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final Duration QUIET = Duration.ofSeconds(6);

  /** The whole ladder of a Prometheus that only a restart helps. */
  private static final Duration LADDER = Duration.ofMinutes(3);

  /** A kubelet that projects nothing into a pod that nobody changes. */
  private static final Duration NEVER = Duration.ofHours(1);

  private static final String USERS_JOB = "kubernetes-pods-istio-secure";
  private static final String OWN_JOB = "appmetrics-1-istio-secure";
  private static final String MUTUAL = "{port: 8443, scheme: IstioMutual}";

  // --- one of two ---

  /** One started before the certificates were there, and one after. */
  private record Pair(PrometheusProbe stuck, PrometheusProbe sound) {

    static Pair of(TestNamespace istio, PrometheusProbe first) {
      istio.istioDefaultAppears();
      Kubectl.in(istio).scale("prometheus", 2);
      istio.awaitReady("prometheus");
      var uid = first.pod().getMetadata().getUid();
      return new Pair(
          first,
          istio.pods("prometheus").stream()
              .filter(pod -> !pod.getMetadata().getUid().equals(uid))
              .map(pod -> PrometheusProbe.of(istio, pod))
              .findFirst()
              .orElseThrow());
    }

    void assertBothScrape() {
      for (var replica : List.of(stuck, sound)) {
        await("a scrape by " + replica.pod().getMetadata().getName())
            .atMost(PATIENCE)
            .untilAsserted(
                () ->
                    assertThat(replica.targets(USERS_JOB))
                        .isNotEmpty()
                        .allMatch(PrometheusProbe.ActiveTarget::isUp));
      }
    }
  }

  @Test
  void only_the_replica_without_a_pool_is_nudged(Cluster cluster) {
    assumeTrue(cluster.isLocal(), "the kubelet has to be slow");
    cluster.propagation(NEVER);
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    meshed(shop);
    var pair =
        Pair.of(
            istio,
            istio.prometheus(
                Addon.plain()
                    .withSecretCertificates()
                    .withIstioSecureJob()
                    .withLifecycle()
                    .scrapeInterval("2s")));
    pair.stuck().awaitSettled();
    assertThat(pair.stuck().scrapePools()).doesNotContain(USERS_JOB);
    assertThat(pair.sound().scrapePools()).contains(USERS_JOB);
    long loads = pair.stuck().loads();
    Definitions.establish(cluster);
    var declared = Declared.apply(shop, "meshed", "meshed", MUTUAL);
    try (var changes = cluster.changes();
        var operator = OperatorUnderTest.start(istio, shop)) {
      assertThat(declared.awaitReason("CertificatesLoaded", "ScrapePoolMissing", PATIENCE))
          .contains(name(pair.stuck()))
          .doesNotContain(name(pair.sound()));
      declared.awaitReady(PATIENCE);
      pair.assertBothScrape();
      staysReady(declared);
      assertThat(changes.seen())
          .filteredOn(change -> change.writer().equals("appmetrics-operator-nudge"))
          .isNotEmpty()
          .extracting(Changes.Change::name)
          .containsOnly(name(pair.stuck()));
    }
    assertThat(pair.stuck().loads() - loads).as("reloads of it").isLessThanOrEqualTo(1);
    assertThat(pair.sound().loads()).as("loads of the other: its start").isEqualTo(1);
    assertThat(new RestartRecord(istio).remembered()).isEmpty();
  }

  @Test
  void only_the_replica_without_a_client_is_restarted(Cluster cluster) {
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    meshed(shop);
    var first = istio.prometheus(Addon.ofIstio10().withLifecycle().scrapeInterval("2s"));
    await("a client without certificates")
        .atMost(PATIENCE)
        .until(() -> first.log().contains("Error creating HTTP client"));
    var pair = Pair.of(istio, first);
    try (var operator = OperatorUnderTest.start(LateCertificates.NO_BUDGET, istio, shop)) {
      var declared = Declared.apply(shop, "meshed", "meshed", MUTUAL);
      declared.awaitReady(PATIENCE);
      pair.assertBothScrape();
      new RestartRecord(istio).awaitCured(1, PATIENCE);
      staysReady(declared);
    }
    assertThat(inPlace(istio, pair.stuck())).isEqualTo(1);
    assertThat(inPlace(istio, pair.sound())).isZero();
    assertThat(new RestartRecord(istio).remembered()).hasSize(1);
  }

  private static int inPlace(TestNamespace istio, PrometheusProbe replica) {
    return RestartRecord.inPlace(istio.podNamed(name(replica)));
  }

  private static String name(PrometheusProbe replica) {
    return replica.pod().getMetadata().getName();
  }

  // --- a job of ours on a version that makes another client only for another text ---

  /** It names the certificates that it was written for, so that a reload does. */
  @Test
  void our_own_job_on_2_5_0_takes_reloads_and_no_restart(Cluster cluster) {
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    var app = meshed(shop);
    var prometheus = istio.prometheus(Addon.ofIstio10().withLifecycle().scrapeInterval("2s"));
    try (var operator = OperatorUnderTest.start(LateCertificates.NO_BUDGET, istio, shop)) {
      var declared =
          Declared.apply(
              shop, "meshed", "meshed", "{port: 8443, scheme: IstioMutual, params: {by: slot}}");
      await("a scrape without certificates")
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(declared.condition("CertificatesLoaded"))
                      .get()
                      .satisfies(
                          condition ->
                              assertThat(condition.message())
                                  .contains(OWN_JOB + " without certificates", "does not exist")));
      long loads = prometheus.loads();

      istio.istioDefaultAppears();
      declared.awaitReady(PATIENCE);
      var late = Kubectl.in(istio).configuration();
      assertThat(prometheus.loads() - loads).as("reloads for them").isEqualTo(1);

      rotate(istio, shop, app, declared);
      declared.awaitReady(PATIENCE);
      staysReady(declared);
      assertThat(prometheus.loads() - loads).as("and for the next ones").isEqualTo(2);
      assertThat(Kubectl.in(istio).configuration()).isNotEqualTo(late);
    }
    assertThat(new RestartRecord(istio).remembered()).isEmpty();
    assertThat(new RestartRecord(istio).templates()).isEqualTo(1);
    assertThat(inPlace(istio, prometheus)).isZero();
  }

  /** Then every target refuses what it has in its memory, and it is restarted for the others. */
  @Test
  void rotated_in_istio_1_0(Cluster cluster) {
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    var app = meshed(shop);
    istio.istioDefaultAppears();
    istio.prometheus(Addon.ofIstio10().scrapeInterval("2s"));
    var record = new RestartRecord(istio);
    try (var operator = OperatorUnderTest.start(LateCertificates.NO_BUDGET, istio, shop)) {
      var declared = Declared.apply(shop, "meshed", "meshed", MUTUAL);
      declared.awaitReady(PATIENCE);

      rotate(istio, shop, app, declared);
      declared.awaitReady(PATIENCE);
      record.awaitCured(1, PATIENCE);
      staysReady(declared);
    }
    assertThat(record.remembered()).hasSize(1);
    assertThat(record.templates()).isEqualTo(2);
  }

  /** The app takes the next ones first, and for a while Prometheus has none that it takes. */
  private static void rotate(
      TestNamespace istio, TestNamespace shop, DemoAppProbe app, Declared declared) {
    var next = new MeshCa();
    var own = next.issue(shop.name(), app.name());
    shop.secret(own.asSecret(app.name() + "-certs"));
    await("the app's files")
        .atMost(PATIENCE)
        .until(
            () ->
                DemoAppProbe.file(app.pod(), "/etc/certs/root-cert.pem")
                    .equals(Optional.of(own.rootCert())));
    app.demandsMutualTls(8443);
    await("a scrape that is refused").atMost(PATIENCE).until(() -> !declared.isReady());
    var restarts = new RestartRecord(istio).remembered();
    await("nothing to be done in vain")
        .during(QUIET)
        .atMost(QUIET.multipliedBy(2))
        .until(() -> new RestartRecord(istio).remembered().equals(restarts));
    istio.secret(next.issue(istio.name(), "prometheus").asSecret("istio.default"));
  }

  // --- a Prometheus of today that no nudge reaches ---

  /** The admin wants the classic workaround: it is not even reloaded. */
  @Test
  void restarted_as_soon_as_the_certificates_are_there(Cluster cluster) {
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    meshed(shop);
    var prometheus = istio.prometheus(deaf(shop).withLifecycle());
    prometheus.awaitSettled();
    try (var operator =
        OperatorUnderTest.start(Map.of("APPMETRICS_RESTARTS", "OnCertificates"), istio, shop)) {
      var declared = awaitWithoutPool(shop);
      istio.istioDefaultAppears();
      declared.awaitReady(PATIENCE);
      new RestartRecord(istio).awaitCured(1, PATIENCE);
      staysReady(declared);
      assertThat(Kubectl.in(istio).events("Restart"))
          .singleElement()
          .satisfies(
              event ->
                  assertThat(event.getMessage()).contains("has no scrape pool for " + USERS_JOB));
      assertThat(Kubectl.in(istio).events("Reload")).isEmpty();
    }
    assertThat(inPlace(istio, prometheus)).isEqualTo(1);
    assertThat(new RestartRecord(istio).remembered()).hasSize(1);
  }

  /** Four nudges over a minute, half a minute's patience, and then a restart; once. */
  @Test
  @EnabledIfSystemProperty(named = "ladder", matches = "whole")
  void restarted_when_four_nudges_have_not_helped(Cluster cluster) {
    assumeTrue(cluster.isLocal(), "the operator has to be in this process");
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    meshed(shop);
    istio.prometheus(deaf(shop).unreloadable()).awaitSettled();
    var nudges = new AtomicInteger();
    try (var operator =
        OperatorInThisJvm.start(
            istio,
            OperatorUnderTest.environment(LateCertificates.NO_BUDGET, istio, shop),
            (deed, moment) -> {
              if (deed == Deeds.Deed.NUDGE && moment == Deeds.Moment.AFTER) {
                nudges.incrementAndGet();
              }
            })) {
      var declared = awaitWithoutPool(shop);
      istio.istioDefaultAppears();
      declared.awaitReady(LADDER);
      new RestartRecord(istio).awaitCured(1, PATIENCE);
      staysReady(declared);
    }
    assertThat(nudges).hasValue(4);
    assertThat(new RestartRecord(istio).remembered()).hasSize(1);
    assertThat(new RestartRecord(istio).templates()).isEqualTo(2);
  }

  /** It discovers the pods of one namespace only, and its own is not there. */
  private static Addon deaf(TestNamespace shop) {
    return Addon.plain()
        .withSecretCertificates()
        .configured(
            text ->
                """
                global: {scrape_interval: 2s, scrape_timeout: 2s}
                scrape_configs:
                - job_name: %s
                  kubernetes_sd_configs: [{role: pod, namespaces: {names: [%s]}}]
                  relabel_configs:
                  - {source_labels: [__meta_kubernetes_pod_container_port_number], action: keep, regex: "8443"}
                  scheme: https
                  tls_config:
                    ca_file: /etc/istio-certs/root-cert.pem
                    cert_file: /etc/istio-certs/cert-chain.pem
                    key_file: /etc/istio-certs/key.pem
                    insecure_skip_verify: true
                """
                    .formatted(USERS_JOB, shop.name()));
  }

  private static Declared awaitWithoutPool(TestNamespace shop) {
    var declared = Declared.apply(shop, "meshed", "meshed", MUTUAL);
    assertThat(declared.awaitReason("CertificatesLoaded", "CertificateMissing", PATIENCE))
        .contains("has no scrape pool for job " + USERS_JOB);
    return declared;
  }

  // --- what all of these use ---

  private static DemoAppProbe meshed(TestNamespace shop) {
    return shop.app(
        AppManifest.named("meshed")
            .listens(8443, "", "mtls")
            // what a Prometheus of those days speaks, and a sidecar answers to it
            .with("--tls=TLSv1.2")
            .annotated("sidecar.istio.io/status", "injected"));
  }

  private static void staysReady(Declared declared) {
    await("it to stay Ready").during(QUIET).atMost(QUIET.plusSeconds(20)).until(declared::isReady);
  }
}
