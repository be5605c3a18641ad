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
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Prometheis that divide the pods by a hash (hashmod). */
@ClusterTest
class ShardsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final String JOB = "kubernetes-pods";
  private static final int MOST_PODS = 16;

  private static final String SHARE_0 = "regex: share-0";
  private static final String SHARE_1 = "regex: share-1";

  /** Each pod is up on the replica in whose share it is, and nobody misses it on the other. */
  @Test
  void each_replica_is_asked_for_its_share(Cluster cluster) {
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    var replicas = twoReplicas(istio);
    // a ConfigMap holds one share: that they differ is so while one has loaded and one has not
    Kubectl.in(istio).edit(text -> text.replace(SHARE_0, SHARE_1));
    var other = replicas.get(1);
    await("the other share")
        .atMost(PATIENCE)
        .until(
            () -> {
              other.reload();
              return other.configuration().contains("share-1");
            });
    shop.app(
        AppManifest.named("cart")
            .listens(8080)
            .annotated("prometheus.io/scrape", "true")
            .annotated("prometheus.io/port", "8080"));
    awaitPodsInBothShares(shop, replicas);
    try (var operator = OperatorUnderTest.start(istio, shop)) {
      var text = Kubectl.in(istio).configuration();
      var declared = Declared.apply(shop, "cart", "cart", "{port: 8080}");
      declared.awaitReady(PATIENCE);
      assertThat(declared.endpoint().route()).isEqualTo("Adopted");
      assertThat(declared.endpoint().why()).contains("job kubernetes-pods takes number ");
      var pods = shop.pods("cart").stream().map(pod -> pod.getMetadata().getName()).toList();
      assertThat(replicas.stream().flatMap(ShardsIT::podsUp))
          .as("each on one replica")
          .containsExactlyInAnyOrderElementsOf(pods);
      assertThat(Kubectl.in(istio).configuration()).isEqualTo(text);

      // now nobody takes the pods of share 0, and it is not they who are amiss
      replicas.get(0).reload();
      assertThat(declared.awaitReason("TargetsUp", "DroppedByRelabeling", PATIENCE))
          .contains(
              "rule 3 of job kubernetes-pods: keep __tmp_share =~ \"share-1\", here it is"
                  + " \"share-0\"",
              "for job kubernetes-pods takes number 1 of 2 shares of the targets (rules 1 and 3)",
              "which this operator does not see");
      assertThat(declared.isReady()).isFalse();
    }
  }

  /** A job of the operator's takes every pod, which the admin has to allow. */
  @Test
  void a_slot_is_refused_or_scraped_whole_by_both(Cluster cluster) {
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    var replicas = twoReplicas(istio);
    var text = Kubectl.in(istio).configuration();
    shop.app(
        AppManifest.named("cart")
            .replicas(3)
            .listens(8080)
            .annotated("sidecar.istio.io/status", "injected"));
    try (var operator = OperatorUnderTest.start(istio, shop)) {
      var declared = Declared.apply(shop, "cart", "cart", "{port: 8080}");
      assertThat(declared.awaitReason("ConfigWritten", "ShardedUnsupported", PATIENCE))
          .contains(
              "job kubernetes-pods takes number 0 of 2 shares of the targets",
              "set APPMETRICS_SHARDS=ScrapeAll");
      assertThat(Kubectl.in(istio).configuration()).isEqualTo(text);
    }
    try (var operator =
        OperatorUnderTest.start(Map.of("APPMETRICS_SHARDS", "ScrapeAll"), istio, shop)) {
      Declared.named(shop, "cart").awaitReady(PATIENCE);
      var pods = shop.pods("cart").stream().map(pod -> pod.getMetadata().getName()).toList();
      assertThat(pods).hasSize(3);
      // Ready counts a pod that is new once it is up somewhere
      await("all on both")
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(replicas)
                      .allSatisfy(
                          replica ->
                              assertThat(
                                      replica.targets("appmetrics-1").stream()
                                          .filter(t -> t.isUp()))
                                  .extracting(PrometheusProbe.ActiveTarget::pod)
                                  .containsExactlyInAnyOrderElementsOf(pods)));
    }
  }

  /** Both have share 0 of 2, and nobody but the test reloads them. */
  private static List<PrometheusProbe> twoReplicas(TestNamespace istio) {
    istio.prometheus(
        Addon.plain()
            .withLifecycle()
            .scrapeInterval("2s")
            .configured(
                text ->
                    text.replaceFirst(
                        "(job_name: kubernetes-pods\n(?:.*\n)*?  relabel_configs:\n)",
                        """
                        $1  - {source_labels: [__address__], action: hashmod, modulus: 2, target_label: __tmp_hash}
                          - {source_labels: [__tmp_hash], target_label: __tmp_share, replacement: share-\\$1}
                          - {source_labels: [__tmp_share], action: keep, %s}
                        """
                            .formatted(SHARE_0))));
    Kubectl.in(istio).scale("prometheus", 2);
    istio.awaitReady("prometheus");
    return istio.pods("prometheus").stream().map(pod -> PrometheusProbe.of(istio, pod)).toList();
  }

  /** Which share an address falls into is chance. */
  private static void awaitPodsInBothShares(TestNamespace shop, List<PrometheusProbe> replicas) {
    for (int pods = 2; pods <= MOST_PODS; pods++) {
      Kubectl.in(shop).scale("cart", pods);
      shop.awaitReady("cart");
      var all = shop.pods("cart").stream().map(ShardsIT::name).toList();
      await("all to be scraped")
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(replicas.stream().flatMap(ShardsIT::podsUp))
                      .containsExactlyInAnyOrderElementsOf(all));
      if (replicas.stream().allMatch(replica -> podsUp(replica).findAny().isPresent())) {
        return;
      }
    }
    throw new AssertionError(MOST_PODS + " pods are all in one share");
  }

  private static String name(Pod pod) {
    return pod.getMetadata().getName();
  }

  private static Stream<String> podsUp(PrometheusProbe replica) {
    return replica.targets(JOB).stream()
        .filter(target -> target.isUp() && target.pod().startsWith("cart-"))
        .map(PrometheusProbe.ActiveTarget::pod);
  }
}
