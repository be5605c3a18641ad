package io.appmetrics.operator.cel;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A duration as {@code duration()} reads it. Source: Go, time.ParseDuration. */
final class GoDuration {
  private static final Pattern TERM =
      Pattern.compile("([0-9]+\\.?[0-9]*|\\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)");
  private static final Pattern WHOLE =
      Pattern.compile("[-+]?(0|(" + TERM.pattern().replaceAll("\\((?!\\?)", "(?:") + ")+)");
  private static final Map<String, Long> NANOSECONDS =
      Map.of(
          "ns",
          1L,
          "us",
          1_000L,
          "µs",
          1_000L,
          "μs",
          1_000L,
          "ms",
          1_000_000L,
          "s",
          1_000_000_000L,
          "m",
          60_000_000_000L,
          "h",
          3_600_000_000_000L);

  private GoDuration() {}

  /** Empty when it is none, or longer than 292 years. */
  static Optional<Duration> parse(String text) {
    if (!WHOLE.matcher(text).matches()) {
      return Optional.empty();
    }
    BigInteger sum = BigInteger.ZERO;
    for (Matcher term = TERM.matcher(text); term.find(); ) {
      BigDecimal unit = BigDecimal.valueOf(NANOSECONDS.getOrDefault(term.group(2), 0L));
      sum =
          sum.add(
              new BigDecimal(term.group(1))
                  .multiply(unit)
                  .setScale(0, RoundingMode.DOWN)
                  .toBigInteger());
    }
    if (sum.bitLength() > 63) {
      return Optional.empty();
    }
    Duration length = Duration.ofNanos(sum.longValue());
    return Optional.of(text.startsWith("-") ? length.negated() : length);
  }
}
