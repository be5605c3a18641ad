package io.appmetrics.operator.prometheus;

import java.time.Duration;

/**
 * A pause that doubles each time.
 *
 * @param first after the first time
 * @param longest it grows no more than to this
 */
record Backoff(Duration first, Duration longest) {
  /** Far beyond any longest, and no overflow. */
  private static final int MOST_DOUBLINGS = 10;

  /**
   * The pause after so many times in a row.
   *
   * @param times from 1
   */
  Duration after(int times) {
    Duration pause = first.multipliedBy(1L << Math.min(times - 1, MOST_DOUBLINGS));
    return pause.compareTo(longest) < 0 ? pause : longest;
  }
}
