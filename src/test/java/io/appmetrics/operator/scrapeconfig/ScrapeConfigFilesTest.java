package io.appmetrics.operator.scrapeconfig;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** As Prometheus would match them (config.go, SetDirectory, and Go's filepath.Glob). */
class ScrapeConfigFilesTest {

  @ParameterizedTest
  @CsvSource({
    "/etc/prometheus/appmetrics.yml, true",
    "appmetrics.yml, true",
    "./appmetrics.yml, true",
    "../prometheus/appmetrics.yml, true",
    "/etc/prometheus/app*.yml, true",
    "*.yml, true",
    "/etc/prometheus/appmetrics.ym?, true",
    "/etc/prometheus/[a-c]ppmetrics.yml, true",
    "/etc/prometheus/[^b]ppmetrics.yml, true",
    "/etc/prometheus/[^a]ppmetrics.yml, false",
    "/etc/prometheus/appmetrics\\.yml, true",
    "/etc/*/appmetrics.yml, true",
    "/etc/*.yml, false",
    "/etc/prometheus/*.yaml, false",
    "/etc/prometheus/appmetricsXyml, false",
    "jobs/*.yml, false",
    "[, false",
    "/etc/prometheus/[z-a]ppmetrics.yml, false",
    "/etc/prometheus/[\\]a]ppmetrics.yml, true",
    "/etc/prometheus/[\\]]ppmetrics.yml, false",
    "/etc/prometheus/[\\a-c]ppmetrics.yml, true",
    "/etc/prometheus/[&&a]ppmetrics.yml, true",
    "/etc/prometheus/[[a]ppmetrics.yml, true",
  })
  void matchesAsGoDoes(String pattern, boolean included) {
    assertThat(
            new ScrapeConfigFiles(List.of("elsewhere.yml", pattern))
                .matching("/etc/prometheus", "/etc/prometheus/appmetrics.yml"))
        .isEqualTo(included ? 1 : 0);
  }

  /** Each is read for itself: jobs of a file that two match are there twice. */
  @Test
  void countsEachThatMatches() {
    assertThat(
            new ScrapeConfigFiles(List.of("*.yml", "/etc/prometheus/app*", "jobs/*"))
                .matching("/etc/prometheus", "/etc/prometheus/appmetrics.yml"))
        .isEqualTo(2);
  }
}
