package io.appmetrics.operator.runtime;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Counts what is said again and again, such as the nudges of a Prometheus whose certificates never
 * come: one Event each would push all others out of sight. For one thread.
 */
final class Repeats {
  /** How soon the same is told again, with how often it was. */
  private static final Duration QUIET = Duration.ofMinutes(10);

  private static final int MOST = 256;

  /**
   * How often something was said.
   *
   * @param first when it was said first
   * @param told when an Event last told of it
   */
  record Count(Instant first, Instant told, int times) {}

  private final Map<Object, Count> counts = new LinkedHashMap<>(16, 0.75f, true);

  /** What to tell of something that is said now; empty when the same was told a while ago. */
  Optional<Count> said(Object what, Instant now) {
    Count before = counts.get(what);
    boolean tell = before == null || !now.isBefore(before.told().plus(QUIET));
    Count count =
        before == null
            ? new Count(now, now, 1)
            : new Count(before.first(), tell ? now : before.told(), before.times() + 1);
    counts.put(what, count);
    if (counts.size() > MOST) {
      counts.remove(counts.keySet().iterator().next()); // the one that was silent for longest
    }
    return tell ? Optional.of(count) : Optional.empty();
  }
}
