package io.appmetrics.operator.scrapeconfig;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PrometheusDurationTest {

  @ParameterizedTest
  @CsvSource({
    "15s, PT15S",
    "1m30s, PT1M30S",
    "500ms, PT0.5S",
    "1h1ms, PT1H0.001S",
    "2d, PT48H",
    "1w, PT168H",
    "1y, PT8760H",
    "0, PT0S",
    "0s, PT0S"
  })
  void readsPrometheusUnits(String text, Duration duration) {
    assertThat(PrometheusDuration.parse(text)).contains(duration);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "15", "s", "1s1m", "-1s", "1.5s", "15 s", "PT15S"})
  void hasNoWordsForAnythingElse(String text) {
    assertThat(PrometheusDuration.parse(text)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0s", "1ms", "1s500ms", "1m", "1h30m", "1d", "90d", "1w", "2y", "366d"})
  void writesAsPrometheusDoes(String text) {
    assertThat(PrometheusDuration.format(PrometheusDuration.parse(text).orElseThrow()))
        .isEqualTo(text);
  }
}
