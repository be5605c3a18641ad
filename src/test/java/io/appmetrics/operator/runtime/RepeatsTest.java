package io.appmetrics.operator.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class RepeatsTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  private final Repeats repeats = new Repeats();

  private static Instant minute(int minute) {
    return NOW.plusSeconds(60L * minute);
  }

  @Test
  void tellsTheSameEveryTenMinutesWithHowOftenItWas() {
    assertThat(repeats.said("nudge", minute(0)))
        .contains(new Repeats.Count(minute(0), minute(0), 1));
    for (int minute = 1; minute < 10; minute++) {
      assertThat(repeats.said("nudge", minute(minute))).isEmpty();
    }
    assertThat(repeats.said("nudge", minute(10)))
        .contains(new Repeats.Count(minute(0), minute(10), 11));
    assertThat(repeats.said("nudge", minute(11))).isEmpty();
  }

  @Test
  void tellsWhatIsNewAtOnce() {
    assertThat(repeats.said("nudge", NOW)).isPresent();
    assertThat(repeats.said("reload", NOW)).isPresent();
  }

  @Test
  void forgetsWhatWasSilentForLongest() {
    for (int i = 0; i <= 256; i++) {
      assertThat(repeats.said("nudge " + i, NOW)).isPresent();
    }
    assertThat(repeats.said("nudge 256", NOW)).isEmpty();
    assertThat(repeats.said("nudge 0", NOW)).as("forgotten").isPresent();
  }
}
