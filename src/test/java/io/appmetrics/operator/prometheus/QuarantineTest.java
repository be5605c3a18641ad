package io.appmetrics.operator.prometheus;

import static io.appmetrics.operator.prometheus.SeenInstallation.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.prometheus.InstallationState.Rejected;
import io.appmetrics.operator.prometheus.Quarantine.World;
import io.appmetrics.operator.scrapeconfig.SlotJobs;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuarantineTest {
  private static final SlotJobs TWO = SlotJobs.named(List.of("appmetrics-2"));

  private static final World SAME = new World("0ther", "3.16.0", true, true);

  private static Rejected times(int times) {
    return new Rejected("0ddba11", TWO, "0ther", "3.16.0", NOW, times, "no");
  }

  private static Instant until(int times, String others, String version, boolean loads) {
    return Quarantine.of(times(times), new World(others, version, loads, true), NOW).until();
  }

  @ParameterizedTest
  @CsvSource({
    "1, PT5M,  PT1M",
    "2, PT10M, PT2M",
    "3, PT20M, PT4M",
    "4, PT40M, PT8M",
    "5, PT1H,  PT16M",
    "6, PT1H,  PT30M",
    "99, PT1H, PT30M",
  })
  void lastsLongerEachTimeAndLessOnceSomethingElseHasChanged(
      int times, Duration otherwise, Duration afterAChange) {
    assertThat(until(times, "0ther", "3.16.0", true)).isEqualTo(NOW.plus(otherwise));
    assertThat(until(times, "an0ther", "3.16.0", true)).isEqualTo(NOW.plus(afterAChange));
    assertThat(until(times, "0ther", "3.17.0", true)).isEqualTo(NOW.plus(afterAChange));
    assertThat(until(times, "0ther", "", true))
        .as("nobody answers: no other version")
        .isEqualTo(NOW.plus(otherwise));
  }

  /** A try there is a restart, and one that Prometheus may not come back from. */
  @Test
  void endsByItselfOnlyWhereATryCostsNothing() {
    assertThat(until(1, "0ther", "3.16.0", false)).isEqualTo(Instant.MAX);
    assertThat(until(1, "an0ther", "3.16.0", false)).isEqualTo(NOW.plus(Duration.ofMinutes(1)));
  }

  /** It was never they that were refused: they wait for the repair, and no longer. */
  @Test
  void endsWithTheRepairOfWhatIsRefusedWithoutThem() {
    Rejected blameless = times(7).blameless();
    World broken = new World("0ther", "3.16.0", true, false);
    assertThat(Quarantine.of(blameless, broken, NOW.plus(Duration.ofDays(9))).until())
        .isEqualTo(Instant.MAX);
    assertThat(Quarantine.of(blameless, SAME, NOW).isOn()).isFalse();
  }

  @Test
  void keepsNothingOnceItIsOver() {
    Instant over = NOW.plus(Duration.ofMinutes(5));
    Quarantine on = Quarantine.of(times(1), SAME, over.minusMillis(1));
    assertThat(on.isOn()).isTrue();
    assertThat(on.keeps("0ddba11")).isTrue();
    assertThat(on.keeps("another")).isFalse();
    assertThat(on.keeps(null)).isFalse();
    assertThat(on.without(TWO.and(SeenInstallation.MUTUAL))).isEqualTo(SeenInstallation.MUTUAL);

    for (Quarantine off :
        List.of(Quarantine.of(times(1), SAME, over), Quarantine.of(null, SAME, NOW))) {
      assertThat(off.isOn()).isFalse();
      assertThat(off.keeps("0ddba11")).isFalse();
      assertThat(off.without(TWO)).isEqualTo(TWO);
    }
  }
}
