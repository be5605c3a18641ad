package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.scrapeconfig.Federation.Source;
import java.time.Duration;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What an installation is to pull from another.
 *
 * @param jobs the label {@code job} of the series, with the longest time between two scrapes there
 * @param source where the other answers; null where that cannot be told
 * @param problem why it cannot, and what to do; null where it can
 */
public record Federating(
    SortedMap<String, Duration> jobs, @Nullable Source source, @Nullable String problem) {
  /** Nothing is pulled. */
  public static final Federating NOTHING = new Federating(Collections.emptySortedMap(), null, null);

  public Federating {
    jobs = Collections.unmodifiableSortedMap(new TreeMap<>(jobs));
  }

  /** The same, from there. */
  Federating from(Source there) {
    return new Federating(jobs, there, null);
  }

  /** The same, and nobody can tell from where. */
  Federating fromNowhere(String why) {
    return new Federating(jobs, null, why);
  }
}
