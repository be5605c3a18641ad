package io.appmetrics.operator.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.appmetrics.operator.apiserver.Deeds;
import io.appmetrics.operator.apiserver.Deeds.Deed;
import io.appmetrics.operator.apiserver.Deeds.Moment;
import io.appmetrics.operator.cluster.Addon;
import io.appmetrics.operator.cluster.AppManifest;
import io.appmetrics.operator.cluster.Cluster;
import io.appmetrics.operator.cluster.ClusterTest;
import io.appmetrics.operator.cluster.PrometheusProbe;
import io.appmetrics.operator.cluster.TestNamespace;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Beside a tool that owns the ConfigMap in Git, and applies it again and again. */
@ClusterTest
class GitOpsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private static final String LINE = "scrape_config_files: [/etc/config/appmetrics.yml]\n";

  private final AtomicInteger writes = new AtomicInteger();
  private final Deeds counted =
      (deed, moment) -> {
        if (deed == Deed.CONFIG && moment == Moment.AFTER) {
          writes.incrementAndGet();
        }
      };

  private OperatorUnderTest operator(TestNamespace istio, TestNamespace shop) {
    return OperatorInThisJvm.start(
        istio, OperatorUnderTest.environment(Map.of(), istio, shop), counted);
  }

  private static Declared slotted(TestNamespace shop) {
    shop.app(AppManifest.named("cart").listens(8080).annotated("sidecar.istio.io/status", "{}"));
    return Declared.apply(shop, "cart", "cart", "{port: 8080, interval: 1s}");
  }

  @ParameterizedTest
  @EnumSource(
      value = Applier.Way.class,
      names = {"CLIENT_SIDE", "SERVER_SIDE"})
  void leavesAKeyOfTheirOwnAlone(Applier.Way way, Cluster cluster) {
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    var prometheus = istio.prometheus(addon().configured(text -> text + LINE));
    var kubectl = Kubectl.in(istio);
    String git = kubectl.configuration();
    try (var operator = operator(istio, shop);
        var tool = Applier.starts(istio, way, git)) {
      var declared = slotted(shop);
      declared.awaitReady(PATIENCE);
      // the reloader beside Prometheus may still have its own load of the same text to do
      int first = tool.applied();
      await("one more application").atMost(PATIENCE).until(() -> tool.applied() > first);
      long loads = prometheus.loads();
      int before = tool.applied();
      ConfigMap stands = kubectl.configMap();
      assertThat(kubectl.configuration()).isEqualTo(git);
      assertThat(stands.getData().get("appmetrics.yml")).contains("- job_name: appmetrics-1\n");

      await("three more applications")
          .atMost(PATIENCE)
          .failFast("Ready", () -> assertThat(declared.isReady()).isTrue())
          .until(() -> tool.applied() >= before + 3);
      assertThat(kubectl.configMap().getData()).isEqualTo(stands.getData());
      assertThat(writes).hasValue(1);
      assertThat(prometheus.loads()).isEqualTo(loads);

      declared.delete();
      await("the user's own ConfigMap")
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(kubectl.configMap().getData())
                      .doesNotContainKey("appmetrics.yml")
                      .containsEntry("prometheus.yml", git));
    }
  }

  /** Whoever replaces the whole object takes a key of their own away, too. */
  @Test
  void gives_way_to_whoever_replaces_the_object_with_the_line_in_it(Cluster cluster) {
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    istio.prometheus(addon().configured(text -> text + LINE));
    String git = Kubectl.in(istio).configuration();
    try (var operator = operator(istio, shop);
        var tool = Applier.starts(istio, Applier.Way.REPLACE, git)) {
      assertThat(slotted(shop).awaitReason("ConfigWritten", "Reverted", PATIENCE))
          .contains(
              " has taken the jobs out of ConfigMap",
              "(key appmetrics.yml)",
              "have it leave this ConfigMap alone");
      int before = tool.applied();
      await("three more applications").atMost(PATIENCE).until(() -> tool.applied() >= before + 3);
      assertThat(writes).hasValueBetween(2, 3);
    }
  }

  @ParameterizedTest
  @EnumSource(Applier.Way.class)
  void gives_way_says_so_and_recovers_by_one_line(Applier.Way way, Cluster cluster) {
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    var prometheus = istio.prometheus(addon());
    var kubectl = Kubectl.in(istio);
    String git = kubectl.configuration();
    try (var operator = operator(istio, shop)) {
      Declared declared = slotted(shop);
      try (var tool = Applier.starts(istio, way, git)) {
        assertThat(declared.awaitReason("ConfigWritten", "Reverted", PATIENCE))
            .contains(
                way == Applier.Way.CLIENT_SIDE || way == Applier.Way.SERVER_SIDE
                    ? "argocd-controller has taken the jobs out of ConfigMap"
                    : " has taken the jobs out of ConfigMap",
                "add to the configuration that it applies the line"
                    + " \"scrape_config_files: [/etc/config/appmetrics.yml]\"");
        int before = tool.applied();
        await("three more applications").atMost(PATIENCE).until(() -> tool.applied() >= before + 3);
        assertThat(writes).hasValueBetween(2, 3);
      }
      if (way == Applier.Way.REPLACE) {
        return; // a key of its own would go, too
      }
      writes.set(0);
      try (var tool = Applier.starts(istio, way, git + LINE)) {
        declared.awaitReady(PATIENCE);
        assertThat(kubectl.configuration()).isEqualTo(git + LINE);
        assertThat(writes).hasValue(1);
        assertThat(prometheus.lastReloadSucceeded()).isTrue();
      }
    }
  }

  /** As somebody has it who took the live ConfigMap for the file to put into Git. */
  @Test
  void gives_way_to_a_copy_of_the_block(Cluster cluster) {
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    var prometheus = istio.prometheus(addon());
    var kubectl = Kubectl.in(istio);
    try (var operator = operator(istio, shop)) {
      Declared declared = slotted(shop);
      declared.awaitReady(PATIENCE);
      String copied = kubectl.configuration() + LINE;
      writes.set(0);
      try (var tool = Applier.starts(istio, Applier.Way.SERVER_SIDE, copied)) {
        await("our key to go")
            .atMost(PATIENCE)
            .failFast("Ready", () -> assertThat(declared.isReady()).isTrue())
            .until(() -> writes.get() == 3);
        assertThat(kubectl.configMap().getData())
            .containsEntry("prometheus.yml", copied)
            .doesNotContainKey("appmetrics.yml");
        await("a good load")
            .atMost(PATIENCE)
            .failFast("Ready", () -> assertThat(declared.isReady()).isTrue())
            .until(prometheus::lastReloadSucceeded);
      }
    }
  }

  /** Both ways, and at no moment is the endpoint missing or scraped twice. */
  @Test
  void changes_over_without_a_gap(Cluster cluster) {
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    var prometheus = istio.prometheus(addon());
    var kubectl = Kubectl.in(istio);
    String git = kubectl.configuration();
    try (var operator = operator(istio, shop)) {
      var declared = slotted(shop);
      declared.awaitReady(PATIENCE);
      String inline = kubectl.configuration();
      kubectl.edit(text -> text + LINE);
      awaitScrapedOnce("the key of their own", prometheus, shop, declared, () -> included(kubectl));
      assertThat(kubectl.configuration()).isEqualTo(git + LINE);
      awaitScrapedOnce("its load", prometheus, shop, declared, () -> includes(prometheus));

      kubectl.configuration(git);
      awaitScrapedOnce("the block", prometheus, shop, declared, () -> !included(kubectl));
      assertThat(kubectl.configuration()).isEqualTo(inline);
      awaitScrapedOnce("its load", prometheus, shop, declared, () -> !includes(prometheus));
      declared.awaitReady(PATIENCE);
    }
  }

  /** A job in a file of theirs is as good as any other: its pods need no slot. */
  @Test
  void takes_the_jobs_of_a_file_that_the_user_includes(Cluster cluster) {
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    var prometheus = istio.prometheus(addon());
    var kubectl = Kubectl.in(istio);
    String git = kubectl.configuration();
    kubectl.data(
        Map.of(
            "prometheus.yml",
            git + "scrape_config_files: [jobs-*.yml]\n",
            "jobs-shop.yml",
            "scrape_configs:\n"
                + "- job_name: everything-of-the-shop\n"
                + "  kubernetes_sd_configs: [{role: pod, namespaces: {names: [%s]}}]\n"
                    .formatted(shop.name())
                + "  relabel_configs:\n"
                + "  - {source_labels: [__meta_kubernetes_pod_label_app], action: keep, regex: cart}\n"));
    await("its pool")
        .atMost(PATIENCE)
        .until(() -> prometheus.scrapePools().contains("everything-of-the-shop"));
    try (var operator = operator(istio, shop)) {
      shop.app(AppManifest.named("cart").listens(8080));
      var declared = Declared.apply(shop, "cart", "cart", "{port: 8080}");
      declared.awaitReady(PATIENCE);
      assertThat(declared.endpoint().route()).isEqualTo("Adopted");
      assertThat(declared.endpoint().why()).contains("everything-of-the-shop");
      assertThat(prometheus.targets())
          .filteredOn(target -> target.namespace().equals(shop.name()))
          .singleElement()
          .matches(PrometheusProbe.ActiveTarget::isUp);
      assertThat(writes).hasValue(0);
    }
  }

  private static boolean included(Kubectl kubectl) {
    return kubectl.configMap().getData().containsKey("appmetrics.yml");
  }

  private static boolean includes(PrometheusProbe prometheus) {
    return prometheus.configuration().contains("scrape_config_files:");
  }

  private static void awaitScrapedOnce(
      String what,
      PrometheusProbe prometheus,
      TestNamespace shop,
      Declared declared,
      Callable<Boolean> condition) {
    await(what)
        .atMost(PATIENCE)
        .failFast(
            "one target that is up, and Ready",
            () -> {
              assertThat(prometheus.targets())
                  .filteredOn(target -> target.namespace().equals(shop.name()))
                  .singleElement()
                  .matches(PrometheusProbe.ActiveTarget::isUp);
              assertThat(declared.isReady()).isTrue();
            })
        .until(condition);
  }

  private static Addon addon() {
    return Addon.plain().withSecretCertificates().scrapeInterval("2s");
  }
}
