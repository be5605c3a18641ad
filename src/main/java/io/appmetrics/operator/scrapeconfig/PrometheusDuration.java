package io.appmetrics.operator.scrapeconfig;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.regex.Pattern;

/** Durations as Prometheus writes them, such as {@code 1m30s} (model/time.go, ParseDuration). */
public final class PrometheusDuration {

  private static final Pattern FORM =
      Pattern.compile(
          "(?:(\\d{1,4})y)?(?:(\\d{1,5})w)?(?:(\\d{1,6})d)?(?:(\\d{1,7})h)?"
              + "(?:(\\d{1,9})m)?(?:(\\d{1,10})s)?(?:(\\d{1,13})ms)?");

  private static final Duration[] UNITS = {
    Duration.ofDays(365),
    Duration.ofDays(7),
    Duration.ofDays(1),
    Duration.ofHours(1),
    Duration.ofMinutes(1),
    Duration.ofSeconds(1),
    Duration.of(1, ChronoUnit.MILLIS)
  };

  private static final String[] NAMES = {"y", "w", "d", "h", "m", "s", "ms"};

  private PrometheusDuration() {}

  /** The duration; empty when {@code text} is none. */
  public static Optional<Duration> parse(String text) {
    if (text.equals("0")) {
      return Optional.of(Duration.ZERO);
    }
    var matcher = FORM.matcher(text);
    if (text.isEmpty() || !matcher.matches()) {
      return Optional.empty();
    }
    var sum = Duration.ZERO;
    for (var unit = 0; unit < UNITS.length; unit++) {
      var count = matcher.group(unit + 1);
      if (count != null) {
        sum = sum.plus(UNITS[unit].multipliedBy(Long.parseLong(count)));
      }
    }
    return Optional.of(sum);
  }

  /**
   * The text that Prometheus makes of a duration, to the millisecond (model/time.go, String): years
   * and weeks only where nothing remains, so 90 days are {@code 90d}.
   */
  public static String format(Duration duration) {
    var rest = duration.toMillis();
    if (rest == 0) {
      return "0s";
    }
    var text = new StringBuilder();
    for (var unit = 0; unit < UNITS.length; unit++) {
      var length = UNITS[unit].toMillis();
      var exactOnly = unit < 2;
      if (rest >= length && !(exactOnly && rest % length != 0)) {
        text.append(rest / length).append(NAMES[unit]);
        rest %= length;
      }
    }
    return text.toString();
  }
}
