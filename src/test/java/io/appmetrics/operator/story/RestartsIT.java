package io.appmetrics.operator.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.appmetrics.operator.apiserver.Deeds;
import io.appmetrics.operator.apiserver.Deeds.Deed;
import io.appmetrics.operator.apiserver.Deeds.Moment;
import io.appmetrics.operator.cluster.Addon;
import io.appmetrics.operator.cluster.AppManifest;
import io.appmetrics.operator.cluster.AuditLog;
import io.appmetrics.operator.cluster.Cluster;
import io.appmetrics.operator.cluster.ClusterTest;
import io.appmetrics.operator.cluster.LocalCluster;
import io.appmetrics.operator.cluster.TestNamespace;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The last resort, on a real API server with a real Prometheus: what nothing smaller can do. */
@ClusterTest
class RestartsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  /** As long as several passes of the loop: what was not done by then is not done at all. */
  private static final Duration QUIET = Duration.ofSeconds(8);

  /**
   * Nobody can reload it. Its text costs one restart; the certificates that come late cost none,
   * because 3.16.0 makes the pool for a nudge; and another operator has nothing to do.
   */
  @Test
  void a_prometheus_that_nobody_can_reload(Cluster cluster) {
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    withoutReload(istio);
    var before = istio.pod("prometheus").getMetadata().getUid();
    shop.app(
        AppManifest.named("cart")
            .listens(8080, "", "mtls")
            .annotated("sidecar.istio.io/status", "{}"));
    shop.apply(STRICT);
    Declared declared;
    try (var operator = OperatorUnderTest.start(istio, shop)) {
      declared = Declared.apply(shop, "cart", "cart", "{port: 8080}");
      declared.awaitReason("CertificatesLoaded", "CertificateMissing", PATIENCE);
      awaitCured(istio, 1);
      assertThat(pod(istio).getMetadata().getUid()).isNotEqualTo(before);
      assertThat(annotation(istio)).startsWith("config-");

      istio.istioDefaultAppears();
      declared.awaitReady(PATIENCE);
      assertThat(restarts(istio)).as("for the text alone").hasSize(1);
      if (cluster.isLocal()) {
        assertThat(verbsOnState()).as("what deploy/ grants").contains("create", "get", "update");
      }
      assertThat(events(istio, "Restart"))
          .singleElement()
          .satisfies(
              event ->
                  assertThat(event.getMessage())
                      .contains("its configuration is not the one in ConfigMap"));
      assertThat(events(istio, "NoteCure"))
          .singleElement()
          .satisfies(event -> assertThat(event.getMessage()).contains("every pod runs"));
    }
    String uid = pod(istio).getMetadata().getUid();
    String state = String.valueOf(state(istio).getData());
    try (var another = OperatorUnderTest.start(istio, shop)) {
      staysReady(declared);
      assertThat(pod(istio).getMetadata().getUid()).isEqualTo(uid);
      assertThat(String.valueOf(state(istio).getData())).isEqualTo(state);
    }
  }

  /**
   * The classic: Istio 1.0's Prometheus, its own job, and certificates that come after it started.
   * It scrapes without them for good, and only a restart helps: in place where it can be told to
   * quit, else by its pod template; once.
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void istio_1_0_and_certificates_that_come_late(boolean lifecycle, Cluster cluster) {
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    Definitions.establish(cluster);
    var addon = Addon.ofIstio10().scrapeInterval("2s");
    istio.prometheus(lifecycle ? addon.withLifecycle() : addon);
    var before = istio.pod("prometheus");
    var configuration = Kubectl.in(istio).configuration();
    meshed(shop);
    try (var operator = OperatorUnderTest.start(istio, shop)) {
      var declared = Declared.apply(shop, "meshed", "meshed", "{port: 8443, scheme: IstioMutual}");
      awaitSick(declared);
      assertThat(restarts(istio)).isEmpty();

      istio.istioDefaultAppears();
      declared.awaitReady(PATIENCE);
      awaitCured(istio, 1);
      staysReady(declared);
      assertThat(restarts(istio)).hasSize(1);
      assertThat(Kubectl.in(istio).configuration()).isEqualTo(configuration);
      assertThat(events(istio, "Restart"))
          .singleElement()
          .satisfies(event -> assertThat(event.getMessage()).contains("without certificates"));
      assertThat(events(istio, "NoteCure"))
          .singleElement()
          .satisfies(
              event ->
                  assertThat(event.getMessage())
                      .contains("every pod scrapes kubernetes-pods-istio-secure"));
      var after = pod(istio);
      if (lifecycle) {
        assertThat(after.getMetadata().getUid()).isEqualTo(before.getMetadata().getUid());
        assertThat(RestartRecord.inPlace(after)).isEqualTo(1);
        assertThat(annotation(istio)).isEmpty();
      } else {
        assertThat(after.getMetadata().getUid()).isNotEqualTo(before.getMetadata().getUid());
        assertThat(RestartRecord.inPlace(after)).isZero();
        assertThat(new RestartRecord(istio).templates()).isEqualTo(2);
        assertThat(annotation(istio)).isNotEmpty().doesNotContain("config");
      }
    }
  }

  /** Then it says which command does it. */
  @Test
  void istio_1_0_and_no_restart_is_allowed(Cluster cluster) {
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    Definitions.establish(cluster);
    istio.prometheus(Addon.ofIstio10().withLifecycle().scrapeInterval("2s"));
    meshed(shop);
    try (var operator =
        OperatorUnderTest.start(Map.of("APPMETRICS_RESTARTS", "Never"), istio, shop)) {
      var declared = Declared.apply(shop, "meshed", "meshed", "{port: 8443, scheme: IstioMutual}");
      awaitSick(declared);
      istio.istioDefaultAppears();
      assertThat(declared.awaitReason("CertificatesLoaded", "RestartsDisabled", PATIENCE))
          .contains("rollout restart deployment prometheus");
      rollByHand(istio);
      declared.awaitReady(PATIENCE);
      assertThat(restarts(istio)).isEmpty();
    }
  }

  /** Told to quit, or not: another operator looks, and it starts again exactly once. */
  @ParameterizedTest
  @CsvSource({"STATE, AFTER", "QUIT, BEFORE", "QUIT, AFTER"})
  void the_operator_ends_while_prometheus_quits(Deed deed, Moment moment, Cluster cluster)
      throws Exception {
    assumeTrue(cluster.isLocal(), "the operator has to be in this process");
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    Definitions.establish(cluster);
    istio.prometheus(Addon.ofIstio10().withLifecycle().scrapeInterval("2s"));
    meshed(shop);
    var ended = new CountDownLatch(1);
    Declared declared;
    try (var operator =
        OperatorInThisJvm.start(
            istio,
            OperatorUnderTest.environment(Map.of(), istio, shop),
            endsAt(deed, moment, ended))) {
      declared = Declared.apply(shop, "meshed", "meshed", "{port: 8443, scheme: IstioMutual}");
      awaitSick(declared);
      istio.istioDefaultAppears();
      assertThat(ended.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }
    try (var next = OperatorUnderTest.start(istio, shop)) {
      declared.awaitReady(PATIENCE);
      awaitCured(istio, 1);
      staysReady(declared);
      assertThat(restarts(istio)).hasSize(1);
      assertThat(RestartRecord.inPlace(pod(istio))).isEqualTo(1);
    }
  }

  private static Deeds endsAt(Deed deed, Moment moment, CountDownLatch ended) {
    return (done, when) -> {
      if (done == deed && when == moment) {
        ended.countDown();
        throw new Ended();
      }
    };
  }

  /** It has made its pool, and scraped: before that, certificates would still come in time. */
  private static void awaitSick(Declared declared) {
    await("a scrape without certificates")
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(declared.condition("CertificatesLoaded"))
                    .get()
                    .satisfies(
                        condition -> {
                          assertThat(condition.reason()).isEqualTo("CertificateMissing");
                          assertThat(condition.message())
                              .contains(
                                  "kubernetes-pods-istio-secure without certificates",
                                  "does not exist yet");
                        }));
  }

  private static void meshed(TestNamespace shop) {
    shop.app(
        AppManifest.named("meshed")
            .listens(8443, "", "mtls")
            .annotated("sidecar.istio.io/status", "injected"));
  }

  /** The second text within the pause waits, and says so; a human may be faster. */
  @Test
  void the_budget_is_spent(Cluster cluster) {
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    withoutReload(istio);
    shop.app(AppManifest.named("cart").listens(8080).listens(9090));
    try (var operator = OperatorUnderTest.start(istio, shop)) {
      Declared.apply(shop, "cart", "cart", "{port: 8080, interval: 3s}").awaitReady(PATIENCE);

      var declared =
          Declared.apply(
              shop, "cart", "cart", "{port: 8080, interval: 3s}", "{port: 9090, interval: 3s}");
      assertThat(declared.awaitReason("ConfigLoaded", "RestartBudgetExhausted", PATIENCE))
          .contains("the last one was at", "APPMETRICS_RESTART_PAUSE", "rollout restart");
      await("nothing to be done")
          .during(QUIET)
          .atMost(QUIET.plusSeconds(10))
          .until(() -> restarts(istio).size() == 1);

      rollByHand(istio);
      declared.awaitReady(PATIENCE);
      assertThat(restarts(istio)).as("restarts of ours").hasSize(1);
    }
  }

  /** Then it is told what to add. */
  @Test
  void the_admin_allows_none(Cluster cluster) {
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    withoutReload(istio);
    shop.app(AppManifest.named("cart").listens(8080));
    try (var operator =
        OperatorUnderTest.start(Map.of("APPMETRICS_RESTARTS", "Never"), istio, shop)) {
      var declared = Declared.apply(shop, "cart", "cart", "{port: 8080, interval: 3s}");
      assertThat(declared.awaitReason("ConfigWritten", "InstallationUnsupported", PATIENCE))
          .contains("add the argument --web.enable-lifecycle", "APPMETRICS_RESTARTS");
      assertThat(restarts(istio)).isEmpty();
    }
  }

  /** What would not work is not tried, and costs nothing. */
  @Test
  void the_deployment_is_paused(Cluster cluster) {
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    withoutReload(istio);
    paused(istio, true);
    shop.app(AppManifest.named("cart").listens(8080));
    try (var operator = OperatorUnderTest.start(istio, shop)) {
      var declared = Declared.apply(shop, "cart", "cart", "{port: 8080, interval: 3s}");
      assertThat(declared.awaitReason("ConfigLoaded", "RestartImpossible", PATIENCE))
          .contains("is paused", "rollout resume");
      assertThat(restarts(istio)).as("budget").isEmpty();
      paused(istio, false);
      declared.awaitReady(PATIENCE);
      assertThat(restarts(istio)).hasSize(1);
    }
  }

  /** Ended at each moment of a restart, the operator comes back, looks, and goes on. */
  @ParameterizedTest
  @EnumSource(Killed.class)
  void the_operator_ends_in_between(Killed killed, Cluster cluster) throws Exception {
    assumeTrue(cluster.isLocal(), "the operator has to be in this process");
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    withoutReload(istio);
    shop.app(AppManifest.named("cart").listens(8080));
    var ended = new CountDownLatch(1);
    Declared declared;
    try (var operator =
        OperatorInThisJvm.start(
            istio,
            OperatorUnderTest.environment(Map.of(), istio, shop),
            endsAt(killed.deed, killed.moment, ended))) {
      declared = Declared.apply(shop, "cart", "cart", "{port: 8080, interval: 3s}");
      assertThat(ended.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }
    try (var next = OperatorUnderTest.start(istio, shop)) {
      declared.awaitReady(PATIENCE);
      awaitCured(istio, 1);
      assertThat(new RestartRecord(istio).templates())
          .as("pod templates")
          .isEqualTo(killed.templates);
      staysReady(declared);
      assertThat(restarts(istio)).hasSize(1);
      assertThat(new RestartRecord(istio).templates()).isEqualTo(killed.templates);
    }
  }

  /** When the operator ends. */
  private enum Killed {
    BEFORE_THE_NOTE(Deed.STATE, Moment.BEFORE),
    AFTER_THE_NOTE(Deed.STATE, Moment.AFTER),
    BEFORE_THE_RESTART(Deed.RESTART, Moment.BEFORE),
    AFTER_THE_RESTART(Deed.RESTART, Moment.AFTER);

    /** That of the manifest, and that of the restart. */
    private final int templates = 2;

    private final Deed deed;
    private final Moment moment;

    Killed(Deed deed, Moment moment) {
      this.deed = deed;
      this.moment = moment;
    }
  }

  /** Ends the loop's thread, which survives every exception. */
  private static final class Ended extends Error {
    private static final long serialVersionUID = 1L;
  }

  private static final String STRICT =
      """
      apiVersion: security.istio.io/v1
      kind: PeerAuthentication
      metadata: {name: default}
      spec: {mtls: {mode: STRICT}}
      """;

  /** Istio's addon without its reloader and its lifecycle, as Istio 1.0 to 1.5 had it. */
  private static void withoutReload(TestNamespace istio) {
    Definitions.establish(istio.cluster());
    istio.prometheus(Addon.plain().withSecretCertificates().unreloadable().scrapeInterval("2s"));
  }

  private static void rollByHand(TestNamespace istio) {
    istio.edit(
        "prometheus",
        deployment ->
            new DeploymentBuilder(deployment)
                .editSpec()
                .editTemplate()
                .editMetadata()
                .addToAnnotations("kubectl.kubernetes.io/restartedAt", "now")
                .endMetadata()
                .endTemplate()
                .endSpec()
                .build());
  }

  private static void paused(TestNamespace istio, boolean paused) {
    istio.edit(
        "prometheus",
        deployment ->
            new DeploymentBuilder(deployment).editSpec().withPaused(paused).endSpec().build());
  }

  private static void staysReady(Declared declared) {
    await("it to stay Ready").during(QUIET).atMost(QUIET.plusSeconds(20)).until(declared::isReady);
  }

  private static void awaitCured(TestNamespace istio, int count) {
    new RestartRecord(istio).awaitCured(count, PATIENCE);
  }

  private static ConfigMap state(TestNamespace istio) {
    return new RestartRecord(istio).state();
  }

  private static List<String> restarts(TestNamespace istio) {
    return new RestartRecord(istio).remembered();
  }

  private static Set<String> verbsOnState() {
    return LocalCluster.shared()
        .audit()
        .of("system:serviceaccount:appmetrics-system:appmetrics-operator", 0)
        .stream()
        .filter(request -> request.resource().equals("configmaps") && request.code() < 300)
        .filter(request -> request.namespace().equals("appmetrics-system"))
        .map(AuditLog.Request::verb)
        .collect(Collectors.toSet());
  }

  private static String annotation(TestNamespace istio) {
    return new RestartRecord(istio).annotation();
  }

  private static Pod pod(TestNamespace istio) {
    istio.awaitReady("prometheus");
    return istio.pod("prometheus");
  }

  private static List<Event> events(TestNamespace istio, String reason) {
    return await(reason + " to be told")
        .until(() -> Kubectl.in(istio).events(reason), events -> !events.isEmpty());
  }
}
