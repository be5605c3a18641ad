package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.scrapeconfig.BlockText;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How often another writer has taken our jobs out of the ConfigMap; immutable.
 *
 * @param place where they stood; empty before the first write
 * @param block the jobs that we wrote there and that should still stand; null when none should
 * @param times when they were seen gone
 */
record Reversals(String place, @Nullable BlockText block, List<Instant> times) {

  static final Reversals NONE = new Reversals("", null, List.of());

  /** Who has let our jobs stand for so long has let them be. */
  static final Duration CALM = Duration.ofMinutes(10);

  private static final Backoff PAUSE = new Backoff(Duration.ofSeconds(30), Duration.ofMinutes(30));

  Reversals {
    times = List.copyOf(times);
  }

  /** These, and a write of ours. What happened in another place says nothing of this one. */
  Reversals written(String where, @Nullable BlockText what) {
    return new Reversals(where, what, where.equals(place) ? times : List.of());
  }

  /** These, and a write of which nobody knows whether it was done. */
  Reversals unsure() {
    return new Reversals(place, null, times);
  }

  /**
   * These, and what stands now.
   *
   * @param standing our jobs as they stand; null when there are none
   */
  Reversals seen(@Nullable BlockText standing, Instant now) {
    if (block != null && !block.equals(standing)) {
      return new Reversals(place, null, Stream.concat(times.stream(), Stream.of(now)).toList());
    }
    boolean calm = block != null && !times.isEmpty() && !now.isBefore(last().plus(CALM));
    return calm ? new Reversals(place, block, List.of()) : this;
  }

  /**
   * When the next write may be tried. The first loss is made good at once: somebody has applied an
   * older file. Then the other is one that will not rest, and a write is an edit war.
   */
  @Nullable Instant again() {
    return times.size() < 2 ? null : last().plus(PAUSE.after(times.size() - 1));
  }

  Instant last() {
    return Objects.requireNonNull(times.get(times.size() - 1));
  }
}
