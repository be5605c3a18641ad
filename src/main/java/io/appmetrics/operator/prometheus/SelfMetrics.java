package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.scrapeconfig.PrometheusVersion;
import java.io.BufferedReader;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a Prometheus tells in its own metrics, where its API does not yet: its version and state
 * before 2.14, its scrape pools before 2.42.
 *
 * @param pools the jobs whose pool has been given targets, none of them included; up to 2.54 that
 *     may be later than the pool itself
 */
record SelfMetrics(PrometheusVersion version, RuntimeInfo runtime, Set<String> pools) {
  private static final Pattern SAMPLE = Pattern.compile("(\\w+)(?:\\{(.*)})? (\\S+)");

  private static final String BUILD = "prometheus_build_info";
  private static final String START = "process_start_time_seconds";
  private static final String RELOADED = "prometheus_config_last_reload_successful";
  private static final String LOADED = "prometheus_config_last_reload_success_timestamp_seconds";
  private static final String POOL = "prometheus_target_scrape_pool_sync_total";

  /**
   * Reads them, and nothing else, off the text format.
   *
   * @param containerStarted for a process that cannot tell when it started: it reads that in /proc
   * @throws IOException when one of them is missing, which are in every Prometheus since 2.0
   */
  static SelfMetrics read(BufferedReader text, @Nullable Instant containerStarted)
      throws IOException {
    String version = null;
    Instant started = containerStarted;
    Boolean successful = null;
    Instant loaded = null;
    Set<String> pools = new TreeSet<>();
    for (String line = text.readLine(); line != null; line = text.readLine()) {
      Matcher sample = SAMPLE.matcher(line);
      if (!sample.matches()) {
        continue;
      }
      switch (sample.group(1)) {
        case BUILD -> version = label(sample, "version").orElse(null);
        case START -> started = instant(sample.group(3));
        case RELOADED -> successful = sample.group(3).equals("1");
        case LOADED -> loaded = instant(sample.group(3));
        case POOL -> label(sample, "scrape_job").ifPresent(pools::add);
        default -> {}
      }
    }
    return new SelfMetrics(
        PrometheusVersion.parse(there(version, BUILD)),
        new RuntimeInfo(there(started, START), there(successful, RELOADED), there(loaded, LOADED)),
        pools);
  }

  private static <T> T there(@Nullable T value, String metric) throws IOException {
    if (value == null) {
      throw new IOException("its own metrics have no " + metric);
    }
    return value;
  }

  /** To the millisecond, as in {@code 1.79584123745e+09}. */
  private static Instant instant(String seconds) {
    return Instant.ofEpochMilli(new BigDecimal(seconds).movePointRight(3).longValue());
  }

  private static Optional<String> label(Matcher sample, String name) {
    if (sample.group(2) == null) {
      return Optional.empty();
    }
    Matcher label =
        Pattern.compile("(?:^|,)" + name + "=\"((?:[^\"\\\\]|\\\\.)*)\"").matcher(sample.group(2));
    return label.find() ? Optional.of(unescaped(label.group(1))) : Optional.empty();
  }

  private static String unescaped(String value) {
    return Pattern.compile("\\\\(.)")
        .matcher(value)
        .replaceAll(
            escape ->
                Matcher.quoteReplacement(escape.group(1).equals("n") ? "\n" : escape.group(1)));
  }
}
