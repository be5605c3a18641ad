package io.appmetrics.operator.prometheus;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How long something has given no answer.
 *
 * @param since when it first gave none
 * @param times how often in a row
 */
record Silence(Instant since, int times) {
  private static final int TIMES = 3;
  private static final Duration LONG = Duration.ofSeconds(30);

  /** Once more, after those before; null when there was none. */
  static Silence again(@Nullable Silence before, Instant now) {
    return before == null ? new Silence(now, 1) : new Silence(before.since(), before.times() + 1);
  }

  /** One failure says little: what was known stays good for a while. */
  boolean lost(Instant now) {
    return times >= TIMES && !now.isBefore(since.plus(LONG));
  }
}
