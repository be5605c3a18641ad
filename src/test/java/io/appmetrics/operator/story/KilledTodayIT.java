package io.appmetrics.operator.story;

import io.appmetrics.operator.cluster.Cluster;
import io.appmetrics.operator.cluster.ClusterTest;
import java.nio.file.Path;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Today's Prometheus: wherever the operator is killed, no restart, and no reload twice.
 *
 * <p>{@code -Plong} takes each moment, and more seeds; {@code -Dkilled.at=13} takes one moment
 * again, {@code -Dkilled.seed=} one seed.
 */
@ClusterTest
class KilledTodayIT {
  static LongStream seeds() {
    return Seeds.of("killed");
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void in_several_lives(long seed, Cluster cluster, @TempDir Path directory) {
    new Killings(Act.TODAY, directory).againAndAgain(seed, cluster);
  }

  @Test
  @EnabledIfSystemProperty(named = "killed.at", matches = ".+")
  void at_a_moment(@TempDir Path directory) {
    new Killings(Act.TODAY, directory).at(System.getProperty("killed.at", ""));
  }
}
