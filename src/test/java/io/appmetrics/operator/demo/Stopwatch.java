package io.appmetrics.operator.demo;

import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;

/** The time since it was started; nanoseconds come from a clock that never goes back. */
final class Stopwatch {
  private final LongSupplier nanoseconds;
  private final long start;

  Stopwatch(LongSupplier nanoseconds) {
    this.nanoseconds = nanoseconds;
    this.start = nanoseconds.getAsLong();
  }

  Duration elapsed() {
    return Duration.ofNanos(nanoseconds.getAsLong() - start);
  }

  /** In seconds, such as {@code 12.3 s}. */
  static String seconds(Duration duration) {
    return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
  }
}
