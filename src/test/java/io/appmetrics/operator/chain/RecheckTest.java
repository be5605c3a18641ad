package io.appmetrics.operator.chain;

import static io.appmetrics.operator.chain.Seen.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.api.AppMetricsStatus;
import io.appmetrics.operator.api.Condition;
import io.appmetrics.operator.chain.AnnotationOutcome.Kind;
import io.appmetrics.operator.chain.Seen.PodSeen;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** When an AppMetrics is looked at again though nothing wakes it. */
class RecheckTest {
  private static final Duration SOON = Duration.ofMillis(300);
  private static final Duration PENDING = Duration.ofSeconds(2);
  private static final Duration DRIFT_NET = Duration.ofMinutes(10);

  private static final List<AnnotationOutcome> NOTHING_WRITTEN =
      List.of(new AnnotationOutcome(Kind.UP_TO_DATE, "", 0));

  /** A status whose conditions moved at these times before now. */
  private static AppMetricsStatus moved(Duration... ago) {
    List<Condition> conditions =
        Arrays.stream(ago)
            .map(time -> new Condition("Ready", "False", "Any", "", NOW.minus(time), 1L))
            .toList();
    return new AppMetricsStatus(1L, null, null, null, conditions, null, null);
  }

  private static Duration after(AppMetricsStatus status, Seen seen, Instant now) {
    return Recheck.after(status, seen.chain(), NOTHING_WRITTEN, now);
  }

  private static Seen broken() {
    return Seen.but(s -> s.replica().down("cart-1", "connect: connection refused"));
  }

  @Test
  void whatIsWellIsLeftToTheNetUnderLostEvents() {
    assertThat(after(moved(Duration.ofSeconds(1)), Seen.well(), NOW)).isEqualTo(DRIFT_NET);
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          just broken,             PT0S,    PT2S
          for a few seconds,       PT9S,    PT2S
          at the edge,             PT10S,   PT2S
          a fifth of a minute,     PT60S,   PT12S
          a fifth of four minutes, PT240S,  PT48S
          at the other edge,       PT300S,  PT60S
          for days,                PT72H,   PT60S
          a clock that went back,  -PT1H,   PT2S
          """)
  void whatIsBrokenIsLookedForAtGrowingDistances(String what, Duration stood, Duration rest) {
    assertThat(after(moved(stood), broken(), NOW)).as(what).isEqualTo(rest);
  }

  /** Else one that was broken for days would be slow to tell how it goes on. */
  @Test
  void theLastMoveOfAnyConditionCounts() {
    assertThat(after(moved(Duration.ofDays(3), Duration.ofSeconds(60)), broken(), NOW))
        .isEqualTo(Duration.ofSeconds(12));
  }

  @Test
  void whatHasNoStatusYetIsPending() {
    assertThat(after(moved(), broken(), NOW)).isEqualTo(PENDING);
    var none = new AppMetricsStatus(1L, null, null, null, null, null, null);
    assertThat(after(none, broken(), NOW)).isEqualTo(PENDING);
  }

  /** A new pod counts after 30 s: nothing but time tells that. */
  @Test
  void aNewPodIsLookedAtWhenItCounts() {
    Seen seen = Seen.well();
    seen.pods(new PodSeen("cart-1"), new PodSeen("cart-2").readyFor(Duration.ofSeconds(12)));
    seen.replica().absent("cart-2");
    assertThat(seen.chain().ready()).isTrue();

    AppMetricsStatus status = moved(Duration.ofDays(1));
    assertThat(after(status, seen, NOW)).isEqualTo(Duration.ofSeconds(18).plus(SOON));
    assertThat(after(status, seen, NOW.plusSeconds(60)))
        .as("it counts already: never in no time, which would spin")
        .isEqualTo(SOON);
  }

  @Test
  void theSoonerOfTwoReasonsWins() {
    Seen seen = broken();
    seen.pods(new PodSeen("cart-1"), new PodSeen("cart-2").readyFor(Duration.ofSeconds(12)));
    seen.replica().absent("cart-2");

    assertThat(after(moved(Duration.ofSeconds(20)), seen, NOW)).isEqualTo(Duration.ofSeconds(4));
    assertThat(after(moved(Duration.ofDays(1)), seen, NOW))
        .isEqualTo(Duration.ofSeconds(18).plus(SOON));
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void afterAWriteItIsLookedAtSoon(Kind kind) {
    List<AnnotationOutcome> outcomes = new ArrayList<>(NOTHING_WRITTEN);
    outcomes.add(new AnnotationOutcome(kind, "", 1));
    AppMetricsStatus status = moved(Duration.ofDays(1));

    assertThat(Recheck.after(status, Seen.well().chain(), outcomes, NOW))
        .isEqualTo(
            switch (kind) {
              case WRITTEN, AGAIN -> SOON;
              case UP_TO_DATE, CONFLICT, REVERTED, OWNED, REFUSED -> DRIFT_NET;
            });
  }
}
