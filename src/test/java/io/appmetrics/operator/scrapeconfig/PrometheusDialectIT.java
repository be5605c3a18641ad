package io.appmetrics.operator.scrapeconfig;

import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.relabel.Promtool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Where Prometheus' YAML, which is 1.1 as Go reads it, and the parser's 1.2 could differ. What
 * Prometheus accepts is edited, but for the forms that the user guide lists.
 */
class PrometheusDialectIT {

  private enum Answer {
    EDITED,
    REFUSED
  }

  /**
   * A text, and what becomes of it.
   *
   * @param accepted by promtool
   */
  record Row(String name, String text, boolean accepted, Answer answer) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Row both(String name, String text) {
    return new Row(name, text, true, Answer.EDITED);
  }

  private static Row neither(String name, String text) {
    return new Row(name, text, false, Answer.REFUSED);
  }

  /** In the user guide. */
  private static Row listed(String name, String text) {
    return new Row(name, text, true, Answer.REFUSED);
  }

  /** Prometheus says what is wrong with it, before and after. */
  private static Row lax(String name, String text) {
    return new Row(name, text, false, Answer.EDITED);
  }

  static Stream<Row> rows() {
    return Stream.of(
        both("a tab behind a key", "global:\tnull\nscrape_configs:\t[{job_name:\ta}]\n"),
        both("tabs in JSON", "{\n\t\"scrape_configs\": [\n\t\t{\"job_name\": \"a\"}\n\t]\n}\n"),
        neither("tabs for indentation", "global:\n\tscrape_interval: 15s\n"),
        neither("a tab before a comment", "scrape_configs:\n\t# tab\n- job_name: a\n"),
        lax("a tab behind a dash", "scrape_configs:\n-\tjob_name: a\n"),
        both("a byte order mark", "\uFEFFscrape_configs: []\n"),
        both("one inside", "scrape_configs:\n- job_name: a\uFEFFb\n"),
        both("NEL breaks a line", "scrape_configs:\u0085- job_name: a\u0085"),
        both("LS breaks a line", "# one\u2028scrape_configs:\n- job_name: a\n"),
        both("PS breaks a line", "# one\u2029scrape_configs:\n- job_name: a\n"),
        lax("LS ends a comment", "# one\u2028two: {}\n"),
        both("carriage returns", "scrape_configs:\r- job_name: a\r"),
        neither("a control character", "# \u0007\n"),
        both("one that is escaped", "scrape_configs:\n- job_name: \"a\\u0007\"\n"),
        both("YAML 1.1", "%YAML 1.1\n---\nscrape_configs: []\n"),
        lax("YAML 1.2", "%YAML 1.2\n---\nscrape_configs: []\n"),
        both("a second document that is none", "scrape_configs: []\n---\n[ {\n"),
        both("garbage behind the end", "scrape_configs: []\n...\nx: [\n"),
        lax("a key twice, deeper", "scrape_configs:\n- job_name: a\n  job_name: b\n"),
        neither("scrape_configs twice", "scrape_configs: []\nscrape_configs: []\n"),
        both("a merge at the top", "<<: {rule_files: []}\nscrape_configs: [{job_name: b}]\n"),
        both("a merge, and no key", "global: &g {}\n<<: {rule_files: []}\n"),
        both("a merge after", "scrape_configs:\n- job_name: a\n  <<: {job_name: b}\n"),
        both("two merges", "scrape_configs:\n- <<: {scheme: http}\n  <<: {job_name: a}\n"),
        neither("a merge of nothing", "scrape_configs:\n- job_name: a\n  <<:\n"),
        both("an anchor twice", "scrape_configs:\n- &a {job_name: a}\n- &a {job_name: b}\n"),
        neither("an unknown alias", "scrape_configs: [*x]\n"),
        both("a tag of one's own", "scrape_configs: !x [{job_name: a}]\n"),
        both("a complex key", "? scrape_configs\n:\n- job_name: a\n"),
        both("an escaped key", "\"scrape\\x5fconfigs\": []\n"),
        both("numbers and words for names", "scrape_configs: [{job_name: 5}, {job_name: true}]\n"),
        neither("one name, two types", "scrape_configs: [{job_name: 5}, {job_name: '5'}]\n"),
        lax(
            "one name, one of them binary",
            "scrape_configs: [{job_name: !!binary YQ==}, {job_name: a}]\n"),
        both("a comment without a space", "scrape_configs: [{job_name: a}#c\n]\n"),
        both("less indented in brackets", "global:\n  external_labels: {a: b,\nc: d}\n"),
        both("less indented in quotes", "scrape_configs:\n- job_name: \"a\nb\"\n"),
        both("a pair in brackets", "scrape_configs: [job_name: a]\n"),
        both("nothing", ""),
        both("null", "scrape_configs: Null\n"),
        neither("an empty text", "scrape_configs: ''\n"),
        neither("a job that is null", "scrape_configs: [{job_name: a}, ~]\n"),
        neither("a word", "nothing\n"),
        neither("a key that is no word", "{global: {}, {job_name: a}}\n"),
        listed("null with a tag", "scrape_configs: !!null\n"),
        listed("null with an anchor", "scrape_configs: &a\n"),
        listed("null in braces", "{scrape_configs: ~}\n"),
        listed("a key in braces, alone", "{scrape_configs, global: {}}\n"),
        listed("null for all", "~\n"),
        listed("an alias", "rule_files: &none []\nscrape_configs: *none\n"),
        listed("an anchor that is used", "scrape_configs: &none []\nrule_files: *none\n"),
        listed("a merge of the key", "<<: {scrape_configs: [{job_name: a}]}\n"),
        listed("a name of ours", "scrape_configs: [{job_name: appmetrics-3}]\n"));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void isEditedAsPrometheusReadsIt(Row row, @TempDir Path directory) throws Exception {
    var file = Files.writeString(directory.resolve("prometheus.yml"), row.text());
    assertThat(Promtool.complaint(file).isEmpty()).isEqualTo(row.accepted());

    String with;
    try {
      with = PrometheusYaml.parse(row.text()).with(SpliceProperties.REAL);
    } catch (UnparsableConfig e) {
      assertThat(row.answer()).as(e.getMessage()).isEqualTo(Answer.REFUSED);
      return;
    }
    assertThat(row.answer()).isEqualTo(Answer.EDITED);
    assertThat(PrometheusYaml.parse(with).without()).isEqualTo(row.text());
    assertThat(Promtool.complaint(Files.writeString(file, with)).isEmpty())
        .isEqualTo(row.accepted());
  }
}
