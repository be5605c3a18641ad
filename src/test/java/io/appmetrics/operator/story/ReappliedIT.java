package io.appmetrics.operator.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.appmetrics.operator.apiserver.Deeds;
import io.appmetrics.operator.cluster.Addon;
import io.appmetrics.operator.cluster.AppManifest;
import io.appmetrics.operator.cluster.Cluster;
import io.appmetrics.operator.cluster.ClusterTest;
import io.appmetrics.operator.cluster.TestNamespace;
import io.appmetrics.operator.route.ManagedAnnotations;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/** Rollouts are undone, and charts applied again, by people who know nothing of the operator. */
@ClusterTest
class ReappliedIT {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final Duration QUIET = Duration.ofSeconds(5);

  /** What an undo, or a replacement, takes away comes back, and is given up at the fourth time. */
  @Test
  void an_app(Cluster cluster) {
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    istio.prometheus(Addon.plain().scrapeInterval("2s"));
    shop.app(
        AppManifest.named("cart").listens(8080).annotated("sidecar.istio.io/status", "injected"));
    var kubectl = Kubectl.in(shop);
    var chart = kubectl.manifest("cart");
    Set<Integer> counted = ConcurrentHashMap.newKeySet();
    Deeds counts =
        (deed, moment) -> {
          if (deed == Deeds.Deed.TEMPLATE && moment == Deeds.Moment.BEFORE) {
            counted.add(templateWrites(shop));
          }
        };
    try (var operator =
        OperatorInThisJvm.start(
            istio, OperatorUnderTest.environment(Map.of(), istio, shop), counts)) {
      var declared = Declared.apply(shop, "cart", "cart", "{port: 8080}");
      declared.awaitReady(PATIENCE);
      var annotations = kubectl.templateAnnotations("cart");
      long generation = kubectl.generation("cart");

      kubectl.as("helm").apply(chart);
      kubectl.as("argocd-controller").applyServerSide(chart);
      assertThat(kubectl.templateAnnotations("cart")).isEqualTo(annotations);
      staysAt(shop, "cart", generation);

      kubectl.rolloutUndo("cart");
      awaitBack(shop);
      declared.awaitReady(PATIENCE);
      assertThat(kubectl.templateAnnotations("cart")).isEqualTo(annotations);
      staysAt(shop, "cart", generation + 2);

      kubectl.replace(chart);
      awaitBack(shop);
      declared.awaitReady(PATIENCE);
      assertThat(kubectl.templateAnnotations("cart")).isEqualTo(annotations);
      staysAt(shop, "cart", generation + 4);

      kubectl.replace(chart);
      assertThat(declared.awaitReason("Annotated", "AnnotationsReverted", PATIENCE))
          .contains("taken away 3 times");
      staysAt(shop, "cart", generation + 5);
      assertThat(counted)
          .as("told before each write, but for the first, which the template tells")
          .containsExactlyInAnyOrder(0, 2, 3);
    }
  }

  private static int templateWrites(TestNamespace shop) {
    return Declared.named(shop, "cart")
        .status()
        .flatMap(status -> Optional.ofNullable(status.targets()))
        .flatMap(targets -> Optional.ofNullable(targets.get(0).templateWrites()))
        .orElse(0);
  }

  private static void awaitBack(TestNamespace shop) {
    await("the annotations to be back")
        .atMost(PATIENCE)
        .until(
            () ->
                Kubectl.in(shop)
                    .templateAnnotations("cart")
                    .containsKey(ManagedAnnotations.MARKER));
  }

  /** What it was restarted for may go and come: whoever starts then has the certificates. */
  @Test
  void the_prometheus_that_was_restarted(Cluster cluster) {
    var story = LateCertificates.begin(Act.CLASSIC, cluster);
    var istio = story.istio();
    var kubectl = Kubectl.in(istio);
    var chart = kubectl.manifest("prometheus");
    try (var operator = OperatorUnderTest.start(LateCertificates.NO_BUDGET, istio, story.shop())) {
      var declared = story.declare();
      story.awaitSick(declared);
      istio.istioDefaultAppears();
      story.awaitCured(declared);
      var record = new RestartRecord(istio);
      var fingerprint = record.annotation();
      assertThat(fingerprint).isNotEmpty();
      var pod = istio.pod("prometheus").getMetadata().getUid();
      long generation = kubectl.generation("prometheus");

      kubectl.as("helm").apply(chart);
      kubectl.as("argocd-controller").applyServerSide(chart);
      staysAt(istio, "prometheus", generation);
      assertThat(istio.pod("prometheus").getMetadata().getUid()).isEqualTo(pod);

      kubectl.rolloutUndo("prometheus");
      assertThat(record.annotation()).isEmpty();
      scrapesAgain(istio, declared, generation + 1);

      kubectl.rolloutUndo("prometheus");
      assertThat(record.annotation()).isEqualTo(fingerprint);
      scrapesAgain(istio, declared, generation + 2);

      kubectl.replace(chart);
      assertThat(record.annotation()).isEmpty();
      scrapesAgain(istio, declared, generation + 3);
      assertThat(record.remembered()).as("restarts").hasSize(1);
      assertThat(record.templates()).as("of the chart, and of the restart").isEqualTo(2);
    }
  }

  /** By the rollout of others alone. */
  private static void scrapesAgain(TestNamespace istio, Declared declared, long generation) {
    istio.awaitReady("prometheus");
    declared.awaitReady(PATIENCE);
    staysAt(istio, "prometheus", generation);
    assertThat(declared.isReady()).isTrue();
    assertThat(RestartRecord.inPlace(istio.pod("prometheus"))).isZero();
  }

  private static void staysAt(TestNamespace namespace, String deployment, long generation) {
    await("nothing more to be written")
        .during(QUIET)
        .atMost(QUIET.multipliedBy(2))
        .until(() -> Kubectl.in(namespace).generation(deployment) == generation);
  }
}
