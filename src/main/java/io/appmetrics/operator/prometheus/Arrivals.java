package io.appmetrics.operator.prometheus;

import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What has arrived of the targets of another Prometheus: a federated target shows by its {@code
 * up}, which is 1, and not older than its scrapes and ours may make it.
 *
 * @param asked the label {@code job} of those that were asked for
 * @param series the labels of those that are there
 */
public record Arrivals(Set<String> asked, Set<Map<String, String>> series) {
  /** Nobody has asked. */
  public static final Arrivals NONE = new Arrivals(Set.of(), Set.of());

  /** By these a target of one job is told from another, whatever a mesh calls the rest. */
  private static final List<String> IDENTITY = List.of("job", "instance");

  private static final Duration SLACK = Duration.ofSeconds(10);

  /**
   * The question. Prometheus shows a sample for 5 minutes after it was the last: its own time tells
   * whether it still comes.
   *
   * @param jobs with the time between two scrapes
   * @param own the time between two pulls
   */
  static String query(Map<String, Duration> jobs, Duration own) {
    Duration rarest = jobs.values().stream().max(Comparator.naturalOrder()).orElse(Duration.ZERO);
    Duration window = rarest.plus(own).multipliedBy(2).plus(SLACK);
    String up = "up{job=~\"%s\"}".formatted(alternatives(jobs.keySet()));
    return "(%1$s == 1) and (timestamp(%1$s) > time() - %2$d)".formatted(up, window.toSeconds());
  }

  private static String alternatives(Collection<String> jobs) {
    return jobs.stream()
        .map(Arrivals::literal)
        .map(job -> job.replace("\\", "\\\\").replace("\"", "\\\""))
        .collect(Collectors.joining("|"));
  }

  private static String literal(String job) {
    return Pattern.compile("[^a-zA-Z0-9_ -]").matcher(job).replaceAll("\\\\$0");
  }

  public Arrivals {
    asked = Set.copyOf(asked);
    series = Set.copyOf(series); // Prometheus has no order of them
  }

  /** Whether the {@code up} of a target with these labels has arrived. */
  public boolean contain(Map<String, String> target) {
    return series.stream()
        .anyMatch(
            labels ->
                IDENTITY.stream()
                    .allMatch(name -> labels.getOrDefault(name, "").equals(target.get(name))));
  }
}
