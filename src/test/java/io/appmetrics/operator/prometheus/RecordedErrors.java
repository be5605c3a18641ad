package io.appmetrics.operator.prometheus;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** The words of real Prometheis in scrape-errors.tsv. */
public final class RecordedErrors {
  private RecordedErrors() {}

  /**
   * A line of the file.
   *
   * @param version of Prometheus
   * @param name of the case; several lines of one case are words that come by turns
   * @param words lastError
   */
  public record Recorded(String version, String name, String words) {
    @Override
    public String toString() {
      return name + " on " + version + ": " + words;
    }
  }

  /** All lines, in the order of the file. */
  public static Stream<Recorded> all() {
    try (var file = RecordedErrors.class.getResourceAsStream("/scrape-errors.tsv")) {
      String text = new String(Objects.requireNonNull(file).readAllBytes(), StandardCharsets.UTF_8);
      return text
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> List.of(line.split("\t", 3)))
          .map(row -> new Recorded(row.get(0), row.get(1), row.get(2).translateEscapes()))
          .toList()
          .stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
