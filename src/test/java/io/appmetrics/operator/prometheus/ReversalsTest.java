package io.appmetrics.operator.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.scrapeconfig.BlockText;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Beside a tool that applies its own text again and again, nobody fights. */
class ReversalsTest {
  private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
  private static final BlockText JOBS = new BlockText("- job_name: appmetrics-1\n");
  private static final BlockText FORMATTED = new BlockText("-  job_name:  appmetrics-1\n");
  private static final String HERE = "here";

  /** Every 5 s; looked at each second. */
  @Test
  void writesSixTimesInTheFirstTenMinutesBesideAToolThatAppliesEveryFiveSeconds() {
    List<Long> writes = new ArrayList<>();
    Reversals reversals = Reversals.NONE;
    boolean stands = false;
    for (long second = 0; second < 3600; second++) {
      Instant now = START.plusSeconds(second);
      stands &= second % 5 != 0;
      reversals = reversals.seen(stands ? JOBS : null, now);
      Instant again = reversals.again();
      if (!stands && (again == null || !now.isBefore(again))) {
        reversals = reversals.written(HERE, JOBS);
        stands = true;
        writes.add(second);
      }
    }
    assertThat(writes.stream().filter(second -> second < 600)).hasSize(6);
    assertThat(writes).startsWith(0L, 5L, 40L, 105L, 230L, 475L, 960L, 1925L);
  }

  @Test
  void makesOneLossGoodAtOnce() {
    assertThat(lost(1).again()).isNull();
    assertThat(lost(2).again()).isEqualTo(START.plusSeconds(1).plus(Duration.ofSeconds(30)));
    assertThat(lost(40).again()).isEqualTo(START.plusSeconds(39).plus(Duration.ofMinutes(30)));
  }

  @Test
  void forgetsOnceTheyHaveStoodForLong() {
    Reversals stands = lost(3).written(HERE, JOBS);
    Instant almost = stands.last().plus(Reversals.CALM).minusMillis(1);

    assertThat(stands.seen(JOBS, almost).again()).isNotNull();
    assertThat(stands.seen(JOBS, almost.plusMillis(1)).again()).isNull();
    assertThat(lost(3).seen(null, almost.plusMillis(1)).again())
        .as("they do not stand")
        .isNotNull();
  }

  @Test
  void takesAnotherFormForALoss() {
    Reversals reversals = Reversals.NONE.written(HERE, JOBS).seen(FORMATTED, START);
    assertThat(reversals.times()).containsExactly(START);
  }

  @Test
  void beginsAnewInAnotherPlace() {
    assertThat(lost(5).written(HERE, JOBS).again()).isNotNull();
    assertThat(lost(5).written("elsewhere", JOBS).again()).isNull();
  }

  @Test
  void missesNothingThatItHasTakenOutItself() {
    assertThat(Reversals.NONE.written(HERE, null).seen(null, START))
        .isEqualTo(Reversals.NONE.written(HERE, null));
    assertThat(Reversals.NONE.seen(JOBS, START).seen(null, START)).isEqualTo(Reversals.NONE);
  }

  /** The answer of a write was lost: what stands now may be ours. */
  @Test
  void countsNoLossWhereItMayHaveWrittenItself() {
    Reversals unsure = lost(1).written(HERE, JOBS).unsure();
    assertThat(unsure.seen(FORMATTED, START.plusSeconds(9)).times()).hasSize(1);
  }

  private static Reversals lost(int times) {
    Reversals reversals = Reversals.NONE;
    for (int i = 0; i < times; i++) {
      reversals = reversals.written(HERE, JOBS).seen(null, START.plusSeconds(i));
    }
    return reversals;
  }
}
