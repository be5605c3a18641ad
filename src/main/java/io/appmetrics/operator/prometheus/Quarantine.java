package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.prometheus.InstallationState.Rejected;
import io.appmetrics.operator.scrapeconfig.SlotJobs;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What Prometheus has refused is kept from it for a while, and longer each time: what was in its
 * way may be gone without a trace in this ConfigMap.
 *
 * @param rejected what is kept; null where nothing is
 * @param until when it is tried again; {@link Instant#MAX} where only another configuration can
 *     help
 */
record Quarantine(@Nullable Rejected rejected, Instant until) {
  private static final Quarantine NONE = new Quarantine(null, Instant.MIN);

  /** Somebody may have mended it: a change of the rest comes also from tools that never rest. */
  private static final Backoff AFTER_A_CHANGE =
      new Backoff(Duration.ofMinutes(1), Duration.ofMinutes(30));

  private static final Backoff OTHERWISE = new Backoff(Duration.ofMinutes(5), Duration.ofHours(1));

  /**
   * What decides on an end.
   *
   * @param others a hash of everything else in the ConfigMap
   * @param version of the oldest Prometheus that answers; empty when none does
   * @param loads whether another text is loaded without a restart: a try costs nothing then
   * @param loaded whether the last reload of each that answers succeeded
   */
  record World(String others, String version, boolean loads, boolean loaded) {}

  /** As it is now. */
  static Quarantine of(@Nullable Rejected rejected, World world, Instant now) {
    if (rejected == null) {
      return NONE;
    }
    Instant until = until(rejected, world);
    return now.isBefore(until) ? new Quarantine(rejected, until) : NONE;
  }

  private static Instant until(Rejected rejected, World world) {
    if (rejected.isBlameless()) {
      return world.loaded() ? Instant.MIN : Instant.MAX;
    }
    boolean sameVersion =
        world.version().isEmpty()
            || rejected.version().isEmpty()
            || world.version().equals(rejected.version());
    if (!rejected.others().equals(world.others()) || !sameVersion) {
      return rejected.at().plus(AFTER_A_CHANGE.after(rejected.times()));
    }
    return world.loads() ? rejected.at().plus(OTHERWISE.after(rejected.times())) : Instant.MAX;
  }

  boolean isOn() {
    return rejected != null;
  }

  /** Whether it was this very text. */
  boolean keeps(@Nullable String digest) {
    return rejected != null && rejected.digest().equals(digest);
  }

  /** Those that may be tried. */
  SlotJobs without(SlotJobs wanted) {
    return wanted.without(jobs());
  }

  /** The jobs that are kept from it. */
  SlotJobs jobs() {
    return rejected == null ? SlotJobs.none() : rejected.jobs();
  }
}
