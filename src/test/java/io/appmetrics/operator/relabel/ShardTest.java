package io.appmetrics.operator.relabel;

import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.scrapeconfig.PrometheusVersion;
import io.appmetrics.operator.scrapeconfig.UnparsableConfig;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ShardTest {

  private static final String HASH =
      "- {source_labels: [__address__], modulus: 3, target_label: __tmp_hash, action: hashmod}\n";

  /** The rules of job j, and the sentence about its share; empty when it takes all. */
  record Row(String rules, String sentence) {}

  static List<Row> rows() {
    return List.of(
        new Row("- {source_labels: [__address__], regex: a, action: keep}", ""),
        // the form of every tutorial
        new Row(
            HASH + "- {source_labels: [__tmp_hash], regex: 0, action: keep}",
            "job j takes number 0 of 3 shares of the targets (rules 1 and 2)"),
        // that of the Prometheus operator, with a way out for some pods
        new Row(
            "- {source_labels: [__address__, __tmp_hash], regex: (.+);, target_label: __tmp_hash,"
                + " replacement: $1}\n"
                + HASH.replace("__address__", "__tmp_hash")
                + "- {source_labels: [__tmp_hash, __tmp_disable_sharding], regex: '1;|.+;.+',"
                + " action: keep}",
            "job j takes number 1 of 3 shares of the targets (rules 2 and 3)"),
        new Row(
            HASH + "- {source_labels: [__tmp_hash], regex: '2', action: drop}",
            "job j takes 2 of 3 shares of the targets (rules 1 and 2)"),
        new Row(
            HASH
                + "- {source_labels: [__tmp_hash], target_label: __tmp_shard, replacement: s-$1}\n"
                + "- {source_labels: [__tmp_shard], regex: s-2, action: keep}",
            "job j takes number 2 of 3 shares of the targets (rules 1 and 3)"),
        new Row(
            HASH + "- {source_labels: [__tmp_hash], target_label: shard, action: keepequal}",
            "job j takes some of 3 shares of the targets (rules 1 and 2)"),
        new Row(
            HASH.replace("3", "18446744073709551615")
                + "- {source_labels: [__tmp_hash], regex: '[0-4]', action: keep}",
            "job j takes 5 of 18446744073709551615 shares of the targets (rules 1 and 2)"),
        // the first choice counts
        new Row(
            HASH
                + "- {source_labels: [__tmp_hash], regex: '[012]', action: keep}\n"
                + "- {source_labels: [__tmp_hash], regex: '0', action: drop}\n"
                + "- {source_labels: [__tmp_hash], regex: '1', action: keep}",
            "job j takes 2 of 3 shares of the targets (rules 1 and 3)"),
        // a hash that nobody goes by
        new Row(HASH, ""),
        new Row(HASH + "- {source_labels: [__tmp_hash], action: keep}", ""),
        new Row(HASH + "- {source_labels: [__tmp_hash], target_label: shard}", ""),
        new Row("- {source_labels: [__tmp_hash], regex: 0, action: keep}\n" + HASH, ""));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void tellsTheShareOfAJob(Row row) throws UnparsableConfig {
    var yaml =
        "scrape_configs:\n- job_name: j\n  kubernetes_sd_configs: [{role: pod}]\n  relabel_configs:\n"
            + row.rules().indent(2)
            + "- job_name: all\n  kubernetes_sd_configs: [{role: pod}]\n";

    var shards =
        RelabelModel.ofFile(yaml, PrometheusVersion.parse("3.16.0"), "istio-system").shards();

    assertThat(shards.stream().map(Shard::sentence).toList())
        .isEqualTo(row.sentence().isEmpty() ? List.of() : List.of(row.sentence()));
  }
}
