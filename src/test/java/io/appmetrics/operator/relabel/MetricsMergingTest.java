package io.appmetrics.operator.relabel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MetricsMergingTest {

  private static final String MERGED =
      "prometheus.io/path=/stats/prometheus prometheus.io/port=15020 prometheus.io/scrape=true";

  /** Annotations before and after the injector. */
  record Row(String template, boolean onInMesh, String pod) {}

  static List<Row> rows() {
    return List.of(
        new Row("", true, MERGED), // also of a pod that has none
        new Row("", false, ""),
        new Row("prometheus.io/scrape=true prometheus.io/port=8080 a=b", true, "a=b " + MERGED),
        new Row(
            "prometheus.io/scrape=true prometheus.io/port=8080",
            false,
            "prometheus.io/port=8080 prometheus.io/scrape=true"),
        new Row("prometheus.io/scrape=false", true, "prometheus.io/scrape=false"),
        new Row("prometheus.io/scrape=F", true, "prometheus.io/scrape=F"),
        new Row("prometheus.io/scrape=no", true, MERGED),
        new Row("prometheus-io.scrape=false", true, "prometheus-io.scrape=false"),
        new Row("prometheus.io.port=1 prometheus.io/port=2 prometheus_io_path=/x", true, MERGED),
        new Row(
            "prometheus.io/port=15020 prometheus.io/path=/x",
            true,
            "prometheus.io/path=/x prometheus.io/port=15020"),
        new Row(
            "prometheus.io/scheme=https",
            true,
            MERGED.replace("io/scrape", "io/scheme=https prometheus.io/scrape")),
        new Row(
            "prometheus.istio.io/merge-metrics=false",
            true,
            "prometheus.istio.io/merge-metrics=false"),
        new Row(
            "prometheus.istio.io/merge-metrics=true",
            false,
            MERGED + " prometheus.istio.io/merge-metrics=true"),
        new Row(
            "prometheus.istio.io/merge-metrics=off",
            true,
            MERGED + " prometheus.istio.io/merge-metrics=off"));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void rewrites(Row row) {
    var template = row.template().isEmpty() ? Pods.map() : Pods.map(row.template().split(" "));

    assertThat(MetricsMerging.annotations(template, row.onInMesh(), 15020))
        .isEqualTo(row.pod().isEmpty() ? Pods.map() : Pods.map(row.pod().split(" ")));
  }
}
