package io.appmetrics.operator.scrapeconfig;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What holds for every configuration, tried on some thousand; on many more in AnyConfigIT. */
class AnyConfigTest {

  private static final int CONFIGS = Integer.getInteger("splice.quick", 4_000);

  @Test
  void keepsWhatIsTheUsersAndGivesItBack() throws UnparsableConfig {
    var edited = 0;
    for (long seed = 0; seed < CONFIGS; seed++) {
      edited += SpliceProperties.check(seed, AnyConfig.of(seed)) ? 1 : 0;
    }
    // else the generator has wandered off to what nobody writes
    assertThat(edited).isGreaterThan(CONFIGS * 9 / 10);
  }
}
