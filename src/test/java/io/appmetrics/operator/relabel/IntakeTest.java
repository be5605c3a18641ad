package io.appmetrics.operator.relabel;

import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.scrapeconfig.PrometheusVersion;
import io.appmetrics.operator.scrapeconfig.UnparsableConfig;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class IntakeTest {
  private static final String SCRAPE = "__meta_kubernetes_pod_annotation_prometheus_io_scrape";
  private static final String APP = "__meta_kubernetes_pod_label_app";

  /** The rules of job j, and what is told of what it has taken. */
  record Row(String rules, String sentence) {}

  static List<Row> rows() {
    return List.of(
        new Row("[]", "job j has no keep rule and takes every pod that it discovers"),
        new Row(
            "[{source_labels: [%s], target_label: app}]".formatted(APP),
            "job j has no keep rule and takes every pod that it discovers"),
        new Row(
            "[{source_labels: [%s], action: keep, regex: true}]".formatted(SCRAPE),
            "job j takes it by rule 1 (keep %s =~ \"true\")".formatted(SCRAPE)),
        // both let it in, and either can be changed; what a drop rule leaves explains nothing then
        new Row(
            """
            - {source_labels: [%1$s], target_label: app}
            - {source_labels: [%2$s], action: keep, regex: true}
            - {source_labels: [%1$s], action: drop, regex: till}
            - {source_labels: [%1$s, %2$s], separator: ;, action: keep, regex: cart;.*}
            """
                .formatted(APP, SCRAPE),
            "job j takes it by rule 2 (keep %2$s =~ \"true\") and rule 4 (keep %1$s;%2$s =~ \"cart;.*\")"
                .formatted(APP, SCRAPE)),
        new Row(
            "[{source_labels: [%s], action: keepequal, target_label: app}]".formatted(APP),
            "job j takes it by rule 1 (keepequal %s == app)".formatted(APP)),
        new Row(
            """
            - {source_labels: [%1$s], action: drop, regex: till}
            - {source_labels: [%1$s], action: dropequal, target_label: app}
            """
                .formatted(APP),
            "job j has no keep rule and takes every pod that it discovers, save by rule 1 (drop %1$s =~ \"till\") and rule 2 (dropequal %1$s == app)"
                .formatted(APP)));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void namesTheRulesThatLetIn(Row row) throws UnparsableConfig {
    var yaml =
        "scrape_configs:\n- job_name: j\n  kubernetes_sd_configs: [{role: pod}]\n  relabel_configs:\n"
            + row.rules().indent(4)
            + "- job_name: all\n  kubernetes_sd_configs: [{role: pod}]\n";
    for (var version : List.of("3.16.0", "2.42.0", "2.37.0", "2.5.0")) {
      var of = PrometheusVersion.parse(version);
      var loaded = RelabelModel.ofLoaded(yaml, of, "istio-system");
      assertThat(loaded.intake("j").sentence()).as(version).isEqualTo(row.sentence());
    }
  }
}
