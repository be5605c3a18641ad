package io.appmetrics.operator.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.prometheus.Pacing.End;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PacingTest {
  private final Pacing pacing = new Pacing(Duration.ofSeconds(2), Duration.ofSeconds(4));

  /** In milliseconds: the end of the pass, what is due in, how long the look took, the rest. */
  @ParameterizedTest(name = "{0}, due in {1}, looked {2}: {3}")
  @CsvSource({
    "PENDING,       , 10,     2000",
    "STEADY,        , 10,     4000",
    "PENDING,    500, 10,      500",
    "STEADY,     500, 10,      500",
    "STEADY,   60000, 10,     4000",
    // nine parts rest, one part looking
    "STEADY,        , 1000,   9000",
    "STEADY,     500, 1000,   9000",
    // and as much rest as looking, while somebody waits
    "PENDING,       , 1000,   2000",
    "PENDING,       , 3000,   3000",
    "PENDING,    500, 1000,   1000",
    "PENDING,       , 60000, 30000",
    // but never so long that a loss goes unseen
    "STEADY,        , 3334,  30000",
    "STEADY,        , 60000, 30000",
    // a pass that failed waited for somebody, and one that acted has something to look at
    "FAILED,        , 60000,  4000",
    "FAILED,     500, 60000,  4000",
    "ACTED,         , 60000,   200",
    "ACTED,      500, 10,      200"
  })
  void restsInProportionToWhatLookingCosts(End end, @Nullable Long due, long looked, long rest) {
    assertThat(
            pacing.after(
                end, due == null ? null : Duration.ofMillis(due), Duration.ofMillis(looked)))
        .isEqualTo(Duration.ofMillis(rest));
  }
}
