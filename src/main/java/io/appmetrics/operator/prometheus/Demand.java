package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.scrapeconfig.SlotJobs;
import java.time.Duration;
import java.util.Collections;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The jobs that all AppMetrics together need.
 *
 * @param jobs the jobs of ours, which are to be written
 * @param userJobs the jobs of the user's own that scrape for them: their pools are looked at
 * @param agents those of them that scrape Istio's agents, with the longest time between two scrapes
 * @param complete false until every AppMetrics has been heard since the start: nothing is removed
 *     before
 * @param reader the name by which pods mean this installation; null where it is the only one
 */
public record Demand(
    SlotJobs jobs,
    SortedSet<String> userJobs,
    SortedMap<String, Duration> agents,
    boolean complete,
    @Nullable String reader) {
  public Demand {
    userJobs = Collections.unmodifiableSortedSet(new TreeSet<>(userJobs));
    agents = Collections.unmodifiableSortedMap(new TreeMap<>(agents));
  }

  /** Of our own jobs alone, and of the only installation. */
  public Demand(SlotJobs jobs, boolean complete) {
    this(jobs, Collections.emptySortedSet(), Collections.emptySortedMap(), complete, null);
  }

  /** Of two scrapes of one job, the one that is rarer decides how long a look goes back. */
  public static Duration longer(Duration a, Duration b) {
    return a.compareTo(b) > 0 ? a : b;
  }
}
