package io.appmetrics.operator.apiserver;

import java.util.function.Supplier;

/**
 * Every single thing that the operator does to the world passes here, before and after. Of no use
 * to the product; a test ends the process at each of these moments, and looks what becomes of it.
 */
@FunctionalInterface
public interface Deeds {
  /** Nobody watches. */
  Deeds UNWATCHED = (deed, moment) -> {};

  /** What is done. */
  enum Deed {
    /** The scrape configuration is written. */
    CONFIG,
    /** What must outlive a crash is written. */
    STATE,
    /** A Prometheus pod is annotated. */
    NUDGE,
    /** Prometheus is told to load its configuration. */
    RELOAD,
    /** Prometheus is told to end, and the kubelet starts it again. */
    QUIT,
    /** The pod template of Prometheus is annotated, which rolls it. */
    RESTART,
    /** The pod template of a workload is annotated, or our annotations are taken off. */
    TEMPLATE,
    /** The live schemes of a pod are annotated. */
    LIVE_SCHEMES,
    /** The status of an AppMetrics is written. */
    STATUS,
    /** An Event is written, on a thread of its own. */
    EVENT
  }

  /** When. */
  enum Moment {
    /** It is decided, and not done. */
    BEFORE,
    /** It is done, and nothing has followed from that. */
    AFTER
  }

  /** Hears of a moment; called on the thread that acts, which are several. */
  void at(Deed deed, Moment moment);

  /** Does it; what fails has no moment after. */
  default <T> T run(Deed deed, Supplier<T> act) {
    at(deed, Moment.BEFORE);
    T result = act.get();
    at(deed, Moment.AFTER);
    return result;
  }
}
