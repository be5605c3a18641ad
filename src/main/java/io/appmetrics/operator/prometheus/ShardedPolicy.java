package io.appmetrics.operator.prometheus;

/** What to do where several Prometheis divide the pods among them by a hash. */
public enum ShardedPolicy {
  /**
   * No job of ours is added: it would have each of them scrape every pod, which is what they were
   * divided for not to do.
   */
  REFUSE,
  /** Our jobs take every pod. */
  SCRAPE_ALL
}
