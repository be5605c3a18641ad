package io.appmetrics.operator.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.appmetrics.operator.cluster.PrometheusProbe;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** Holds an AppMetrics' Ready against what Prometheus scrapes, four times a second. */
final class ReadinessSampler implements AutoCloseable {
  private static final Duration PERIOD = Duration.ofMillis(250);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Promised: one poll, which is 4 s when all is well, and 2 s. */
  private static final Duration OUTLIVES = Duration.ofSeconds(6);

  /** On a machine that is busy with two more clusters some samples come late, most do not. */
  private static final Duration USUAL_GAP = PERIOD.multipliedBy(2);

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
      // What is said is held against what is the case just before and just after: the app answers
      // to one port and one scheme only, so whichever target is up is the declared endpoint.
      var before = anyUp(prometheus);
      var ready = declared.isReady();
      samples.add(new Sample(Instant.now(), ready, before || anyUp(prometheus)));
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

  /**
   * Ready became True only when the endpoint was up, and never outlived it for longer than
   * promised; it has been seen to become so at all, and has been looked at often enough.
   */
  void assertTruthful() {
    assertThat(failures).as("samples that failed").isEmpty();
    assertThat(turns()).as("the moments at which Ready became True").isNotEmpty();
    assertThat(turns()).allSatisfy(turn -> assertThat(turn.up()).as(turn.toString()).isTrue());
    assertThat(samples.stream().filter(Sample::ready))
        .allSatisfy(
            sample -> assertThat(sinceUp(sample)).as(sample.toString()).isLessThan(OUTLIVES));
    assertThat(gaps().get(gaps().size() / 2)).as("between two samples").isLessThan(USUAL_GAP);
  }

  /** For how long, at this sample, the endpoint had not been seen up. */
  private Duration sinceUp(Sample sample) {
    return samples.stream()
        .filter(other -> other.up() && !other.at().isAfter(sample.at()))
        .map(Sample::at)
        .max(Comparator.naturalOrder())
        .map(up -> Duration.between(up, sample.at()))
        .orElse(ChronoUnit.FOREVER.getDuration());
  }

  private List<Duration> gaps() {
    return IntStream.range(1, samples.size())
        .mapToObj(i -> Duration.between(samples.get(i - 1).at(), samples.get(i).at()))
        .sorted()
        .toList();
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
