package io.appmetrics.operator.prometheus;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Which of Istio's agents do not get the metrics of their apps, as the samples of one Prometheus
 * tell. An agent answers with its own metrics all the same, so that {@code up} is 1; but it counts,
 * before it answers, each scrape at which its app failed (source: istio {@code
 * pilot/cmd/pilot-agent/status/server.go}, handleStats).
 *
 * @param series the labels of the counts that grew or are new
 * @param young whether the Prometheus has only just begun to scrape: then a count that is new to it
 *     may be of long ago
 */
record AgentFailures(List<Map<String, String>> series, boolean young) {
  /** None is known to fail. */
  static final AgentFailures NONE = new AgentFailures(List.of(), false);

  private static final String COUNT = "istio_agent_scrape_failures_total";
  private static final String OF_APP = "application";

  /** Which of the agent's fetches is counted. A pod's own label of that name may take its place. */
  private static final String TYPE = "type";

  private static final String REPLACED_TYPE = "exported_type";

  /** Added here to a count that is new. */
  private static final String NEW = "appmetrics_new";

  /** A sample is seen when its scrape has ended, which may take longer than that before it did. */
  private static final Duration LEAST_SLACK = Duration.ofSeconds(5);

  /** Discovery hands over what it found after up to 5 s, and so does the scrape manager. */
  private static final Duration DISCOVERY = Duration.ofSeconds(15);

  /**
   * The question, for agents that are scraped so often. The count of an agent that has never failed
   * does not exist, and begins with 1: of that no increase is seen.
   */
  static String query(Duration interval) {
    return "increase(%1$s[%2$ds]) > 0 or label_replace(%1$s unless %1$s offset %3$ds, \"%4$s\", \"yes\", \"\", \"\")"
        .formatted(COUNT, window(interval).toSeconds(), sinceLast(interval).toSeconds(), NEW);
  }

  /** Whether a Prometheus that runs since then has scraped for too short a time. */
  static boolean isYoung(Instant started, Duration interval, Instant now) {
    return now.isBefore(started.plus(DISCOVERY).plus(window(interval)));
  }

  /** Holds two samples, whatever the moment. */
  private static Duration window(Duration interval) {
    return sinceLast(interval).plus(interval);
  }

  /** Holds one sample, and so the end of a failure is seen so long after the last one. */
  private static Duration sinceLast(Duration interval) {
    Duration half = interval.dividedBy(2);
    Duration slack = half.compareTo(LEAST_SLACK) > 0 ? half : LEAST_SLACK;
    return Duration.ofSeconds(interval.plus(slack).plusMillis(999).toSeconds());
  }

  /** What is known of the agent that is a target with these labels. */
  AppFetch of(Map<String, String> target) {
    AppFetch worst = AppFetch.GOES_WELL;
    for (Map<String, String> labels : series) {
      if (isOfApp(labels) && isOf(target, labels)) {
        AppFetch found = young && labels.containsKey(NEW) ? AppFetch.UNPROVEN : AppFetch.FAILS;
        worst = found.compareTo(worst) > 0 ? found : worst;
      }
    }
    return worst;
  }

  private static boolean isOfApp(Map<String, String> labels) {
    return OF_APP.equals(labels.get(TYPE)) || OF_APP.equals(labels.get(REPLACED_TYPE));
  }

  /** A series has all labels of its target, but where {@code honor_labels} gives way to its own. */
  private static boolean isOf(Map<String, String> target, Map<String, String> labels) {
    return target.entrySet().stream()
        .allMatch(e -> e.getKey().equals(TYPE) || e.getValue().equals(labels.get(e.getKey())));
  }
}
