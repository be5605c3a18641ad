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
  static final Duration DISCOVERY = Duration.ofSeconds(12);

  /**
   * Changes of a text come in bursts, and one restart is to serve all; and somebody whom nobody
   * knows may reload, such as by a signal.
   */
  private static final Duration SETTLED = Duration.ofSeconds(5);

  /** How long a nudge is given before the next thing is done. */
  private static final Duration NUDGE = Duration.ofSeconds(2);

  private static final List<Duration> RELOAD_BACKOFF =
      List.of(Duration.ofSeconds(5), Duration.ofSeconds(15), Duration.ofSeconds(30));

  /** At 0, 10, 30 and 60 s: a kubelet that is slow all the same has projected by then. */
  private static final List<Duration> NUDGE_BACKOFF =
      List.of(Duration.ofSeconds(10), Duration.ofSeconds(20), Duration.ofSeconds(30));

  /** After the last of these nudges, and 90 s after the first, only a restart is left. */
  private static final Duration LAST_NUDGE = Duration.ofSeconds(30);

  private static final Duration SLOWEST = Duration.ofSeconds(60);

  private Healing() {}

  /** What to do. */
  enum Kind {
    WAIT,
    NUDGE,
    RELOAD,
    RESTART
  }

  /**
   * What can make a replica load its files again.
   *
   * @param lifecycle whether it takes a reload
   * @param reloader whether somebody beside us reloads after a change of the file
   * @param projected whether the kubelet updates the file at all
   */
  record Means(boolean lifecycle, boolean reloader, boolean projected) {
    static Means of(Installation installation) {
      return new Means(
          installation.lifecycle(), installation.reloader() != null, installation.projected());
    }

    /** Whether a changed text is ever loaded without a restart. */
    boolean loadText() {
      return projected && (lifecycle || reloader);
    }
  }

  /**
   * One rung of the ladder.
   *
   * @param again when to look again
   */
  record Step(Kind kind, Instant again) {}

  /** A replica does not run the text that stands in the ConfigMap. */
  static Step forText(Attempts.Tried tried, Means means, Instant now) {
    Instant nudged = tried.lastNudge();
    if (nudged == null) {
      return new Step(Kind.NUDGE, now);
    }
    if (!means.loadText()) {
      return due(nudged.plus(SETTLED), Kind.RESTART, now);
    }
    if (!means.lifecycle()) {
      return new Step(Kind.WAIT, now.plus(SLOWEST));
    }
    Instant reloaded = tried.lastReload();
    Instant due =
        reloaded == null
            ? nudged.plus(means.reloader() ? RELOADER : PROJECTION)
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
    return certain && tried.nudges() > NUDGE_BACKOFF.size()
        ? due(nudged.plus(LAST_NUDGE), Kind.RESTART, now)
        : due(nudged.plus(nth(NUDGE_BACKOFF, tried.nudges())), Kind.NUDGE, now);
  }

  /**
   * A replica of 2.8 or older has a client without the certificates, or with old ones: neither a
   * nudge nor a reload of the same text makes another. The nudge is for the kubelet: what starts
   * again finds the files.
   */
  static Step forClient(Attempts.Tried tried, Instant now) {
    Instant nudged = tried.lastNudge();
    return nudged == null ? new Step(Kind.NUDGE, now) : due(nudged.plus(NUDGE), Kind.RESTART, now);
  }

  /**
   * The last reload of a replica failed, so that it may run only a part of the text.
   *
   * @param harmed whether a target fails for want of certificates: a reload can fail for other
   *     reasons, for which a process that starts would end at once
   */
  static Step forPart(Attempts.Tried tried, Means means, boolean harmed, Instant now) {
    Instant nudged = tried.lastNudge();
    if (nudged == null) {
      return new Step(Kind.NUDGE, now);
    }
    if (means.lifecycle()) {
      return forText(tried, new Means(true, means.reloader(), true), now);
    }
    return harmed
        ? due(nudged.plus(LAST_NUDGE), Kind.RESTART, now)
        : new Step(Kind.WAIT, now.plus(SLOWEST));
  }

  /** What is done in place of a restart that is not to be. */
  static Step instead(Attempts.Tried tried, Instant now) {
    Instant nudged = tried.lastNudge();
    return nudged == null
        ? new Step(Kind.WAIT, now.plus(SLOWEST))
        : due(nudged.plus(SLOWEST), Kind.NUDGE, now);
  }

  private static Step due(Instant due, Kind kind, Instant now) {
    return now.isBefore(due) ? new Step(Kind.WAIT, due) : new Step(kind, now);
  }

  private static Duration nth(List<Duration> backoff, int attempt) {
    return attempt <= backoff.size() ? backoff.get(attempt - 1) : SLOWEST;
  }
}
