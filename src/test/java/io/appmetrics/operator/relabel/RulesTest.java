package io.appmetrics.operator.relabel;

import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.scrapeconfig.PrometheusVersion;
import io.appmetrics.operator.scrapeconfig.UnparsableConfig;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each action of a rule, alone. */
class RulesTest {

  private static final String NONE = "(dropped)";

  /**
   * A row: the labels with which the rules begin (two of them the pod's), the rules, and what is
   * left of the labels that a series gets, but for job and instance.
   */
  record Row(String version, String labels, String rules, String after) {
    static Row of(String labels, String rules, String after) {
      return new Row("3.16.0", labels, rules, after);
    }
  }

  static List<Row> rows() {
    return List.of(
        // replace and its defaults
        Row.of("a=x", "- {source_labels: [A], target_label: t}", "t=x"),
        Row.of("a=x b=y", "- {source_labels: [A, B], target_label: t}", "t=x;y"),
        Row.of("a=x b=y", "- {source_labels: [A, B], separator: '', target_label: t}", "t=xy"),
        Row.of("a=x b=y", "- {source_labels: [A, B], separator:, target_label: t}", "t=xy"),
        Row.of("a=x", "- {target_label: t, replacement: fixed}", "t=fixed"),
        Row.of("a=x", "- {target_label: t, replacement: 15020}", "t=15020"),
        Row.of("a=x", "- {source_labels: [A, none], target_label: t}", "t=x;"),
        Row.of("a=xyz", "- {source_labels: [A], regex: y, target_label: t, replacement: n}", ""),
        Row.of("a=xyz", "- {source_labels: [A], regex: x|xyz, target_label: t}", ""),
        Row.of("a=xyz", "- {source_labels: [A], regex: '(x|xyz)', target_label: t}", "t=xyz"),
        Row.of("a=x", "- {source_labels: [A], regex: '', target_label: t, replacement: n}", ""),
        Row.of("a=", "- {source_labels: [A], regex:, target_label: t, replacement: n}", "t=n"),
        Row.of("a=x", "- {source_labels: [A], regex: true, target_label: t}", ""),
        // what has become empty is deleted
        Row.of("a=x", T + "- {source_labels: [none], target_label: t}", ""),
        Row.of("a=x", T + "- {target_label: t, replacement: ''}", ""),
        Row.of("a=x", T + "- {target_label: t, replacement: $9}", ""),
        // expansion as Go's: $1x is a group named 1x
        Row.of("a=x-y", GROUPS + "replacement: $2$1}", "t=yx"),
        Row.of("a=x-y", GROUPS + "replacement: $1x}", ""),
        Row.of("a=x-y", GROUPS + "replacement: '${1}x'}", "t=xx"),
        Row.of("a=x-y", GROUPS + "replacement: '$1-$2'}", "t=x-y"),
        Row.of("a=x-y", GROUPS + "replacement: '$$1'}", "t=$1"),
        Row.of("a=x-y", GROUPS + "replacement: '$'}", "t=$"),
        Row.of("a=x-y", GROUPS + "replacement: '${1'}", "t=${1"),
        Row.of("a=x-y", GROUPS + "replacement: '$-${}'}", "t=$-${}"),
        Row.of("a=x-y", GROUPS + "replacement: '$01|$10|$0'}", "t=||x-y"),
        Row.of("a=x-y", GROUPS + "replacement: '$999999999999'}", ""),
        Row.of("a=x-y", NAMED + "replacement: '$first ${second}'}", "t=x y"),
        Row.of("a=x-y", NAMED + "replacement: '$firsts'}", ""),
        Row.of(
            "a=x",
            "- {source_labels: [A], regex: '(x)|(y)', target_label: t, replacement: '$2!'}",
            "t=!"),
        // the target is expanded, too; an impossible name is no target
        Row.of(
            "a=x-y",
            "- {source_labels: [A], regex: '(.)-(.)', target_label: 'to_$1', replacement: $2}",
            "to_x=y"),
        Row.of("a=x-y", "- {source_labels: [A], target_label: 'to_$1'}", "to_x-y=x-y"),
        new Row("2.42.0", "a=x-y", "- {source_labels: [A], target_label: 'to_$1'}", ""),
        Row.of("a=x-y", LEGACY + "- {source_labels: [A], target_label: 'to_$1'}", ""),
        // until 2.49 the label that is literally so named went, not the one that is meant
        new Row(
            "2.42.0",
            "a=x",
            "- {target_label: to_x, replacement: v}\n- {source_labels: [A], target_label: 'to_$1', replacement: ''}",
            "to_x=v"),
        Row.of(
            "a=x",
            "- {target_label: to_x, replacement: v}\n- {source_labels: [A], target_label: 'to_$1', replacement: ''}",
            ""),
        // a line feed is any character from 3.0 on
        new Row("2.42.0", "a=x\\ny", "- {source_labels: [A], target_label: t}", ""),
        Row.of("a=x\\ny", "- {source_labels: [A], target_label: t}", "t=x\ny"),
        // before 2.12 what is empty stayed a label
        new Row(
            "2.11.0",
            "a=",
            "- {action: labelmap, regex: '__meta_kubernetes_pod_annotation_(a)'}",
            "a="),
        Row.of("a=", "- {action: labelmap, regex: '__meta_kubernetes_pod_annotation_(a)'}", ""),
        // keep and drop
        Row.of("a=true", "- {source_labels: [A], action: keep, regex: true}", ""),
        Row.of("a=truer", "- {source_labels: [A], action: keep, regex: true}", NONE),
        Row.of("a=x", "- {source_labels: [none], action: keep, regex: .+}", NONE),
        Row.of("a=x", "- {source_labels: [none], action: drop, regex: ''}", NONE),
        Row.of("a=x", "- {source_labels: [A], action: DROP, regex: y}", ""),
        Row.of("a=x", "- {source_labels: [A], action: drop}", NONE),
        Row.of("a=x b=x", "- {source_labels: [A], action: keepequal, target_label: B}", ""),
        Row.of("a=x b=y", "- {source_labels: [A], action: keepequal, target_label: B}", NONE),
        Row.of("a=x b=x", "- {source_labels: [A], action: dropequal, target_label: B}", NONE),
        Row.of("a=x b=y", "- {source_labels: [A], action: dropequal, target_label: B}", ""),
        // hashmod: the last eight bytes of the MD5 sum of "x"
        Row.of(
            "a=x",
            "- {source_labels: [A], action: hashmod, modulus: 18446744073709551615, target_label: t}",
            "t=" + HASH),
        Row.of(
            "a=x",
            "- {source_labels: [A], action: hashmod, modulus: 8, target_label: t}",
            "t=" + HASH_8),
        // case
        Row.of("a=AbÄİ", "- {source_labels: [A], action: lowercase, target_label: t}", "t=abäi"),
        Row.of("a=abß", "- {source_labels: [A], action: uppercase, target_label: t}", "t=ABß"),
        // by name
        Row.of("app=x", "- {action: labelmap, regex: __meta_kubernetes_pod_label_(.+)}", "app=x"),
        Row.of(
            "app=x",
            "- {action: labelmap, regex: __meta_kubernetes_pod_label_(.+), replacement: 'k8s_$1'}",
            "k8s_app=x"),
        Row.of("a=x", T + "- {action: labeldrop, regex: t}", ""),
        Row.of("a=x", T + "- {action: labeldrop, regex: '.'}", ""),
        Row.of(
            "a=x",
            T + "- {target_label: tt, replacement: v}\n- {action: labelkeep, regex: '__.+__|t'}",
            "t=v"));
  }

  private static final String T = "- {target_label: t, replacement: v}\n";
  private static final String GROUPS = "- {source_labels: [A], regex: '(.)-(.)', target_label: t, ";
  private static final String NAMED =
      "- {source_labels: [A], regex: '(?P<first>.)-(?P<second>.)', target_label: t, ";
  private static final String LEGACY = "#legacy\n";
  private static final String HASH = "17710500428000290726";
  private static final String HASH_8 = "6";

  @ParameterizedTest
  @MethodSource("rows")
  void appliesTheRules(Row row) throws UnparsableConfig {
    assertThat(after(row)).isEqualTo(row.after());
  }

  private static String after(Row row) throws UnparsableConfig {
    var annotations = Pods.map(row.labels().replace("\\n", "\n").split(" "));
    var config =
        """
        scrape_configs:
        - job_name: j
          %s
          kubernetes_sd_configs: [{role: pod}]
          relabel_configs:
        """
                .formatted(
                    row.rules().startsWith("#legacy")
                        ? "metric_name_validation_scheme: legacy"
                        : "")
            + row.rules()
                .replaceAll("\\bA\\b", "__meta_kubernetes_pod_annotation_a")
                .replaceAll("\\bB\\b", "__meta_kubernetes_pod_annotation_b")
                .indent(2);
    var pod =
        new Pod(
            "shop",
            "p",
            "u",
            "10.0.0.7",
            "",
            "",
            "Running",
            "True",
            Map.of("app", annotations.getOrDefault("app", "x")),
            annotations,
            null,
            List.of(Pods.container("c", 80)),
            List.of());
    var prediction =
        RelabelModel.ofFile(config, PrometheusVersion.parse(row.version()), "istio-system")
            .predict("j", pod);
    var certain = (Prediction.Certain) prediction;
    if (certain.targets().isEmpty()) {
      return NONE;
    }
    var labels = new TreeMap<>(certain.targets().get(0).labels());
    labels.remove("job");
    labels.remove("instance");
    var text = new StringBuilder();
    labels.forEach((name, value) -> text.append(' ').append(name).append('=').append(value));
    return text.toString().strip();
  }

  /** What is marshalled leaves out what is empty, never what is a default. */
  @Test
  void takesWhatIsAbsentInALoadedConfigurationForEmpty() throws UnparsableConfig {
    var yaml =
        """
        scrape_configs:
        - job_name: j
          kubernetes_sd_configs: [{role: pod}]
          relabel_configs:
          - source_labels: [__meta_kubernetes_namespace, __meta_kubernetes_pod_name]
            regex: (.*)
            target_label: both
            replacement: $1
            action: replace
          - target_label: job
            separator: ;
            action: replace
        """;
    var version = PrometheusVersion.parse("2.42.0");
    var loaded = RelabelModel.ofLoaded(yaml, version, "").predict("j", Pods.SHOP);
    var written = RelabelModel.ofFile(yaml, version, "").predict("j", Pods.SHOP);

    assertThat(((Prediction.Certain) loaded).targets().get(0).labels())
        .containsOnly(Map.entry("both", "shopcart-1"), Map.entry("instance", "10.0.0.7:8080"));
    assertThat(((Prediction.Certain) written).targets().get(0).labels())
        .containsOnly(Map.entry("both", "shop;cart-1"), Map.entry("instance", "10.0.0.7:8080"));
  }
}
