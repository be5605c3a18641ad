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
import io.fabric8.kubernetes.api.model.apps.Deployment;
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
import org.junit.jupiter.params.provider.EnumSource;

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
    Deeds deadly =
        (deed, moment) -> {
          if (deed == killed.deed && moment == killed.moment) {
            ended.countDown();
            throw new Ended();
          }
        };
    Declared declared;
    try (var operator =
        OperatorInThisJvm.start(
            istio, OperatorUnderTest.environment(Map.of(), istio, shop), deadly)) {
      declared = Declared.apply(shop, "cart", "cart", "{port: 8080, interval: 3s}");
      assertThat(ended.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }
    try (var next = OperatorUnderTest.start(istio, shop)) {
      declared.awaitReady(PATIENCE);
      awaitCured(istio, 1);
      assertThat(generationsOfPrometheus(istio)).as("pod templates").isEqualTo(killed.templates);
      staysReady(declared);
      assertThat(restarts(istio)).hasSize(1);
      assertThat(generationsOfPrometheus(istio)).isEqualTo(killed.templates);
    }
  }

  /** When the operator ends. */
  private enum Killed {
    BEFORE_THE_NOTE(Deed.STATE, Moment.BEFORE),
    AFTER_THE_NOTE(Deed.STATE, Moment.AFTER),
    BEFORE_THE_RESTART(Deed.RESTART, Moment.BEFORE),
    AFTER_THE_RESTART(Deed.RESTART, Moment.AFTER);

    /** That of the manifest, that without a reload, and that of the restart. */
    private final int templates = 3;

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
    istio.prometheus(Addon.plain().withSecretCertificates().scrapeInterval("2s"));
    istio.edit(
        "prometheus",
        deployment -> {
          Deployment changed = new DeploymentBuilder(deployment).build();
          var pod = changed.getSpec().getTemplate().getSpec();
          pod.getContainers().removeIf(c -> !c.getName().equals("prometheus-server"));
          pod.getContainers()
              .forEach(c -> c.getArgs().removeIf(a -> a.contains("enable-lifecycle")));
          return changed;
        });
    istio.awaitReady("prometheus");
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
    await(count + " restarts that have cured")
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(restarts(istio))
                    .hasSize(count)
                    .noneMatch(restart -> restart.endsWith(" -")));
  }

  private static ConfigMap state(TestNamespace istio) {
    return istio
        .cluster()
        .client()
        .configMaps()
        .inNamespace("appmetrics-system")
        .withName("appmetrics-" + istio.name() + ".prometheus")
        .get();
  }

  private static List<String> restarts(TestNamespace istio) {
    ConfigMap state = state(istio);
    return state == null
        ? List.of()
        : state.getData().getOrDefault("restarts", "").lines().toList();
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
    return istio
        .deployment("prometheus")
        .getSpec()
        .getTemplate()
        .getMetadata()
        .getAnnotations()
        .getOrDefault("appmetrics.io/certificates", "");
  }

  private static Pod pod(TestNamespace istio) {
    istio.awaitReady("prometheus");
    return istio.pod("prometheus");
  }

  /** How many pod templates there were, each of which has rolled it. */
  private static int generationsOfPrometheus(TestNamespace istio) {
    return (int)
        istio
            .cluster()
            .client()
            .apps()
            .replicaSets()
            .inNamespace(istio.name())
            .list()
            .getItems()
            .stream()
            .filter(
                set ->
                    set.getMetadata().getOwnerReferences().stream()
                        .anyMatch(owner -> owner.getName().equals("prometheus")))
            .count();
  }

  private static List<Event> events(TestNamespace istio, String reason) {
    return await(reason + " to be told")
        .until(
            () ->
                istio
                    .cluster()
                    .client()
                    .v1()
                    .events()
                    .inNamespace(istio.name())
                    .list()
                    .getItems()
                    .stream()
                    .filter(event -> event.getReason().equals(reason))
                    .toList(),
            events -> !events.isEmpty());
  }
}
