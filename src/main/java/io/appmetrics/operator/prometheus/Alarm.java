package io.appmetrics.operator.prometheus;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Lets one thread rest until its time has come or somebody rings; rings that come together count
 * once.
 */
final class Alarm {
  private final LongSupplier nanos;
  private final Semaphore rings = new Semaphore(0);

  Alarm(LongSupplier nanos) {
    this.nanos = nanos;
  }

  void ring() {
    rings.release();
  }

  /**
   * Rests.
   *
   * @param atMost returns after this long when nobody rings
   * @param coalesce after a ring, others are waited for this long
   */
  void await(Duration atMost, Duration coalesce) throws InterruptedException {
    if (rings.tryAcquire(Math.max(0, atMost.toMillis()), TimeUnit.MILLISECONDS)) {
      long end = nanos.getAsLong() + coalesce.toNanos();
      while (rings.tryAcquire(end - nanos.getAsLong(), TimeUnit.NANOSECONDS)) {
        rings.drainPermits();
      }
      rings.drainPermits();
    }
  }
}
