package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.scrapeconfig.SlotJobs;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The jobs that all AppMetrics together need.
 *
 * @param jobs the jobs of ours, which are to be written
 * @param userJobs the jobs of the user's own that scrape for them: their pools are looked at
 * @param complete false until every AppMetrics has been heard since the start: nothing is removed
 *     before
 */
public record Demand(SlotJobs jobs, SortedSet<String> userJobs, boolean complete) {
  public Demand {
    userJobs = Collections.unmodifiableSortedSet(new TreeSet<>(userJobs));
  }

  /** Of our own jobs alone. */
  public Demand(SlotJobs jobs, boolean complete) {
    this(jobs, Collections.emptySortedSet(), complete);
  }
}
