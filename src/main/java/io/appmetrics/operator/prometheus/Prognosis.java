package io.appmetrics.operator.prometheus;

import java.util.SortedSet;

/**
 * What becomes of a replica that suffers.
 *
 * @param kind whether it will be cured
 * @param jobs the jobs that it does not scrape with the mesh's certificates; empty where it is the
 *     text that it does not run
 * @param symptom what it suffers from, such as {@code it has no scrape pool for a}
 * @param words what is done about it, or why nothing is and what to do
 */
public record Prognosis(Kind kind, SortedSet<String> jobs, String symptom, String words) {

  /** Whether it will be cured. */
  public enum Kind {
    /** Something is done, or waited for. */
    UNDER_WAY,
    /** The operator restarts it. */
    RESTARTING,
    /** It needs a restart, and there were as many as the admin allows. */
    BUDGET_EXHAUSTED,
    /** It needs a restart, and the admin allows none. */
    DISABLED,
    /** It needs a restart, and that would not work, or do harm. */
    IMPOSSIBLE
  }
}
