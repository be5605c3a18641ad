package io.appmetrics.operator.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.api.AppMetricsStatus;
import io.appmetrics.operator.api.Condition;
import io.appmetrics.operator.prometheus.Action;
import io.appmetrics.operator.prometheus.ConfigValues;
import io.appmetrics.operator.prometheus.Outcome;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes an Event, and whether it warns. */
class NoteTest {
  private static final Action WRITE =
      new Action.WriteConfig(new ConfigValues("text", null), "here", null, "1", "of that");

  @ParameterizedTest
  @CsvSource({"DONE, Normal", "REFUSED, Warning", "OVERTAKEN,", "UNAVAILABLE,"})
  void warnsOfADeedThatWasRefused(Outcome.Kind kind, @Nullable String type) {
    assertThat(Note.of(WRITE, new Outcome(kind, "words")).orElse(null))
        .isEqualTo(
            type == null
                ? null
                : new Note(type, "WriteConfig", "write the configuration, because of that: words"));
  }

  /** What is only pending may come right by itself: that is no reason to warn. */
  @ParameterizedTest(name = "{0} {1}, stalled {2}: {3} {4}")
  @CsvSource({
    "True,    Verified,              false, Normal,  Scraped",
    "True,    PrometheusJoining,     false, Normal,  PrometheusJoining",
    "True,    Suspended,             false, Normal,  Suspended",
    "False,   WritePending,          false, Normal,  WritePending",
    "False,   WritePending,          true,  Warning, WritePending",
    "False,   Conflict,              true,  Warning, Conflict",
    "Unknown, PrometheusUnreachable, false, Normal,  PrometheusUnreachable"
  })
  void warnsWhereSomebodyHasToAct(
      String ready, String reason, boolean stalled, String type, String word) {
    AppMetricsStatus after = status(ready, reason, stalled);

    assertThat(Note.of(null, after)).contains(new Note(type, word, "The message"));
    assertThat(Note.of(status("False", "Before", false), after)).isPresent();
    assertThat(Note.of(after, after)).isEmpty();
  }

  @Test
  void saysNothingOfAStatusWithoutReady() {
    assertThat(Note.of(null, new AppMetricsStatus(1L, null, null, null, null, null, null)))
        .isEmpty();
  }

  private static AppMetricsStatus status(String ready, String reason, boolean stalled) {
    List<Condition> conditions = new ArrayList<>();
    conditions.add(condition("Ready", ready, reason));
    if (stalled) {
      conditions.add(condition("Stalled", "True", reason));
    }
    return new AppMetricsStatus(1L, null, null, null, conditions, null, null);
  }

  private static Condition condition(String type, String status, String reason) {
    return new Condition(type, status, reason, "The message", Instant.EPOCH, 1L);
  }
}
