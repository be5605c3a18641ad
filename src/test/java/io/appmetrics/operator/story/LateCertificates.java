package io.appmetrics.operator.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.appmetrics.operator.cluster.Addon;
import io.appmetrics.operator.cluster.Cluster;
import io.appmetrics.operator.cluster.PrometheusProbe;
import io.appmetrics.operator.cluster.TestNamespace;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** One of the stories on a cluster, up to the moment at which an operator starts. */
final class LateCertificates {
  static final Duration PATIENCE = Duration.ofSeconds(150);

  /** A second restart would be seen, and not be kept back by the budget. */
  static final Map<String, String> NO_BUDGET =
      Map.of("APPMETRICS_RESTART_PAUSE", "1s", "APPMETRICS_RESTARTS_PER_DAY", "48");

  private static final Duration QUIET = Duration.ofSeconds(5);

  private static final String STRICT =
      """
      apiVersion: security.istio.io/v1
      kind: PeerAuthentication
      metadata: {name: default}
      spec: {mtls: {mode: STRICT}}
      """;

  private final Act act;
  private final TestNamespace istio;
  private final TestNamespace shop;
  private final PrometheusProbe prometheus;
  private final String original;

  /**
   * What is there when all is done, and is the same however often the operator was killed.
   *
   * @param annotations of the app's pod template
   * @param written how often the app's Deployment was changed
   * @param configuration of Prometheus, the names of the test's namespaces apart
   * @param restarts that the operator remembers
   * @param templates how many pod templates Prometheus has had
   * @param inPlace how often its containers were started again
   */
  record End(
      Map<String, String> annotations,
      long written,
      String configuration,
      int restarts,
      int templates,
      int inPlace) {}

  private LateCertificates(
      Act act, TestNamespace istio, TestNamespace shop, PrometheusProbe prometheus) {
    this.act = act;
    this.istio = istio;
    this.shop = shop;
    this.prometheus = prometheus;
    this.original = Kubectl.in(istio).configuration();
  }

  static LateCertificates begin(Act act, Cluster cluster) {
    return begin(act, act.addon, cluster);
  }

  /** The act with another Prometheus. */
  static LateCertificates begin(Act act, Addon addon, Cluster cluster) {
    Definitions.establish(cluster);
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    shop.app(Act.app());
    shop.apply(STRICT);
    return new LateCertificates(act, istio, shop, istio.prometheus(addon));
  }

  TestNamespace istio() {
    return istio;
  }

  TestNamespace shop() {
    return shop;
  }

  /** The Prometheus that started without certificates. */
  PrometheusProbe prometheus() {
    return prometheus;
  }

  /** The app is declared. */
  Declared declare() {
    return Declared.apply(shop, "cart", "cart", act.port);
  }

  /** Prometheus does without its certificates, and would do so for good. */
  void awaitSick(Declared declared) {
    await("the trouble to be told: " + act.sickness)
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(declared.condition("CertificatesLoaded"))
                    .as("%s", declared.condition("Ready"))
                    .get()
                    .satisfies(
                        condition ->
                            assertThat(condition.message())
                                .contains(act.sickness, "does not exist yet")));
  }

  /** Ready, at once and for good. */
  void awaitCured(Declared declared) {
    declared.awaitReady(PATIENCE);
    new RestartRecord(istio).awaitCured(act.restarts, PATIENCE);
    await("it to stay Ready").during(QUIET).atMost(PATIENCE).until(declared::isReady);
  }

  End end() {
    var record = new RestartRecord(istio);
    istio.awaitReady("prometheus");
    var written = shop.deployment("cart").getMetadata().getGeneration();
    return new End(
        Kubectl.in(shop).templateAnnotations("cart"),
        written,
        Kubectl.in(istio).configuration().replace(istio.name(), "istio-system"),
        record.remembered().size(),
        record.templates(),
        RestartRecord.inPlace(istio.pod("prometheus")));
  }

  /** What is to be the end. */
  void assertEnd(End end) {
    Map<String, String> annotations = new TreeMap<>(act.annotations);
    annotations.put("sidecar.istio.io/status", "injected");
    assertThat(end.annotations()).containsExactlyInAnyOrderEntriesOf(annotations);
    assertThat(end.written()).as("the app's templates").isEqualTo(2);
    assertThat(end.restarts()).as("restarts").isEqualTo(act.restarts);
    assertThat(end.templates()).as("Prometheus' templates").isEqualTo(1 + act.restarts);
    assertThat(end.inPlace()).as("restarts in place").isZero();
    switch (act) {
      case TODAY ->
          assertThat(end.configuration().split("job_name: appmetrics-digest-", -1))
              .as("one block of ours")
              .hasSize(2);
      case CLASSIC -> assertThat(end.configuration()).isEqualTo(original);
    }
  }
}
