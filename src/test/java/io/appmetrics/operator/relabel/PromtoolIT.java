package io.appmetrics.operator.relabel;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.appmetrics.operator.cluster.program.Binary;
import io.appmetrics.operator.scrapeconfig.PrometheusVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What Prometheus accepts, the model can read: a job that it cannot is one without a route. */
class PromtoolIT {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final PrometheusVersion VERSION =
      PrometheusVersion.parse(Binary.PROMTOOL.version());

  /** A rule, whether promtool takes it, and whether the model does. */
  record Row(Map<String, Object> rule, boolean accepted, boolean read) {
    static Row both(String regex) {
      return new Row(Map.of("action", "labeldrop", "regex", regex), true, true);
    }

    static Row neither(String regex) {
      return new Row(Map.of("action", "labeldrop", "regex", regex), false, false);
    }
  }

  static List<Row> rows() {
    return List.of(
        Row.both("(?i)a|b"),
        Row.both("(?P<n>a)"),
        Row.both("(?<n>a)"),
        Row.both("(?s-i:a.)"),
        Row.both("(?U)a+"),
        Row.both("\\pL\\p{Greek}\\PN\\p{^Lu}"),
        Row.both("[[:word:]][[:^alpha:]]\\d\\S\\w"),
        Row.both("\\Qa.b\\E\\x{10FFFF}\\a\\f\\t\\n\\r\\v"),
        Row.both("\\A\\ba\\B\\z"),
        Row.both("(a{1,1000}){0}"),
        Row.both("a{,2}"),
        Row.both("a{2,"),
        Row.both("[^\\n]"),
        Row.both(""),
        Row.both("a)(b"),
        Row.neither("a{1001}"),
        Row.neither("(?=a)"),
        Row.neither("(a)\\1"),
        Row.neither("a++"),
        Row.neither("a**"),
        // beyond the model, which then says so
        new Row(Map.of("action", "labeldrop", "regex", "(?P<n>a)(?P<n>b)"), true, false),
        Row.neither("["),
        Row.neither("(a"),
        Row.neither("\\Z"),
        Row.neither("\\pX"),
        Row.neither("[b-a]"),
        rule(true, "action", "Keep", "source_labels", List.of("a")),
        rule(false, "action", "keepall", "source_labels", List.of("a")),
        rule(false, "action", "hashmod", "source_labels", List.of("a"), "target_label", "b"));
  }

  private static Row rule(boolean good, Object... pairs) {
    var rule = new LinkedHashMap<String, Object>();
    for (var i = 0; i < pairs.length; i += 2) {
      rule.put((String) pairs[i], pairs[i + 1]);
    }
    return new Row(rule, good, good);
  }

  @ParameterizedTest
  @MethodSource("rows")
  void readsWhatPrometheusAccepts(Row row, @TempDir Path directory) throws Exception {
    var text =
        JSON.writeValueAsString(
            Map.of(
                "scrape_configs",
                List.of(
                    Map.of(
                        "job_name",
                        "j",
                        "kubernetes_sd_configs",
                        List.of(Map.of("role", "pod")),
                        "relabel_configs",
                        List.of(row.rule())))));

    var complaint = Promtool.complaint(Files.writeString(directory.resolve("p.yml"), text));
    var prediction = RelabelModel.ofFile(text, VERSION, "").predict("j", Pods.SHOP);

    assertThat(complaint.isEmpty()).as(complaint).isEqualTo(row.accepted());
    assertThat(prediction instanceof Prediction.Certain)
        .as(prediction.toString())
        .isEqualTo(row.read());
  }
}
