package io.appmetrics.operator.prometheus;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Lets one thread rest until its time has come or somebody rings; rings that come together count
 * once.
 */
final class Alarm {
  private final Semaphore rings = new Semaphore(0);

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
      long end = System.nanoTime() + coalesce.toNanos();
      while (rings.tryAcquire(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        rings.drainPermits();
      }
      rings.drainPermits();
    }
  }
}
