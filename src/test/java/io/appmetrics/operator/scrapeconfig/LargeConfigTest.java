package io.appmetrics.operator.scrapeconfig;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same of nearly a whole ConfigMap. */
class LargeConfigTest {

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 4})
  void keepsWhatIsTheUsersAndGivesItBack(long seed) throws UnparsableConfig {
    assertThat(SpliceProperties.check(seed, AnyConfig.large(seed, 900 * 1024))).isTrue();
  }
}
