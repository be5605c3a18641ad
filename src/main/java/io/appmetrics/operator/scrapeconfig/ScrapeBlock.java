package io.appmetrics.operator.scrapeconfig;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Our jobs as YAML: the items of {@code scrape_configs} that stand between the marker comments.
 *
 * @param jobNames the slot jobs and the marker job, in the order of the text
 * @param items the items at column 0, each line ended by a line feed
 * @param digest 12 hexadecimal digits over the slot jobs' text
 */
@SuppressWarnings("DoNotCallSuggester") // the signatures only, so far
public record ScrapeBlock(List<String> jobNames, String items, String digest) {

  /** The name before the digest in the name of the empty job that marks our block. */
  public static final String MARKER_PREFIX = "appmetrics-digest-";

  public ScrapeBlock {
    jobNames = List.copyOf(jobNames);
  }

  /**
   * Renders the wanted jobs with only those keys that {@code version} knows; without {@code tls}
   * the mutual jobs are left out.
   */
  public static ScrapeBlock render(
      SlotJobs wanted, PrometheusVersion version, @Nullable TlsFiles tls) {
    throw new UnsupportedOperationException();
  }

  /** The empty job whose name proves which text runs. */
  public String markerJob() {
    return MARKER_PREFIX + digest;
  }
}
