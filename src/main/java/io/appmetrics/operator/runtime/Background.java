package io.appmetrics.operator.runtime;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is done beside reconciling, one after the other; a task that fails stops no other. */
final class Background implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Background.class);

  private final ScheduledExecutorService executor =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "background");
            thread.setDaemon(true);
            return thread;
          });

  /** Runs a task now, and again so long after each end. */
  void every(String what, Duration period, Runnable task) {
    // nothing escapes into the future: a scheduled task that throws would never run again
    var unused =
        executor.scheduleWithFixedDelay(
            () -> succeeds(what, () -> done(task)), 0, period.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Runs a task now, and again so much later while it is not done. */
  void until(String what, Duration later, BooleanSupplier task) {
    after(Duration.ZERO, what, later, task);
  }

  private void after(Duration delay, String what, Duration later, BooleanSupplier task) {
    if (executor.isShutdown()) {
      return;
    }
    var unused =
        executor.schedule(
            () -> {
              if (!succeeds(what, task)) {
                after(later, what, later, task);
              }
            },
            delay.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  private static boolean done(Runnable task) {
    task.run();
    return true;
  }

  private static boolean succeeds(String what, BooleanSupplier task) {
    try {
      return task.getAsBoolean();
    } catch (RuntimeException e) {
      log.warn("the {} failed, and is tried again later", what, e);
      return false;
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
