package io.appmetrics.operator.prometheus;

import static io.appmetrics.operator.prometheus.SeenInstallation.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SilenceTest {

  /** Nothing is known any more after three failures and 30 s, both. */
  @ParameterizedTest
  @CsvSource({"1, 99, false", "2, 99, false", "3, 29, false", "9, 29, false", "3, 30, true"})
  void isLostAfterThreeTimesAndThirtySeconds(int times, int seconds, boolean lost) {
    assertThat(new Silence(NOW, times).lost(NOW.plusSeconds(seconds))).isEqualTo(lost);
  }

  @Test
  void countsFromItsBeginning() {
    Silence once = Silence.again(null, NOW);
    assertThat(once).isEqualTo(new Silence(NOW, 1));
    assertThat(Silence.again(once, NOW.plusSeconds(5))).isEqualTo(new Silence(NOW, 2));
  }
}
