package io.appmetrics.operator.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.prometheus.SeenInstallation.Replica;
import io.appmetrics.operator.scrapeconfig.PrometheusVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Which Prometheus the shared text is written for, above all while a rollback is under way. */
class OldestPrometheusTest {
  private static final String OLD = "prom/prometheus:v2.53.0";

  /** One replica of 3.16.0 runs and answers, unless said else. */
  record Row(
      String what,
      String template,
      boolean stands,
      Consumer<SeenInstallation> otherwise,
      @Nullable String version) {
    @Override
    public String toString() {
      return what;
    }
  }

  private static Row row(
      String what,
      String template,
      Consumer<SeenInstallation> otherwise,
      @Nullable String version) {
    return new Row(what, template, true, otherwise, version);
  }

  private static Replica starts(Replica replica, String image, boolean failing) {
    replica.image = image;
    replica.everAnswered = false;
    replica.failing = failing;
    return replica.silent(1, Duration.ZERO);
  }

  static Stream<Row> rows() {
    String now = SeenInstallation.IMAGE;
    return Stream.of(
        row("all run the same", now, s -> {}, "3.16.0"),
        row("a rollback begins", OLD, s -> {}, "2.53.0"),
        row("an upgrade begins", "prom/prometheus:v4.1.0", s -> {}, "3.16.0"),
        row("a rollback is under way", OLD, s -> starts(s.another("b"), OLD, true), "2.3.0"),
        row(
            "one of the same image crashes, which is not for its version",
            now,
            s -> starts(s.another("b"), now, true),
            "3.16.0"),
        row("its pod starts", OLD, s -> starts(s.another("b"), OLD, false), "2.53.0"),
        row(
            "the old template's pod starts",
            now,
            s -> starts(s.another("b"), OLD, false),
            "2.53.0"),
        row(
            "only the rolled back one is left",
            OLD,
            s -> starts(s.replica(), OLD, false),
            "2.53.0"),
        row("and it crashes", OLD, s -> starts(s.replica(), OLD, true), "2.3.0"),
        row("nobody answers, no tag tells", "p", s -> starts(s.replica(), "p", false), null),
        row("it crashes, no tag tells", "p:latest", s -> starts(s.replica(), "p", true), "2.3.0"),
        row("a restart of one that has answered", now, s -> s.replica().failing = true, "3.16.0"),
        row(
            "a silent one of another image",
            now,
            s -> {
              s.replica().silent(1, Duration.ZERO);
              s.replica().image = OLD;
            },
            "2.53.0"),
        row("a tag of another numbering", "corp/metrics:1.4.0", s -> {}, "3.16.0"),
        row(
            "whoever runs an image knows better than its tag",
            OLD,
            s -> s.replica().image = OLD,
            "3.16.0"),
        row(
            "registry with a port",
            "reg.example:5000/prom:v2.53.1-rc.0@sha256:ab",
            s -> {},
            "2.53.1"),
        row("registry with a port, no tag", "reg.example:5000/prometheus", s -> {}, "3.16.0"),
        row("no tag but a digest", "prom/prometheus@sha256:2.50", s -> {}, "3.16.0"),
        new Row("no block yet", OLD, false, s -> {}, "2.53.0"),
        new Row(
            "no block yet, nobody answers", now, false, s -> starts(s.replica(), now, true), null));
  }

  @ParameterizedTest
  @CsvSource({
    "README.md, Prometheus %s or later",
    "CHANGELOG.md, Every Prometheus from %s on",
    "docs/operations.md, a Prometheus %s or later",
    "docs/operations.md, Every release from %s on is served",
    "docs/reasons.md, older than %s",
    "docs/reasons.md, serves %s and later"
  })
  void isServedAsTheDocumentsSay(Path document, String sentence) throws IOException {
    assertThat(Files.readString(document)).contains(sentence.formatted(OldestPrometheus.SERVED));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void isTheOldestThatWillReadTheText(Row row) {
    InstallationObservation seen = SeenInstallation.but(row.otherwise()).observation();

    assertThat(
            OldestPrometheus.reading(seen.replicas(), row.template(), row.stands())
                .map(PrometheusVersion::toString)
                .orElse(null))
        .isEqualTo(row.version());
  }
}
