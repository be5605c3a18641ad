package io.appmetrics.operator.prometheus;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The smallest thing that may cure a replica, and when to look again.
 *
 * <p>Source: istio#10528, and what was measured on Prometheus 2.8 and later: a pool that could not
 * be made for want of its files is tried again on any reload and on any update of service
 * discovery, and at no other time; {@code last_reload_successful} is 1 throughout.
 */
final class Healing {
  /** A kubelet projects within 0.25 s of a change of the pod; without one it takes up to 76 s. */
  private static final Duration PROJECTION = Duration.ofSeconds(1);

  /** What a reloader beside Prometheus needs to see the file and act. */
  private static final Duration RELOADER = Duration.ofSeconds(10);

  /** Service discovery and the scrape manager each gather updates for 5 s. */
  private static final Duration DISCOVERY = Duration.ofSeconds(12);

  /** How long a nudge is given before the next thing is done. */
  private static final Duration NUDGE = Duration.ofSeconds(2);

  private static final List<Duration> RELOAD_BACKOFF =
      List.of(Duration.ofSeconds(5), Duration.ofSeconds(15), Duration.ofSeconds(30));
  private static final List<Duration> NUDGE_BACKOFF =
      List.of(Duration.ofSeconds(10), Duration.ofSeconds(30));
  private static final Duration SLOWEST = Duration.ofSeconds(60);

  private Healing() {}

  /** What to do. */
  enum Kind {
    WAIT,
    NUDGE,
    RELOAD
  }

  /**
   * One rung of the ladder.
   *
   * @param again when to look again
   */
  record Step(Kind kind, Instant again) {}

  /**
   * A replica does not run the text that stands in the ConfigMap.
   *
   * @param reloader whether somebody beside us reloads after a change of the file
   */
  static Step forText(Attempts.Tried tried, boolean lifecycle, boolean reloader, Instant now) {
    Instant nudged = tried.lastNudge();
    if (nudged == null) {
      return new Step(Kind.NUDGE, now);
    }
    if (!lifecycle) {
      return new Step(Kind.WAIT, now.plus(SLOWEST));
    }
    Instant reloaded = tried.lastReload();
    Instant due =
        reloaded == null
            ? nudged.plus(reloader ? RELOADER : PROJECTION)
            : reloaded.plus(nth(RELOAD_BACKOFF, tried.reloads()));
    return due(due, Kind.RELOAD, now);
  }

  /**
   * A replica runs the text, but has no pool for a job whose certificates may be there.
   *
   * @param certain whether the certificates are known to be there; where they are not, a reload
   *     would prove nothing, and a nudge is all that is tried
   * @param loaded when the replica loaded its configuration
   */
  static Step forPool(
      Attempts.Tried tried, boolean certain, boolean lifecycle, Instant loaded, Instant now) {
    Instant grown = loaded.plus(DISCOVERY);
    if (now.isBefore(grown)) {
      return new Step(Kind.WAIT, grown); // a healthy new pool takes that long, too
    }
    Instant nudged = tried.lastNudge();
    if (nudged == null) {
      return new Step(Kind.NUDGE, now);
    }
    if (certain && lifecycle && tried.reloads() == 0) {
      return due(nudged.plus(NUDGE), Kind.RELOAD, now);
    }
    return due(nudged.plus(nth(NUDGE_BACKOFF, tried.nudges())), Kind.NUDGE, now);
  }

  private static Step due(Instant due, Kind kind, Instant now) {
    return now.isBefore(due) ? new Step(Kind.WAIT, due) : new Step(kind, now);
  }

  private static Duration nth(List<Duration> backoff, int attempt) {
    return attempt <= backoff.size() ? backoff.get(attempt - 1) : SLOWEST;
  }
}
