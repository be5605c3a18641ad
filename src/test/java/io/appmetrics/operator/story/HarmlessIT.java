package io.appmetrics.operator.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.appmetrics.operator.api.Condition;
import io.appmetrics.operator.cluster.Addon;
import io.appmetrics.operator.cluster.AppManifest;
import io.appmetrics.operator.cluster.Cluster;
import io.appmetrics.operator.cluster.ClusterTest;
import io.appmetrics.operator.cluster.PrometheusProbe;
import io.appmetrics.operator.cluster.TestNamespace;
import io.appmetrics.operator.route.ManagedAnnotations;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The operator does what it is there for, and nothing else: what it writes is counted. */
@ClusterTest
class HarmlessIT {
  private static final Logger log = LoggerFactory.getLogger(HarmlessIT.class);

  private static final Duration PATIENCE = Duration.ofSeconds(90);

  /** Longer than the operator's steady poll, and any wake that an event causes. */
  private static final Duration WHILE = Duration.ofSeconds(6);

  private static final String OWN_NOTE = "# the alerting of team shop relies on this file\n";

  @Test
  void twenty_more_change_no_byte_and_deletion_gives_everything_back(Cluster cluster) {
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    var prometheus = istio.prometheus(addon().configured(text -> OWN_NOTE + text));
    shop.app(
        AppManifest.named("cart")
            .listens(8080, "http", "plain")
            .listens(8081)
            .listens(8082)
            .annotated("example.com/owner", "team shop"));
    var original = Kubectl.in(istio).configuration();
    try (var operator = OperatorUnderTest.start(istio, shop)) {
      var declared =
          Declared.apply(
              shop, "cart", "cart", "{port: http}", "{port: 8081}", "{port: 8082, interval: 1s}");
      declared.awaitReady(PATIENCE);
      eachScrapedOnce(prometheus, shop, 3);
      assertThat(Kubectl.in(shop).templateAnnotations("cart"))
          .containsEntry("example.com/owner", "team shop");
      assertThat(Kubectl.in(istio).configuration()).startsWith(OWN_NOTE);

      var configMap = Kubectl.in(istio).configMap();
      long loads = prometheus.loads();
      var others = twentyMore(shop);
      Instant since = Instant.now();
      others.forEach(other -> other.awaitReady(PATIENCE));
      log.info("twenty more: Ready after {}", Duration.between(since, Instant.now()));
      eachScrapedOnce(prometheus, shop, 23);
      assertThat(Kubectl.in(istio).configMap().getMetadata().getResourceVersion())
          .isEqualTo(configMap.getMetadata().getResourceVersion());
      assertThat(Kubectl.in(istio).configMap().getData()).isEqualTo(configMap.getData());
      assertThat(prometheus.loads()).isEqualTo(loads);
      assertThat(declared.isReady()).isTrue();

      others.forEach(Declared::delete);
      declared.delete();
      nothingIsLeft(istio, original, shop, "cart", Map.of("example.com/owner", "team shop"));
      nothingIsLeft(istio, original, shop, "app-20", Map.of());
    }
  }

  private static List<Declared> twentyMore(TestNamespace shop) {
    List<Declared> more = new ArrayList<>();
    for (int i = 1; i <= 20; i++) {
      var app = AppManifest.named("app-" + i).listens(8080);
      shop.secret(
          shop.cluster().mesh().issue(shop.name(), app.name()).asSecret(app.name() + "-certs"));
      shop.apply(app.yaml());
      more.add(Declared.apply(shop, app.name(), app.name(), "{port: 8080}"));
    }
    return more;
  }

  /** Each address is a target of exactly one pool, and is up. */
  private static void eachScrapedOnce(
      PrometheusProbe prometheus, TestNamespace namespace, int endpoints) {
    var targets =
        prometheus.targets().stream().filter(t -> t.namespace().equals(namespace.name())).toList();
    assertThat(targets).hasSize(endpoints).allMatch(PrometheusProbe.ActiveTarget::isUp);
    assertThat(targets).extracting(PrometheusProbe.ActiveTarget::url).doesNotHaveDuplicates();
    await("a sample of each")
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(
                        prometheus.query(
                            "count by (instance) (up{namespace=\"%s\"} == 1)"
                                .formatted(namespace.name())))
                    .hasSize(endpoints)
                    .allMatch(sample -> sample.value() == 1));
  }

  private static void nothingIsLeft(
      TestNamespace istio,
      String original,
      TestNamespace namespace,
      String deployment,
      Map<String, String> annotations) {
    await("the user's own bytes")
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(Kubectl.in(istio).configuration()).isEqualTo(original));
    await("the template's own annotations")
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(Kubectl.in(namespace).templateAnnotations(deployment))
                    .isEqualTo(annotations));
  }

  @Test
  void restarted_suspended_and_deleted_behind_its_back(Cluster cluster) {
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    var prometheus = istio.prometheus(addon());
    var cart = shop.app(AppManifest.named("cart").listens(8080).listens(8081).listens(8082));
    var original = Kubectl.in(istio).configuration();
    Declared declared;
    try (var operator = OperatorUnderTest.start(istio, shop)) {
      declared = Declared.apply(shop, "cart", "cart", "{port: 8080}", "{port: 8082}");
      declared.awaitReady(PATIENCE);
      shop.awaitReady("cart");
    }
    long loads = prometheus.loads();
    var before = versions(istio, shop);
    try (var operator = OperatorUnderTest.start(istio, shop)) {
      staysSo(
          "all as it was before the restart",
          () -> {
            assertThat(versions(istio, shop)).isEqualTo(before);
            assertThat(declared.isReady()).isTrue();
          });
      assertThat(prometheus.loads()).isEqualTo(loads);

      declared.suspend(true);
      await("suspension to be told")
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(declared.condition("Ready"))
                      .get()
                      .extracting(Condition::reason)
                      .isEqualTo("Suspended"));
      Declared.apply(shop, "cart", "cart", "{port: 8081}", "{port: 8082}");
      cart.behaves(8080, "down");
      staysSo(
          "all as it was while suspended",
          () -> {
            assertThat(versions(istio, shop)).isEqualTo(before);
            assertThat(declared.isReady()).isTrue();
          });
      assertThat(prometheus.loads()).isEqualTo(loads);

      declared.suspend(false);
      declared.awaitReady(PATIENCE);
      assertThat(Kubectl.in(shop).templateAnnotations("cart"))
          .containsEntry("prometheus.io/port", "8081")
          .containsEntry("appmetrics.io/port-1", "8082");
    }
    declared.delete();
    assertThat(Kubectl.in(istio).configuration()).isNotEqualTo(original);
    try (var operator = OperatorUnderTest.start(istio, shop)) {
      nothingIsLeft(istio, original, shop, "cart", Map.of());
    }
  }

  /** The versions of everything that the operator may write but the AppMetrics itself. */
  private static Map<String, String> versions(TestNamespace... namespaces) {
    Map<String, String> versions = new HashMap<>();
    for (TestNamespace namespace : namespaces) {
      var client = namespace.cluster().client();
      List<HasMetadata> objects = new ArrayList<>();
      objects.addAll(client.apps().deployments().inNamespace(namespace.name()).list().getItems());
      objects.addAll(client.pods().inNamespace(namespace.name()).list().getItems());
      objects.addAll(
          client.configMaps().inNamespace(namespace.name()).withName("prometheus").get() == null
              ? List.of()
              : List.of(Kubectl.in(namespace).configMap()));
      objects.forEach(
          object ->
              versions.put(
                  object.getKind() + " " + object.getMetadata().getName(),
                  object.getMetadata().getResourceVersion()));
    }
    return versions;
  }

  @Test
  void prometheus_itself_is_declared(Cluster cluster) {
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    istio.prometheus(addon());
    shop.app(AppManifest.named("cart").listens(8080));
    try (var operator = OperatorUnderTest.start(istio, istio, shop)) {
      var cart = Declared.apply(shop, "cart", "cart", "{port: 8080}");
      cart.awaitReady(PATIENCE);
      long generation = Kubectl.in(istio).generation("prometheus");

      var own = Declared.apply(istio, "prometheus", "prometheus", "{port: 9090}");
      own.awaitReady(PATIENCE);
      cart.awaitReady(PATIENCE);
      istio.awaitReady("prometheus");
      assertThat(Kubectl.in(istio).generation("prometheus")).isEqualTo(generation + 1);
      staysSo(
          "peace",
          () -> {
            assertThat(Kubectl.in(istio).generation("prometheus")).isEqualTo(generation + 1);
            assertThat(cart.isReady()).isTrue();
            assertThat(own.isReady()).isTrue();
          });
      own.delete();
      await("the template of Prometheus to be its own again")
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(Kubectl.in(istio).templateAnnotations("prometheus"))
                      .noneSatisfy((key, value) -> assertThat(key).startsWith("appmetrics.io/")));
      istio.awaitReady("prometheus");
      cart.awaitReady(PATIENCE);
      assertThat(Kubectl.in(istio).generation("prometheus")).isEqualTo(generation + 2);
    }
  }

  @Test
  void others_write_the_same_objects(Cluster cluster) {
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    istio.prometheus(addon());
    for (var name : List.of("cart", "undone", "stripped")) {
      // behind sidecars that merge nothing: slots serve them
      shop.app(
          AppManifest.named(name)
              .listens(8080)
              .listens(8081)
              .annotated("sidecar.istio.io/status", "injected"));
    }
    try (var operator = OperatorUnderTest.start(istio, shop)) {
      nothing_is_lost(istio, shop);
      undone_once_is_written_once(shop);
      a_fight_is_given_up(shop);
    }
  }

  /** Somebody edits the configuration while the operator adds and takes away jobs. */
  private static void nothing_is_lost(TestNamespace istio, TestNamespace shop) {
    var kubectl = Kubectl.in(istio);
    var original = kubectl.configuration();
    List<String> notes = IntStream.range(0, 20).mapToObj(i -> "# note " + i + "\n").toList();
    Declared declared = null;
    for (int i = 0; i < notes.size(); i++) {
      if (i % 5 == 0) {
        String ports = i % 10 == 0 ? "{port: 8080}" : "{port: 8080}, {port: 8081}";
        declared = Declared.apply(shop, "cart", "cart", ports);
      }
      String note = notes.get(i);
      kubectl.edit(text -> note + text);
    }
    assertThat(declared).isNotNull();
    declared.awaitReady(PATIENCE);
    declared.delete();
    List<String> newestFirst = new ArrayList<>(notes);
    Collections.reverse(newestFirst);
    nothingIsLeft(
        istio,
        String.join("", newestFirst) + original,
        shop,
        "cart",
        Map.of("sidecar.istio.io/status", "injected"));
  }

  /** {@code kubectl rollout undo} puts the older template back, under another field manager. */
  private static void undone_once_is_written_once(TestNamespace shop) {
    var declared = Declared.apply(shop, "undone", "undone", "{port: 8080}");
    declared.awaitReady(PATIENCE);
    var kubectl = Kubectl.in(shop).as("kubectl-rollout");
    long generation = kubectl.generation("undone");
    strip(kubectl, "undone");
    await("the annotations to be back")
        .atMost(PATIENCE)
        .until(() -> kubectl.templateAnnotations("undone").containsKey(ManagedAnnotations.MARKER));
    declared.awaitReady(PATIENCE);
    staysSo("peace", () -> assertThat(kubectl.generation("undone")).isEqualTo(generation + 2));

    // one that was born after us moves our keys to its manager with other values
    kubectl.annotateTemplate("undone", "appmetrics.io/port-1", "9999");
    await("the annotation to be right")
        .atMost(PATIENCE)
        .until(
            () ->
                kubectl
                    .templateAnnotations("undone")
                    .getOrDefault("appmetrics.io/port-1", "")
                    .equals("8080"));
    declared.awaitReady(PATIENCE);
    assertThat(kubectl.generation("undone")).isEqualTo(generation + 4);

    // a port that is given up comes back with the undo, and would be scraped again
    Declared.apply(shop, "undone", "undone", "{port: 8080}, {port: 8081}").awaitReady(PATIENCE);
    Map<String, @Nullable String> both = new HashMap<>(kubectl.templateAnnotations("undone"));
    Declared.apply(shop, "undone", "undone", "{port: 8080}").awaitReady(PATIENCE);
    var one = kubectl.templateAnnotations("undone");
    assertThat(both).containsKey("appmetrics.io/port-2");
    assertThat(one).doesNotContainKey("appmetrics.io/port-2");
    kubectl.annotateTemplate("undone", both);
    await("nothing but the one port")
        .atMost(PATIENCE)
        .until(() -> kubectl.templateAnnotations("undone").equals(one));
    declared.awaitReady(PATIENCE);
  }

  /** Somebody who takes our annotations away each time wins: rollouts without end serve nobody. */
  private static void a_fight_is_given_up(TestNamespace shop) {
    var gitops = Kubectl.in(shop).as("gitops");
    var declared = Declared.apply(shop, "stripped", "stripped", "{port: 8080}");
    int writes = 0;
    while (writes < 10) {
      await("annotations, or the end of the fight")
          .atMost(PATIENCE)
          .until(
              () ->
                  gitops.templateAnnotations("stripped").containsKey(ManagedAnnotations.MARKER)
                      || declared
                          .condition("Annotated")
                          .filter(c -> c.reason().equals("AnnotationsReverted"))
                          .isPresent());
      if (!gitops.templateAnnotations("stripped").containsKey(ManagedAnnotations.MARKER)) {
        break;
      }
      writes++;
      strip(gitops, "stripped");
    }
    assertThat(writes).isEqualTo(3);
    assertThat(declared.awaitReason("Annotated", "AnnotationsReverted", PATIENCE))
        .contains("taken away 3 times", "managedFields");
    long generation = gitops.generation("stripped");
    staysSo("an end", () -> assertThat(gitops.generation("stripped")).isEqualTo(generation));
    Declared.apply(shop, "stripped", "stripped", "{port: 8081}");
    declared.awaitReady(PATIENCE);
  }

  private static void strip(Kubectl kubectl, String deployment) {
    Map<String, @Nullable String> nothing = new HashMap<>();
    ManagedAnnotations.keys(kubectl.templateAnnotations(deployment))
        .forEach(key -> nothing.put(key, null));
    kubectl.annotateTemplate(deployment, nothing);
  }

  private static void staysSo(String what, Runnable assertion) {
    await(what)
        .during(WHILE)
        .atMost(WHILE.multipliedBy(2))
        .failFast(what, assertion::run)
        .until(() -> true);
  }

  private static Addon addon() {
    return Addon.plain().withSecretCertificates().scrapeInterval("2s");
  }
}
