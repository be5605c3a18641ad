package io.appmetrics.operator.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class AgentFailuresTest {

  /** What grew or is new, by its labels, and what that says of the target {@code job=j pod=a}. */
  record Row(String what, boolean young, AppFetch expected, List<String> series) {
    Row(String what, boolean young, AppFetch expected, String... series) {
      this(what, young, expected, List.of(series));
    }

    @Override
    public String toString() {
      return what;
    }
  }

  static List<Row> rows() {
    return List.of(
        new Row("nothing", false, AppFetch.GOES_WELL),
        new Row("it grew", false, AppFetch.FAILS, "job=j pod=a type=application"),
        new Row("another pod's grew", false, AppFetch.GOES_WELL, "job=j pod=b type=application"),
        new Row("of another job", false, AppFetch.GOES_WELL, "job=i pod=a type=application"),
        new Row("it lacks the pod", false, AppFetch.GOES_WELL, "job=j type=application"),
        new Row("Envoy's grew", false, AppFetch.GOES_WELL, "job=j pod=a type=envoy"),
        new Row(
            "one of two",
            false,
            AppFetch.FAILS,
            "job=j pod=a type=envoy",
            "job=j pod=a type=application"),
        new Row(
            "the first failure ever",
            false,
            AppFetch.FAILS,
            "job=j pod=a type=application appmetrics_new=yes"),
        new Row(
            "new to a Prometheus that is new itself",
            true,
            AppFetch.UNPROVEN,
            "job=j pod=a type=application appmetrics_new=yes"),
        new Row(
            "new to it, and it grew",
            true,
            AppFetch.FAILS,
            "job=j pod=a type=application appmetrics_new=yes",
            "job=j pod=a type=application"),
        new Row(
            "the pod has a label type, and it is the target's",
            false,
            AppFetch.FAILS,
            "job=j pod=a type=backend exported_type=application"));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void tellsOfATarget(Row row) {
    var series = row.series().stream().map(AgentFailuresTest::labels).toList();
    assertThat(new AgentFailures(series, row.young()).of(labels("job=j pod=a")))
        .isEqualTo(row.expected());
  }

  /** With honor_labels the count's own type goes before the pod's label. */
  @Test
  void aLabelTypeOfThePodIsNoOther() {
    var failures = new AgentFailures(List.of(labels("job=j pod=a type=application")), false);
    assertThat(failures.of(labels("job=j pod=a type=backend"))).isEqualTo(AppFetch.FAILS);
  }

  @ParameterizedTest
  @CsvSource({"2s, 9, 7", "15s, 38, 23", "1m, 150, 90", "5m, 750, 450", "250ms, 6, 6"})
  void looksBackOverTwoScrapes(String interval, int window, int sinceLast) {
    assertThat(AgentFailures.query(duration(interval)))
        .isEqualTo(
            "increase(istio_agent_scrape_failures_total[%ds]) > 0 or label_replace(istio_agent_scrape_failures_total unless istio_agent_scrape_failures_total offset %ds, \"appmetrics_new\", \"yes\", \"\", \"\")"
                .formatted(window, sinceLast));
  }

  @Test
  void isYoungUntilItHasScrapedTwice() {
    var start = Instant.parse("2026-11-22T10:00:00Z");
    var interval = Duration.ofSeconds(15);
    assertThat(AgentFailures.isYoung(start, interval, start.plusSeconds(52))).isTrue();
    assertThat(AgentFailures.isYoung(start, interval, start.plusSeconds(53))).isFalse();
  }

  private static Duration duration(String text) {
    return Duration.parse(
        text.endsWith("ms")
            ? "PT0." + text.replace("ms", "S")
            : "PT" + text.toUpperCase(Locale.ROOT));
  }

  private static Map<String, String> labels(String text) {
    var labels = new TreeMap<String, String>();
    for (var pair : text.split(" ", -1)) {
      var parts = pair.split("=", 2);
      labels.put(parts[0], parts[1]);
    }
    return labels;
  }
}
