package io.appmetrics.operator.scrapeconfig;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PrometheusVersionTest {

  @ParameterizedTest
  @CsvSource({
    "3.16.0, 3.16.0",
    "v2.42.0, 2.42.0",
    "2.5.0+ds, 2.5.0",
    "3.0.0-beta.1, 3.0.0",
    "' 2.37.9\n', 2.37.9",
    "3.1, 3.1.0"
  })
  void readsWhatPrometheusSays(String text, String version) {
    assertThat(PrometheusVersion.parse(text)).hasToString(version);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "3", "main", "3.x.1", "3.16.0.1", "99999999999.1.1"})
  void refusesAnythingElse(String text) {
    assertThatThrownBy(() -> PrometheusVersion.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("\"" + text + "\" is no Prometheus version; expected one such as 3.16.0");
  }

  @Test
  void comparesByNumberNotByText() {
    var sorted =
        Stream.of("2.42.0", "3.0.0", "2.9.1", "2.9.0")
            .map(PrometheusVersion::parse)
            .sorted()
            .map(PrometheusVersion::toString)
            .toList();
    assertThat(sorted).isEqualTo(List.of("2.9.0", "2.9.1", "2.42.0", "3.0.0"));
  }

  @ParameterizedTest
  @CsvSource({
    "2.35.0, true",
    "2.35.3, true",
    "2.36.0, true",
    "3.0.0, true",
    "2.34.9, false",
    "1.99.0, false"
  })
  void knowsWhatCameWithARelease(String version, boolean there) {
    assertThat(PrometheusVersion.parse(version).atLeast(2, 35)).isEqualTo(there);
  }
}
