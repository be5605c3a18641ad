package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.scrapeconfig.SlotJobs;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The jobs that each AppMetrics needs of one installation, as its reconciler last said; safe for
 * many threads.
 */
public final class Demands {
  private record Entry(
      SlotJobs jobs,
      Set<String> userJobs,
      Map<String, Duration> agents,
      Map<String, Duration> federated,
      boolean pending) {

    /** What was written for it stays. */
    Entry keeping(Entry before) {
      return new Entry(
          before.jobs().and(jobs),
          userJobs,
          agents,
          longest(Stream.of(before.federated(), federated)),
          pending);
    }
  }

  private final Map<String, Entry> byAppMetrics = new ConcurrentHashMap<>();
  private final @Nullable String reader;

  /** Of the only installation that there is. */
  public Demands() {
    this(null);
  }

  /**
   * Of one of several installations.
   *
   * @param reader the name by which pods mean it; null where it is the only one
   */
  public Demands(@Nullable String reader) {
    this.reader = reader;
  }

  /**
   * Notes what an AppMetrics needs.
   *
   * @param appMetrics namespace/name
   * @param jobs the jobs of ours
   * @param userJobs the jobs of the user's own that scrape for it
   * @param agents those of them that scrape Istio's agents, with the time between two scrapes
   * @param complete false while a workload is missing: what it needed before stays, since one that
   *     is replaced is back in a moment, and everybody's configuration would be loaded twice
   * @param pending whether it waits for something that a poll may show
   * @return whether that is news
   */
  public boolean put(
      String appMetrics,
      SlotJobs jobs,
      Set<String> userJobs,
      Map<String, Duration> agents,
      boolean complete,
      boolean pending) {
    return put(appMetrics, jobs, userJobs, agents, Map.of(), complete, pending);
  }

  /**
   * The same, of an installation that pulls from another.
   *
   * @param federated the label {@code job} of the series that it is to pull, with the time between
   *     two scrapes there
   */
  public boolean put(
      String appMetrics,
      SlotJobs jobs,
      Set<String> userJobs,
      Map<String, Duration> agents,
      Map<String, Duration> federated,
      boolean complete,
      boolean pending) {
    Entry before = byAppMetrics.get(appMetrics);
    Entry said =
        new Entry(jobs, Set.copyOf(userJobs), Map.copyOf(agents), Map.copyOf(federated), pending);
    Entry entry = complete || before == null ? said : said.keeping(before);
    return !entry.equals(byAppMetrics.put(appMetrics, entry));
  }

  /** Forgets an AppMetrics. */
  public void remove(String appMetrics) {
    byAppMetrics.remove(appMetrics);
  }

  /**
   * The jobs that all need together.
   *
   * @param existing every AppMetrics that exists: the demand is complete once all were heard
   */
  public Demand together(Collection<String> existing) {
    SlotJobs jobs =
        byAppMetrics.values().stream().map(Entry::jobs).reduce(SlotJobs.none(), SlotJobs::and);
    SortedSet<String> userJobs = new TreeSet<>();
    byAppMetrics.values().forEach(entry -> userJobs.addAll(entry.userJobs()));
    return new Demand(
        jobs,
        userJobs,
        longest(byAppMetrics.values().stream().map(Entry::agents)),
        byAppMetrics.keySet().containsAll(existing),
        new Federating(longest(byAppMetrics.values().stream().map(Entry::federated)), null, null),
        reader);
  }

  private static SortedMap<String, Duration> longest(Stream<Map<String, Duration>> ofEach) {
    SortedMap<String, Duration> together = new TreeMap<>();
    ofEach.forEach(one -> one.forEach((job, often) -> together.merge(job, often, Demand::longer)));
    return together;
  }

  /** Whether any AppMetrics waits for something that a poll may show. */
  public boolean pending() {
    return byAppMetrics.values().stream().anyMatch(Entry::pending);
  }
}
