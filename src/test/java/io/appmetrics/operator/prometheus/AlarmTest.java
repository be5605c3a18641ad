package io.appmetrics.operator.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class AlarmTest {
  private static final Duration LONG = Duration.ofHours(1);

  private final Alarm alarm = new Alarm(System::nanoTime);

  private Duration await(Duration atMost, Duration coalesce) throws InterruptedException {
    long began = System.nanoTime();
    alarm.await(atMost, coalesce);
    return Duration.ofNanos(System.nanoTime() - began);
  }

  @Test
  void endsWhenItsTimeHasCome() throws Exception {
    assertThat(await(Duration.ofMillis(30), LONG)).isGreaterThanOrEqualTo(Duration.ofMillis(30));
    assertThat(await(Duration.ofMillis(-1), LONG)).isLessThan(Duration.ofMinutes(1));
  }

  @Test
  void endsSoonAfterARing() throws Exception {
    alarm.ring();
    assertThat(await(LONG, Duration.ofMillis(30))).isBetween(Duration.ofMillis(30), LONG);
  }

  /** A burst of events becomes one pass. */
  @Test
  void countsRingsThatComeTogetherOnce() throws Exception {
    for (int i = 0; i < 100; i++) {
      alarm.ring();
    }
    await(LONG, Duration.ofMillis(1));

    assertThat(await(Duration.ofMillis(30), LONG)).isGreaterThanOrEqualTo(Duration.ofMillis(30));
  }

  /** A ring during the pass is about what the pass may not have seen. */
  @Test
  void remembersARingThatCameBefore() throws Exception {
    await(Duration.ZERO, Duration.ZERO);
    alarm.ring();
    assertThat(await(LONG, Duration.ZERO)).isLessThan(LONG);
  }

  @Test
  void isRungByAnotherThread() throws Exception {
    Thread other = new Thread(alarm::ring);
    other.start();
    assertThat(await(LONG, Duration.ZERO)).isLessThan(LONG);
    other.join();
  }
}
