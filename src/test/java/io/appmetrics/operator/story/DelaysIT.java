package io.appmetrics.operator.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.appmetrics.operator.apiserver.Deeds;
import io.appmetrics.operator.cluster.Addon;
import io.appmetrics.operator.cluster.Cluster;
import io.appmetrics.operator.cluster.ClusterTest;
import io.appmetrics.operator.cluster.SlowRoad;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * However late the certificates are, and however slow the API server and the kubelet: the classic
 * Prometheus is restarted exactly once, and none of today's is.
 *
 * <p>{@code -Plong} takes more seeds, others every time, which it prints; {@code -Ddelays.seed=}
 * takes one again.
 */
@ClusterTest
class DelaysIT {
  private static final Logger log = LoggerFactory.getLogger(DelaysIT.class);

  private static final int API_SERVER_MILLIS = 2_000;
  private static final int PROJECTION_MILLIS = 60_000;
  private static final int REACTION_MILLIS = 1_000;
  private static final int CERTIFICATES_MILLIS = 30_000;

  /** What a seed makes of it. */
  private record Delays(
      Duration certificates,
      boolean whenSick,
      Duration apiServer,
      Duration projection,
      Duration reaction) {

    static Delays of(Random random, Act act) {
      return new Delays(
          millis(random, CERTIFICATES_MILLIS),
          // the classic one is sick for good only once it has scraped without them
          random.nextBoolean() || act == Act.CLASSIC,
          millis(random, API_SERVER_MILLIS),
          millis(random, PROJECTION_MILLIS),
          millis(random, REACTION_MILLIS));
    }

    private static Duration millis(Random random, int most) {
      return Duration.ofMillis(random.nextInt(most));
    }
  }

  static LongStream seeds() {
    return Seeds.of("delays");
  }

  /** OriginalStoryIT is about the others. */
  private static final String VERSIONS = System.getProperty("delays.versions", "2.37.0");

  static Stream<Arguments> todays() {
    return Stream.of(VERSIONS.split(",", -1))
        .flatMap(version -> seeds().mapToObj(seed -> Arguments.of(version, seed)));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void of_istio_1_0(long seed, Cluster cluster) {
    play(Act.CLASSIC, Act.CLASSIC.addon, seed, cluster);
  }

  @ParameterizedTest(name = "{0}, seed {1}")
  @MethodSource("todays")
  void of_today(String version, long seed, Cluster cluster) {
    play(Act.TODAY, Act.TODAY.addon.version(version), seed, cluster);
  }

  private static void play(Act act, Addon addon, long seed, Cluster cluster) {
    var random = new Random(seed);
    var delays = Delays.of(random, act);
    cluster.timing(
        timing -> timing.withPropagation(delays.projection()).withReaction(delays.reaction()));
    var story = LateCertificates.begin(act, addon, cluster);
    Map<Deeds.Deed, Integer> done = new EnumMap<>(Deeds.Deed.class);
    Deeds counts =
        (deed, moment) -> {
          if (moment == Deeds.Moment.AFTER) {
            synchronized (done) {
              done.merge(deed, 1, Integer::sum);
            }
          }
        };
    try (var operator =
        OperatorInThisJvm.start(
            story.istio(),
            OperatorUnderTest.environment(LateCertificates.NO_BUDGET, story.istio(), story.shop()),
            counts,
            kubeconfig -> SlowRoad.open(kubeconfig, delays.apiServer(), random))) {
      var declared = story.declare();
      if (delays.whenSick()) {
        story.awaitSick(declared);
      }
      pass(delays.certificates());
      story.istio().istioDefaultAppears();
      var appeared = Instant.now();
      declared.awaitReady(LateCertificates.PATIENCE);
      var took = Duration.between(appeared, Instant.now());
      story.awaitCured(declared);
      var end = story.end();
      story.assertEnd(end);
      log.info(
          "{} {} seed {}: Ready {} ms after the certificates, {} restarts; {}; {}",
          act,
          addon.version(),
          seed,
          took.toMillis(),
          end.restarts(),
          delays,
          done);
      assertThat(end.restarts()).isEqualTo(act.restarts);
    }
  }

  private static void pass(Duration time) {
    await("time to pass").pollDelay(time).atMost(time.plusSeconds(10)).until(() -> true);
  }
}
