package io.appmetrics.operator.scrapeconfig;

import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.relabel.Promtool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What holds for every configuration, tried on many. {@code -Dsplice.seed=} takes the seeds from
 * there on ({@code any}: from anywhere; a failure names the seed), {@code -Dsplice.configs=} so
 * many.
 */
class AnyConfigIT {

  private static final int CONFIGS = Integer.getInteger("splice.configs", 100_000);
  private static final int JUDGED = 600;
  private static final long FIRST = first(System.getProperty("splice.seed", "20261126"));

  private static long first(String seed) {
    return seed.equals("any") ? new Random().nextLong(1L << 40) : Long.parseLong(seed);
  }

  @Test
  void keepsWhatIsTheUsersAndGivesItBack() {
    System.out.printf("%d configurations from seed %d on%n", CONFIGS, FIRST);
    var edited =
        LongStream.range(FIRST, FIRST + CONFIGS).parallel().filter(AnyConfigIT::isEdited).count();
    assertThat(edited).isGreaterThan(CONFIGS * 95L / 100);
  }

  private static boolean isEdited(long seed) {
    try {
      return SpliceProperties.check(seed, AnyConfig.of(seed));
    } catch (UnparsableConfig e) {
      throw new AssertionError("seed %d: %s".formatted(seed, AnyConfig.of(seed).text()), e);
    }
  }

  /** Else the properties would hold of a language that is only ours. */
  @Test
  void isWhatPrometheusAccepts(@TempDir Path directory) throws IOException {
    var files = new ArrayList<Path>();
    for (var seed = FIRST; seed < FIRST + JUDGED; seed++) {
      var text = AnyConfig.of(seed).text();
      files.add(Files.writeString(directory.resolve(seed + ".yml"), text));
      var with = edited(text);
      if (with.isPresent()) {
        files.add(Files.writeString(directory.resolve(seed + "-with.yml"), with.get()));
      }
    }
    assertThat(files).hasSizeGreaterThan(JUDGED * 19 / 10);
    assertThat(Promtool.complaint(files)).isEmpty();
  }

  private static Optional<String> edited(String text) {
    try {
      return Optional.of(PrometheusYaml.parse(text).with(SpliceProperties.REAL));
    } catch (UnparsableConfig e) {
      // one of the few that are refused, which are counted above
      return Optional.empty();
    }
  }
}
