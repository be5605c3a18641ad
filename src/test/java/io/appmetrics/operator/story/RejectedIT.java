package io.appmetrics.operator.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.appmetrics.operator.apiserver.Deeds;
import io.appmetrics.operator.cluster.Addon;
import io.appmetrics.operator.cluster.AppManifest;
import io.appmetrics.operator.cluster.Cluster;
import io.appmetrics.operator.cluster.ClusterTest;
import io.appmetrics.operator.cluster.PrometheusProbe;
import io.appmetrics.operator.cluster.TestNamespace;
import io.appmetrics.operator.scrapeconfig.BlockText;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A real Prometheus refuses what the operator has written. */
@ClusterTest
class RejectedIT {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  /** A job of a file that is included is not seen in the text; its name is taken all the same. */
  private static final String IN_THE_WAY =
      "scrape_configs:\n- job_name: appmetrics-2\n  static_configs: []\n";

  @Test
  void takes_back_what_is_refused_and_quarantines_who_asked_for_it(Cluster cluster) {
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    var prometheus = withOneInTheWay(istio);
    var kubectl = Kubectl.in(istio);
    shop.app(meshed("cart"));
    shop.app(meshed("store"));
    try (var operator = OperatorUnderTest.start(istio, shop)) {
      var one = Declared.apply(shop, "cart", "cart", "{port: 8080, interval: 1s}");
      one.awaitReady(PATIENCE);
      String good = kubectl.configuration();

      var two = storeWithTwoPorts(shop);
      assertThat(two.awaitReason("ConfigWritten", "ConfigRejected", PATIENCE))
          .contains(
              "one or more errors occurred while applying the new configuration",
              "and runs appmetrics-1 instead");
      assertThat(kubectl.configuration()).isEqualTo(good);
      await("a good load").atMost(PATIENCE).until(prometheus::lastReloadSucceeded);
      assertThat(one.isReady()).isTrue();
    }
    // the one that comes after it remembers
    try (var operator = OperatorUnderTest.start(istio, shop)) {
      var two = Declared.named(shop, "store");
      two.awaitReason("ConfigWritten", "ConfigRejected", PATIENCE);
      set(istio, "more.yml", "scrape_configs: []\n");
      two.awaitReady(PATIENCE);
      assertThat(kubectl.configuration()).contains("job_name: appmetrics-2\n");
    }
  }

  /** What somebody else has broken is theirs: not one byte of it is touched. */
  @Test
  void leaves_a_mistake_of_the_user_to_the_user(Cluster cluster) {
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    var prometheus = istio.prometheus(addon());
    var kubectl = Kubectl.in(istio);
    shop.app(meshed("cart"));
    shop.app(meshed("store"));
    try (var operator = OperatorUnderTest.start(istio, shop)) {
      var one = Declared.apply(shop, "cart", "cart", "{port: 8080, interval: 1s}");
      one.awaitReady(PATIENCE);
      kubectl.edit(text -> "no_such_key: 1\n" + text);
      String broken = kubectl.configuration();
      await("Prometheus to refuse it")
          .atMost(PATIENCE)
          .until(() -> !prometheus.lastReloadSucceeded());

      var two = storeWithTwoPorts(shop);
      two.awaitReason("ConfigLoaded", "ConfigRejected", PATIENCE);
      await("its own words")
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(two.condition("ConfigLoaded").orElseThrow().message())
                      .contains("field no_such_key not found", "correct it there"));
      assertThat(BlockText.cutOutOf(kubectl.configuration())).isEqualTo(BlockText.cutOutOf(broken));
      assertThat(one.isReady()).isTrue();

      kubectl.edit(text -> text.replace("no_such_key: 1\n", ""));
      two.awaitReady(PATIENCE);
      assertThat(one.isReady()).isTrue();
    }
  }

  /** Whoever asked for no more is back with it, whatever ended it in between. */
  @Test
  void takes_back_what_keeps_it_from_starting(Cluster cluster) {
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    withOneInTheWay(istio);
    var kubectl = Kubectl.in(istio);
    shop.app(meshed("cart"));
    shop.app(meshed("store"));
    AtomicInteger writes = new AtomicInteger();
    Deeds ended =
        (deed, moment) -> {
          if (deed == Deeds.Deed.CONFIG
              && moment == Deeds.Moment.AFTER
              && writes.incrementAndGet() == 2) {
            istio
                .cluster()
                .client()
                .pods()
                .inNamespace(istio.name())
                .withLabel("app.kubernetes.io/name", "prometheus")
                .withGracePeriod(0)
                .delete();
          }
        };
    try (var operator =
        OperatorInThisJvm.start(
            istio, OperatorUnderTest.environment(Map.of(), istio, shop), ended)) {
      var one = Declared.apply(shop, "cart", "cart", "{port: 8080, interval: 1s}");
      one.awaitReady(PATIENCE);
      String good = kubectl.configuration();

      var two = storeWithTwoPorts(shop);
      assertThat(two.awaitReason("ConfigWritten", "ConfigRejected", PATIENCE))
          .containsPattern("has ended [2-9] times with them")
          .contains("and runs appmetrics-1 instead");
      assertThat(kubectl.configuration()).isEqualTo(good);
      one.awaitReady(PATIENCE);
      assertThat(writes).hasValue(3);
    }
  }

  private static Declared storeWithTwoPorts(TestNamespace shop) {
    return Declared.apply(
        shop, "store", "store", "{port: 8080, interval: 1s}", "{port: 8081, interval: 1s}");
  }

  /** Beside a file that it includes, in which the second slot's job has its name already. */
  private static PrometheusProbe withOneInTheWay(TestNamespace istio) {
    var prometheus =
        istio.prometheus(
            addon().configured(text -> text + "scrape_config_files: [/etc/config/more.yml]\n"));
    set(istio, "more.yml", IN_THE_WAY);
    return prometheus;
  }

  private static AppManifest meshed(String name) {
    return AppManifest.named(name)
        .listens(8080)
        .listens(8081)
        .annotated("sidecar.istio.io/status", "{}");
  }

  private static void set(TestNamespace istio, String key, String value) {
    ConfigMap change = new ConfigMap();
    var client = istio.cluster().client();
    client
        .configMaps()
        .inNamespace(istio.name())
        .withName("prometheus")
        .patch(
            new PatchContext.Builder().withPatchType(PatchType.JSON_MERGE).build(),
            client
                .getKubernetesSerialization()
                .asJson(change.edit().addToData(key, value).build()));
  }

  private static Addon addon() {
    return Addon.plain().withSecretCertificates().scrapeInterval("2s");
  }
}
