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

/** Today's Prometheus: wherever the operator is killed, no restart, and no reload twice. */
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
  @EnabledIfSystemProperty(named = "killed.at", matches = "each")
  void at_each_moment(@TempDir Path directory) {
    new Killings(Act.TODAY, directory).atEachMoment();
  }
}
