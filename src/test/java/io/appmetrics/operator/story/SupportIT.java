package io.appmetrics.operator.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.appmetrics.operator.api.EndpointStatus;
import io.appmetrics.operator.cluster.Addon;
import io.appmetrics.operator.cluster.AppManifest;
import io.appmetrics.operator.cluster.Cluster;
import io.appmetrics.operator.cluster.ClusterTest;
import io.appmetrics.operator.cluster.PrometheusProbe;
import io.appmetrics.operator.cluster.TestNamespace;
import io.appmetrics.operator.prometheus.NewJobs;
import io.appmetrics.operator.scrapeconfig.SlotJobs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * docs/support.md against what runs: for each Prometheus that Istio has shipped, six apps, how each
 * is scraped, and why so. {@code -Ddocs.write} writes the tables anew.
 */
@ClusterTest
class SupportIT {
  private static final Path DOC = Path.of("docs", "support.md");
  private static final Duration PATIENCE = Duration.ofSeconds(150);
  private static final int WHY = 200;

  enum Istio {
    ISTIO_1_0(Addon.ofIstio10()),
    ISTIO_1_4(Addon.ofIstio14()),
    ISTIO_1_5(Addon.ofIstio15()),
    TODAY(Addon.plain()),
    TODAY_SECURE(Addon.withSidecarCertificates());

    @SuppressWarnings("ImmutableEnumChecker") // a record that holds a function
    private final Addon addon;

    Istio(Addon addon) {
      this.addon = addon;
    }

    boolean hasAgent() {
      return this == ISTIO_1_5 || this == TODAY_SECURE;
    }
  }

  /** The pods of an app, in the words of the table. */
  enum Pods {
    WITHOUT_SIDECAR("no sidecar"),
    WITH_SIDECAR("sidecar"),
    WITH_MERGING("sidecar that merges");

    private final String words;

    Pods(String words) {
      this.words = words;
    }

    AppManifest app(String name) {
      var app = AppManifest.named(name).listens(8080);
      return switch (this) {
        case WITHOUT_SIDECAR -> app.outsideMesh();
        case WITH_SIDECAR -> app.annotated("prometheus.istio.io/merge-metrics", "false");
        case WITH_MERGING -> app;
      };
    }
  }

  /** One row of a table. */
  private record Case(Pods pods, boolean annotated) {
    String name() {
      return pods.name().toLowerCase(Locale.ROOT).replace('_', '-')
          + (annotated ? "-annotated" : "");
    }

    AppManifest app() {
      var app = pods.app(name());
      return annotated
          ? app.annotated("prometheus.io/scrape", "true")
              .annotated("prometheus.io/port", "8080")
              .annotated("prometheus.io/path", "/metrics")
          : app;
    }
  }

  @ParameterizedTest
  @EnumSource
  void the_table_is_what_runs(Istio istio, Cluster cluster) throws IOException {
    var system = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    system.istioDefaultAppears();
    var prometheus = system.prometheus(istio.addon.withLifecycle().scrapeInterval("2s"));
    if (istio.hasAgent()) {
      prometheus.agentReceives(cluster.mesh().issue(system.name(), "prometheus"));
    }
    shop.injectsSidecars();
    var cases = new ArrayList<Case>();
    for (var pods : Pods.values()) {
      cases.add(new Case(pods, false));
      cases.add(new Case(pods, true));
    }
    shop.apps(cases.stream().map(Case::app).toList());
    try (var operator = OperatorUnderTest.start(system, shop)) {
      Map<Case, Declared> declared = new LinkedHashMap<>();
      cases.forEach(c -> declared.put(c, Declared.apply(shop, c.name(), c.name(), "{port: 8080}")));
      declared.values().forEach(d -> d.awaitReady(PATIENCE));
      var rows = new ArrayList<String>();
      var cost = NewJobs.cost(istio.addon.deployment(cluster));
      declared.forEach((c, d) -> rows.add(row(shop, prometheus, c, d, cost)));
      holds(istio, String.join("", rows));
    }
  }

  private static String row(
      TestNamespace shop,
      PrometheusProbe prometheus,
      Case of,
      Declared declared,
      String costOfNewJobs) {
    shop.awaitReady(of.name());
    var endpoint = Objects.requireNonNull(declared.status().orElseThrow().endpoints()).get(0);
    await("one target of " + of.name())
        .atMost(PATIENCE)
        .until(() -> scraped(shop, prometheus, of).size() == 1);
    var target = scraped(shop, prometheus, of).get(0);
    return "| %s | %s | `%s` | `%s` | %s | %s |\n"
        .formatted(
            of.pods().words,
            of.annotated() ? "yes" : "no",
            endpoint.route(),
            lasting(target.url(), shop),
            SlotJobs.named(List.of(target.pool())).isEmpty() ? "nothing" : costOfNewJobs,
            why(endpoint, shop));
  }

  /** Envoy's own port is another's business. */
  private static List<PrometheusProbe.ActiveTarget> scraped(
      TestNamespace shop, PrometheusProbe prometheus, Case of) {
    var pod = shop.pod(of.name()).getMetadata().getName();
    return prometheus.targets().stream()
        .filter(t -> t.namespace().equals(shop.name()) && t.pod().equals(pod))
        .filter(PrometheusProbe.ActiveTarget::isUp)
        .toList();
  }

  /** Cut when it lasts: what is left does not depend on the length of an address. */
  private static String why(EndpointStatus endpoint, TestNamespace shop) {
    var why = lasting(Objects.requireNonNull(endpoint.why()), shop);
    return why.length() <= WHY ? why : why.substring(0, WHY) + "…";
  }

  private static String lasting(String text, TestNamespace shop) {
    return text.replaceAll("127(\\.\\d+){3}", "POD")
        .replace(shop.name(), "shop")
        .replace("|", "\\|");
  }

  private static void holds(Istio istio, String rows) throws IOException {
    var begin = "<!-- " + istio + " -->\n";
    var end = "<!-- end -->\n";
    var text = Files.readString(DOC);
    var from = text.indexOf(begin) + begin.length();
    var until = text.indexOf(end, from);
    var table =
        "\n"
            + "| pods | annotated before | route | what Prometheus scrapes | cost as shipped | why |\n"
            + "|---|---|---|---|---|---|\n"
            + rows
            + "\n";
    if (System.getProperty("docs.write") != null) {
      Files.writeString(DOC, text.substring(0, from) + table + text.substring(until));
    } else {
      assertThat(text.substring(from, until))
          .as("the table of %s in %s", istio, DOC)
          .isEqualTo(table);
    }
  }
}
