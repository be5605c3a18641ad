package io.appmetrics.operator.route;

import static io.appmetrics.operator.route.Declared.claim;
import static io.appmetrics.operator.route.Declared.endpoint;
import static io.appmetrics.operator.route.Declared.foresight;
import static io.appmetrics.operator.route.Declared.pod;
import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.mesh.Terms.Access;
import io.appmetrics.operator.relabel.IstioConfig;
import io.appmetrics.operator.relabel.Prediction;
import io.appmetrics.operator.relabel.RelabelModel;
import io.appmetrics.operator.scrapeconfig.JobReader;
import io.appmetrics.operator.scrapeconfig.PrometheusVersion;
import io.appmetrics.operator.scrapeconfig.PrometheusYaml;
import io.appmetrics.operator.scrapeconfig.ScrapeBlock;
import io.appmetrics.operator.scrapeconfig.ScrapeLimits;
import io.appmetrics.operator.scrapeconfig.SlotJobs;
import io.appmetrics.operator.scrapeconfig.UnparsableConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One workload, and several installations that each scrape it exactly once. */
class SeveralReadersTest {
  private static final String MESH = "istio-system/prometheus";
  private static final String STANDALONE = "monitoring/prometheus.server";

  /** What an installation runs beside our jobs; {@code null} for one that has never answered. */
  private static final String BARE = "scrape_configs: []\n";

  /** It takes every declared port of an annotated pod, whatever port the annotation names. */
  private static final String HASTY =
      """
      scrape_configs:
      - job_name: hasty
        kubernetes_sd_configs: [{role: pod}]
        relabel_configs:
        - {source_labels: [__meta_kubernetes_pod_annotation_prometheus_io_scrape], action: keep, regex: "true"}
      """;

  private static final Map<String, String> ANNOTATED =
      Map.of(
          "prometheus.io/scrape", "true",
          "prometheus.io/port", "8080",
          "prometheus.io/path", "/metrics");

  private static final Map<String, String> OURS = ours(ANNOTATED);

  private static Map<String, String> ours(Map<String, String> annotations) {
    Map<String, String> out = new TreeMap<>(annotations);
    out.put(ManagedAnnotations.MARKER, String.join(",", annotations.keySet()));
    return out;
  }

  private record Row(
      String what,
      String mesh,
      String standalone,
      Map<String, String> template,
      List<Endpoint> endpoints,
      String byMesh,
      String byStandalone,
      String written) {
    @Override
    public String toString() {
      return what;
    }
  }

  private static final String PROMETHEUS_IO =
      "prometheus.io/path=/metrics prometheus.io/port=8080 prometheus.io/scrape=true";

  private static final String SLOT_1_FOR_STANDALONE =
      "appmetrics.io/for-1=monitoring/prometheus.server appmetrics.io/path-1=/metrics"
          + " appmetrics.io/port-1=8080 appmetrics.io/scheme-1=http";

  static Stream<Row> rows() {
    String modern = IstioConfig.MODERN.text();
    return Stream.of(
        new Row(
            "the mesh's by annotations, the other by a slot that is its own",
            modern,
            BARE,
            Map.of(),
            List.of(endpoint(8080)),
            "Annotation",
            "Slot 1",
            SLOT_1_FOR_STANDALONE + " " + PROMETHEUS_IO),
        new Row(
            "a second port by one slot of both",
            modern,
            BARE,
            Map.of(),
            List.of(endpoint(8080), endpoint(9000)),
            "Annotation, Slot 2",
            "Slot 1, Slot 2",
            "appmetrics.io/for-1=monitoring/prometheus.server appmetrics.io/path-1=/metrics"
                + " appmetrics.io/path-2=/metrics appmetrics.io/port-1=8080"
                + " appmetrics.io/port-2=9000 appmetrics.io/scheme-1=http"
                + " appmetrics.io/scheme-2=http "
                + PROMETHEUS_IO),
        new Row(
            "both have the jobs: no slot",
            modern,
            modern,
            Map.of(),
            List.of(endpoint(8080)),
            "Annotation",
            "Annotation",
            PROMETHEUS_IO),
        new Row(
            "the user's own annotations, adopted where a job reads them",
            modern,
            BARE,
            ANNOTATED,
            List.of(endpoint(8080)),
            "Adopted",
            "Slot 1",
            SLOT_1_FOR_STANDALONE),
        new Row(
            "neither has a job: a slot of both, with nothing to tell apart",
            BARE,
            BARE,
            Map.of(),
            List.of(endpoint(8080)),
            "Slot 1",
            "Slot 1",
            "appmetrics.io/path-1=/metrics appmetrics.io/port-1=8080 appmetrics.io/scheme-1=http"),
        new Row(
            "annotations that would have another job scrape something else: a slot of both",
            modern,
            HASTY,
            Map.of(),
            List.of(endpoint(9000)),
            "Slot 1",
            "Slot 1",
            "appmetrics.io/path-1=/metrics appmetrics.io/port-1=9000 appmetrics.io/scheme-1=http"),
        new Row(
            "an installation that comes to one that has served for long",
            modern,
            BARE,
            OURS,
            List.of(endpoint(8080)),
            "Annotation",
            "Slot 1",
            SLOT_1_FOR_STANDALONE + " " + PROMETHEUS_IO),
        new Row(
            "one that cannot be asked keeps nobody waiting",
            modern,
            "",
            Map.of(),
            List.of(endpoint(8080)),
            "Annotation",
            "Undecided",
            PROMETHEUS_IO),
        new Row(
            "and joins where a slot is needed anyway",
            modern,
            "",
            Map.of(),
            List.of(endpoint(8080), endpoint(9000)),
            "Annotation, Slot 1",
            "Undecided, Slot 1",
            "appmetrics.io/path-1=/metrics appmetrics.io/port-1=9000 appmetrics.io/scheme-1=http "
                + PROMETHEUS_IO),
        new Row(
            "nobody can be asked",
            "",
            "",
            OURS,
            List.of(endpoint(8080)),
            "Undecided",
            "Undecided",
            PROMETHEUS_IO));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void eachByItsOwnRoute(Row row) {
    List<WorkloadPlan> plans = plans(row, row.template());

    assertThat(routes(plans.get(0), row)).isEqualTo(row.byMesh());
    assertThat(routes(plans.get(1), row)).isEqualTo(row.byStandalone());
    assertThat(plans)
        .allSatisfy(plan -> assertThat(written(plan)).isEqualTo(row.written()))
        .allSatisfy(plan -> assertThat(plan.doubles()).isEmpty());
  }

  @ParameterizedTest
  @MethodSource("rows")
  void staysWithIt(Row row) {
    Map<String, String> template = after(row);

    assertThat(plans(row, template))
        .extracting(WorkloadPlan::templateAnnotations)
        .containsOnly(plans(row, row.template()).get(0).templateAnnotations());
  }

  /** Also when it is started anew while one of them is down. */
  @ParameterizedTest
  @MethodSource("rows")
  void ignoranceRollsNobody(Row row) {
    Map<String, String> template = after(row);
    Row silent = new Row("", row.mesh(), "", template, row.endpoints(), "", "", "");

    assertThat(plans(silent, template).get(0).templateAnnotations())
        .isEqualTo(plans(row, row.template()).get(0).templateAnnotations());
  }

  /** With all slot jobs there, as others may need them: what the pod becomes in each. */
  @ParameterizedTest
  @MethodSource("rows")
  void nothingIsScrapedTwice(Row row) throws UnparsableConfig {
    Map<String, String> template = after(row);
    List<String> wanted =
        row.endpoints().stream().map(e -> "http://10.0.0.7:" + e.port() + e.path()).toList();
    if (!row.mesh().isEmpty()) {
      assertThat(scraped(row.mesh(), MESH, template)).containsOnlyOnceElementsOf(wanted);
    }
    if (!row.standalone().isEmpty()) {
      assertThat(scraped(row.standalone(), STANDALONE, template))
          .containsOnlyOnceElementsOf(wanted);
    }
  }

  @Test
  void aSlotNamesWhoseItIs() {
    Map<String, String> annotations =
        Map.of(
            "appmetrics.io/port-1", "8080",
            "appmetrics.io/path-1", "/metrics",
            "appmetrics.io/scheme-1", "http",
            "appmetrics.io/for-1", "a/b,c/d");
    Slot slot = SlotAnnotations.read(annotations).get(0);
    assertThat(slot.isFor("a/b")).isTrue();
    assertThat(slot.isFor("c/d")).isTrue();
    assertThat(slot.isFor("a/bc")).isFalse();
    assertThat(SlotAnnotations.of(List.of(slot))).isEqualTo(annotations);
  }

  private static List<String> scraped(String config, String reader, Map<String, String> template)
      throws UnparsableConfig {
    PrometheusVersion version = PrometheusVersion.parse("3.16.0");
    SlotJobs all = new SlotJobs(new TreeSet<>(List.of(1, 2, 3)), new TreeSet<>());
    ScrapeBlock block =
        ScrapeBlock.render(
            all, new JobReader(version, ScrapeLimits.NONE, reader), null, null, null);
    String text =
        config.equals(BARE)
            ? "scrape_configs:\n" + block.items()
            : PrometheusYaml.parse(config).with(block);
    RelabelModel model = RelabelModel.ofFile(text, version, "istio-system");
    List<String> urls = new ArrayList<>();
    for (Prediction prediction : model.predict(pod(template)).values()) {
      if (prediction instanceof Prediction.Certain certain) {
        certain.targets().forEach(target -> urls.add(target.url()));
      }
    }
    return urls;
  }

  private static Map<String, String> after(Row row) {
    Map<String, String> template = new TreeMap<>(row.template());
    template.putAll(plans(row, row.template()).get(0).templateAnnotations());
    return template;
  }

  private static List<WorkloadPlan> plans(Row row, Map<String, String> template) {
    return WorkloadPlan.of(
        List.of(claim("shop", 0, row.endpoints().toArray(Endpoint[]::new))),
        template,
        port -> Access.PLAIN,
        8,
        List.of(
            new Reader(MESH, seen(row.mesh(), template)),
            new Reader(STANDALONE, seen(row.standalone(), template))));
  }

  private static Foresight seen(String config, Map<String, String> template) {
    return config.isEmpty() ? Foresight.NONE : foresight(config, "3.16.0", pod(template));
  }

  private static String routes(WorkloadPlan plan, Row row) {
    return String.join(
        ", ", row.endpoints().stream().map(e -> told(plan.routes().get(e.key()))).toList());
  }

  private static String told(@Nullable Route route) {
    if (route instanceof Route.ByUserJob job) {
      return job.kind().toString();
    }
    return route instanceof Route.BySlot slot ? "Slot " + slot.number() : "Undecided";
  }

  private static String written(WorkloadPlan plan) {
    Map<String, String> annotations = new TreeMap<>(plan.templateAnnotations());
    annotations.remove(ManagedAnnotations.MARKER);
    return String.join(" ", annotations.entrySet().stream().map(Object::toString).toList());
  }
}
