package io.appmetrics.operator.scrapeconfig;

import static java.util.stream.Collectors.joining;

import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.regex.Pattern;

/**
 * Our jobs as they stand somewhere: between the markers, or in a file of their own.
 *
 * @param text what stands there
 */
public record BlockText(String text) {

  private static final Pattern JOB =
      Pattern.compile("(?m)^ *(?:- |\\{)job_name: ([^\\s,}]+)(?:,|},?)?$");

  private static final Pattern CERTIFICATES =
      Pattern.compile(
          "source_labels: \\[" + SlotJobText.CERTIFICATES + "], action: drop, regex: '([^']*)'");

  /**
   * The block between the markers of a configuration; empty without one.
   *
   * @throws UnparsableConfig when the markers are not one pair
   */
  public static Optional<BlockText> in(String configuration) throws UnparsableConfig {
    return Optional.ofNullable(MarkedText.cut(configuration).block()).map(BlockText::new);
  }

  /** The configuration without the block; as it is where the markers are not one pair. */
  public static String cutOutOf(String configuration) {
    try {
      return MarkedText.cut(configuration).outside();
    } catch (UnparsableConfig e) {
      return configuration;
    }
  }

  /** The items at column 0, each line ended by a line feed; empty where they are another list. */
  Optional<String> items() {
    var lines =
        text.lines()
            .filter(line -> !line.isEmpty())
            .filter(line -> !line.startsWith(MarkedText.BEGIN) && !line.equals(MarkedText.END))
            .filter(line -> !line.strip().equals(Place.KEY + ":"))
            .toList();
    var first = lines.isEmpty() ? "" : lines.get(0);
    var indent = first.substring(0, first.length() - first.stripLeading().length());
    if (!lines.stream().allMatch(line -> line.startsWith(indent))) {
      return Optional.empty();
    }
    return Optional.of(
        lines.stream().map(line -> line.substring(indent.length()) + "\n").collect(joining()));
  }

  /** The names of the jobs, as we write them, the marker job among them. */
  public List<String> jobs() {
    return JOB.matcher(text).results().map(job -> job.group(1)).toList();
  }

  /** The digest that the marker job names. */
  public Optional<String> digest() {
    return jobs().stream()
        .filter(job -> job.startsWith(ScrapeBlock.MARKER_PREFIX))
        .map(job -> job.substring(ScrapeBlock.MARKER_PREFIX.length()))
        .findFirst();
  }

  /** The label {@code job} of the series that it pulls from another Prometheus. */
  public SortedSet<String> federated() {
    return FederationText.jobs(text);
  }

  /** The certificates that it names, where it does. */
  public Optional<String> certificates() {
    return CERTIFICATES.matcher(text).results().map(rule -> rule.group(1)).findFirst();
  }
}
