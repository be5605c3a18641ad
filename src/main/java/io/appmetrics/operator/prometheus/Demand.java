package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.scrapeconfig.BlockText;
import io.appmetrics.operator.scrapeconfig.Federation;
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
 * @param federating what it is to pull from another installation
 * @param reader the name by which pods mean this installation; null where it is the only one
 */
public record Demand(
    SlotJobs jobs,
    SortedSet<String> userJobs,
    SortedMap<String, Duration> agents,
    boolean complete,
    Federating federating,
    @Nullable String reader) {
  public Demand {
    userJobs = Collections.unmodifiableSortedSet(new TreeSet<>(userJobs));
    agents = Collections.unmodifiableSortedMap(new TreeMap<>(agents));
  }

  /** Of our own jobs alone, and of the only installation. */
  public Demand(SlotJobs jobs, boolean complete) {
    this(
        jobs,
        Collections.emptySortedSet(),
        Collections.emptySortedMap(),
        complete,
        Federating.NOTHING,
        null);
  }

  /**
   * What is to be pulled; null where nothing is, or nobody can tell from where. Until all was heard
   * that is also what stands: nothing is lost in a start.
   *
   * @param standing our jobs as they stand; null without any
   */
  @Nullable Federation federation(@Nullable BlockText standing) {
    Federation.Source source = federating.source();
    if (source == null) {
      return null;
    }
    SortedSet<String> pulled = new TreeSet<>(federating.jobs().keySet());
    if (!complete && standing != null) {
      pulled.addAll(standing.federated());
    }
    return new Federation(source, pulled);
  }

  /** The same, where this is pulled. */
  Demand pulling(Federating other) {
    return new Demand(jobs, userJobs, agents, complete, other, reader);
  }

  /** Of two scrapes of one job, the one that is rarer decides how long a look goes back. */
  public static Duration longer(Duration a, Duration b) {
    return a.compareTo(b) > 0 ? a : b;
  }
}
