package io.appmetrics.operator.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.appmetrics.operator.cluster.PrometheusProbe;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Holds an AppMetrics' Ready against what Prometheus scrapes, four times a second. */
final class ReadinessSampler implements AutoCloseable {
  private static final Duration PERIOD = Duration.ofMillis(250);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private record Sample(Instant at, boolean ready, boolean up) {}

  private final List<Sample> samples = new CopyOnWriteArrayList<>();
  private final List<Throwable> failures = new CopyOnWriteArrayList<>();
  private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();

  private ReadinessSampler() {}

  static ReadinessSampler watch(Declared declared, PrometheusProbe prometheus) {
    var sampler = new ReadinessSampler();
    var unused =
        sampler.executor.scheduleAtFixedRate(
            () -> sampler.sample(declared, prometheus),
            0,
            PERIOD.toMillis(),
            TimeUnit.MILLISECONDS);
    return sampler;
  }

  private void sample(Declared declared, PrometheusProbe prometheus) {
    try {
      // In this order: what is said is held against what is the case afterwards.
      var ready = declared.isReady();
      samples.add(new Sample(Instant.now(), ready, anyUp(prometheus)));
    } catch (RuntimeException | AssertionError e) {
      failures.add(e);
    }
  }

  private static boolean anyUp(PrometheusProbe prometheus) {
    return prometheus.scrapePools().stream()
        .filter(pool -> pool.startsWith("appmetrics-"))
        .flatMap(pool -> prometheus.targets(pool).stream())
        .anyMatch(PrometheusProbe.ActiveTarget::isUp);
  }

  /**
   * Waits until Ready has been seen to become True so often. A test that breaks something before
   * would have the sampler look at Prometheus too late, and take that for an early Ready.
   */
  void awaitTurns(int count) {
    await("Ready to be sampled as True, time " + count)
        .atMost(PATIENCE)
        .until(() -> !failures.isEmpty() || turns().size() >= count);
  }

  /** Ready became True only when a target was up; it has been seen to become so at all. */
  void assertNeverTooEarly() {
    assertThat(failures).as("samples that failed").isEmpty();
    assertThat(turns()).as("the moments at which Ready became True").isNotEmpty();
    assertThat(turns()).allSatisfy(turn -> assertThat(turn.up()).as(turn.toString()).isTrue());
  }

  private List<Sample> turns() {
    var turns = new ArrayList<Sample>();
    for (var i = 1; i < samples.size(); i++) {
      if (samples.get(i).ready() && !samples.get(i - 1).ready()) {
        turns.add(samples.get(i));
      }
    }
    return turns;
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
