package io.appmetrics.operator.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.appmetrics.operator.api.EndpointStatus;
import io.appmetrics.operator.api.TargetKind;
import io.appmetrics.operator.cluster.Addon;
import io.appmetrics.operator.cluster.AppManifest;
import io.appmetrics.operator.cluster.Cluster;
import io.appmetrics.operator.cluster.ClusterTest;
import io.appmetrics.operator.cluster.DemoAppProbe;
import io.appmetrics.operator.cluster.PrometheusProbe;
import io.appmetrics.operator.cluster.TestNamespace;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** StatefulSets and DaemonSets, run by their real controllers. */
@ClusterTest
class KindsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final Map<String, String> OWN = Map.of("example.com/owner", "team shop");
  private static final String STORE =
      "{kind: StatefulSet, name: store, ports: [{port: 8080, interval: 10s}]}";
  private static final String AGENT =
      "{kind: DaemonSet, name: agent, ports: [{port: http}, {port: 8081}]}";

  private static AppManifest store() {
    return AppManifest.named("store").as(TargetKind.STATEFUL_SET).replicas(2).listens(8080);
  }

  private static Addon addon() {
    return Addon.plain().withSecretCertificates().scrapeInterval("2s");
  }

  @Test
  void both_are_scraped_and_get_everything_back(Cluster cluster) {
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    var prometheus = istio.prometheus(addon());
    shop.app(store().annotated("example.com/owner", "team shop"));
    shop.app(
        AppManifest.named("agent")
            .as(TargetKind.DAEMON_SET)
            .annotated("example.com/owner", "team shop")
            .listens(8080, "http", "plain")
            .listens(8081));
    try (var operator = OperatorUnderTest.start(istio, shop)) {
      var declared = Declared.targets(shop, "shop", STORE, AGENT);
      declared.awaitReady(PATIENCE);
      shop.awaitReady("store");
      shop.awaitReady("agent");
      assertThat(declared.status().orElseThrow().endpoints())
          .extracting(EndpointStatus::target, EndpointStatus::port, EndpointStatus::route)
          .containsExactlyInAnyOrder(
              tuple("StatefulSet/store", 8080, "Slot"),
              tuple("DaemonSet/agent", 8080, "Annotation"),
              tuple("DaemonSet/agent", 8081, "Slot"));
      await("one up target for each endpoint of each pod")
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(prometheus.targets())
                      .filteredOn(target -> target.namespace().equals(shop.name()))
                      .hasSize(4)
                      .allMatch(PrometheusProbe.ActiveTarget::isUp));

      declared.delete();
      for (String workload : List.of("store", "agent")) {
        await("the own annotations of " + workload)
            .atMost(PATIENCE)
            .untilAsserted(
                () -> assertThat(Kubectl.in(shop).templateAnnotations(workload)).isEqualTo(OWN));
        shop.awaitReady(workload);
      }
    }
  }

  /**
   * The next pod of a StatefulSet has the name and here even the address of the one before it, so
   * that Prometheus says of the new one that it is up, before it has ever been scraped. 2.42 does
   * so until the next scrape; 3.16 hears of the end of the old pod at once, and seldom does.
   */
  @Test
  void a_pod_that_comes_again_counts_for_what_it_is(Cluster cluster) {
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    var prometheus = istio.prometheus(addon().version("2.42.0"));
    var store = shop.app(store());
    try (var operator = OperatorUnderTest.start(istio, shop)) {
      // long, so that the last scrape of the pod before is what Prometheus has for a while
      var declared = Declared.targets(shop, "store", STORE.replace("10s", "20s"));
      declared.awaitReady(PATIENCE);
      shop.awaitReady("store");
      awaitUp(declared, 2);

      store.behavesFromNextStart(8080, "down");
      var before = shop.podNamed("store-1");
      var last = scraped(prometheus, shop, before);
      await("the next scrape of store-1")
          .atMost(PATIENCE)
          .until(() -> scraped(prometheus, shop, before) > last);
      comesAgain(shop, before);
      assertThat(shop.podNamed("store-1").getStatus().getPodIP())
          .isEqualTo(before.getStatus().getPodIP());
      awaitUp(declared, 1);
      List<Integer> up = new CopyOnWriteArrayList<>();
      await("the new pod to count")
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(250))
          .until(
              () -> {
                up.add(up(declared));
                return !declared.isReady();
              });
      assertThat(up).as("pods on which it is up").containsOnly(1);
      assertThat(declared.awaitReason("TargetsUp", "ConnectionRefused", PATIENCE))
          .contains("StatefulSet store :8080/metrics of pod store-1: nothing listens there");

      store.behaves(8080, "plain");
      declared.awaitReady(PATIENCE);
      awaitUp(declared, 2);
    }
  }

  /** When the pod was scraped last, in seconds. */
  private static double scraped(PrometheusProbe prometheus, TestNamespace shop, Pod pod) {
    return prometheus
        .query(
            "timestamp(up{namespace=\"%s\", pod=\"%s\"})"
                .formatted(shop.name(), pod.getMetadata().getName()))
        .stream()
        .mapToDouble(PrometheusProbe.Sample::value)
        .max()
        .orElse(0);
  }

  private static int up(Declared declared) {
    return declared
        .status()
        .flatMap(status -> Optional.ofNullable(status.endpoints()))
        .flatMap(endpoints -> Optional.ofNullable(endpoints.get(0).up()))
        .orElse(0);
  }

  private static void awaitUp(Declared declared, int pods) {
    await(pods + " pods on which it is up")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> up(declared) == pods);
  }

  /** Deletes a pod, and returns when the next of its name is ready. */
  private static void comesAgain(TestNamespace shop, Pod pod) {
    shop.cluster().client().resource(pod).delete();
    shop.awaitPod(
        pod.getMetadata().getName(),
        "there again",
        now ->
            !now.getMetadata().getUid().equals(pod.getMetadata().getUid())
                && TestNamespace.isReady(now));
  }

  @Test
  void on_delete_the_pods_wait_for_people(Cluster cluster) {
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    istio.prometheus(addon());
    DemoAppProbe store = shop.app(store().onDelete());
    try (var operator = OperatorUnderTest.start(istio, shop)) {
      var declared = Declared.targets(shop, "store", STORE);
      assertThat(declared.awaitReason("Annotated", "RolloutStuck", PATIENCE))
          .isEqualTo(
              "0 of 2 ready pods of StatefulSet store carry the annotations: its updateStrategy is"
                  + " OnDelete, so a pod keeps its annotations until it is deleted; delete them one"
                  + " by one: kubectl -n "
                  + shop.name()
                  + " delete pod store-0");
      assertThat(declared.condition("Stalled")).isPresent();

      for (Pod pod : store.pods()) {
        comesAgain(shop, pod);
      }
      declared.awaitReady(PATIENCE);
      awaitUp(declared, 2);
    }
  }
}
