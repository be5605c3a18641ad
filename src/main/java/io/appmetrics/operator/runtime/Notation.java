package io.appmetrics.operator.runtime;

import io.appmetrics.operator.prometheus.RestartPolicy;
import io.appmetrics.operator.prometheus.ShardedPolicy;
import io.appmetrics.operator.prometheus.WorkloadRef;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How the values of settings are written: each reading is empty for what is none. */
final class Notation {
  private static final Pattern LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
  private static final Pattern SUBDOMAIN = Pattern.compile("[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?");
  private static final Pattern DURATION = Pattern.compile("(?:[0-9]{1,9}(?:ms|[smh]))+");
  private static final Pattern DURATION_PART = Pattern.compile("([0-9]+)(ms|[smh])");
  // Prometheus takes no number of bytes without a unit (alecthomas/units, ParseBase2Bytes).
  private static final Pattern SIZE = Pattern.compile("[1-9][0-9]{0,8}(?:[KMG]i?)?B");
  // No colon: an address has one port, and IPv6 stands in brackets.
  private static final Pattern ADDRESS =
      Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[^\\s:\\[\\]]+):([0-9]{1,5})");

  /** What {@link #limit} takes. */
  static final String LIMITS = "1 to 999999999; 0: no limit";

  private Notation() {}

  /** {@code <namespace>/deployment/<name>}. */
  static Optional<WorkloadRef> workload(String value) {
    String[] parts = value.split("/", -1);
    return parts.length == 3
            && LABEL.matcher(parts[0]).matches()
            && parts[1].equalsIgnoreCase("deployment")
            && SUBDOMAIN.matcher(parts[2]).matches()
        ? Optional.of(new WorkloadRef(parts[0], parts[2]))
        : Optional.empty();
  }

  static Optional<String> namespace(String value) {
    return Optional.of(value).filter(namespace -> LABEL.matcher(namespace).matches());
  }

  /** Separated by commas; of an empty value, none. */
  static Optional<SortedSet<String>> namespaces(String value) {
    SortedSet<String> namespaces = new TreeSet<>();
    if (!value.isEmpty()) {
      for (String namespace : value.split(",", -1)) {
        if (!LABEL.matcher(namespace.strip()).matches()) {
          return Optional.empty();
        }
        namespaces.add(namespace.strip());
      }
    }
    return Optional.of(namespaces);
  }

  /** Without a final slash. */
  static Optional<URI> url(String value) {
    try {
      URI url = URI.create(value.replaceAll("/+$", ""));
      boolean usable =
          ("http".equals(url.getScheme()) || "https".equals(url.getScheme()))
              && url.getHost() != null
              && url.getRawUserInfo() == null // it would be logged
              && url.getRawQuery() == null
              && url.getRawFragment() == null;
      return usable ? Optional.of(url) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  static Optional<RestartPolicy.When> restarts(String value) {
    return switch (value) {
      case "WhenProven" -> Optional.of(RestartPolicy.When.WHEN_PROVEN);
      case "OnCertificates" -> Optional.of(RestartPolicy.When.ON_CERTIFICATES);
      case "Never" -> Optional.of(RestartPolicy.When.NEVER);
      default -> Optional.empty();
    };
  }

  static Optional<ShardedPolicy> sharded(String value) {
    return switch (value) {
      case "Refuse" -> Optional.of(ShardedPolicy.REFUSE);
      case "ScrapeAll" -> Optional.of(ShardedPolicy.SCRAPE_ALL);
      default -> Optional.empty();
    };
  }

  /**
   * A directory of Prometheus' container, without a final slash. It is written into the
   * configuration: nothing that YAML would read as anything else.
   */
  static Optional<String> directory(String value) {
    return value.matches("(/[A-Za-z0-9._-]+)+/?")
        ? Optional.of(value.replaceAll("/$", ""))
        : Optional.empty();
  }

  static Optional<Integer> number(String value, int lowest, int highest) {
    return value.matches("[0-9]{1,9}")
        ? Optional.of(Integer.parseInt(value)).filter(n -> n >= lowest && n <= highest)
        : Optional.empty();
  }

  /** A number that must not be exceeded; zero for none. */
  static Optional<Integer> limit(String value) {
    return value.isEmpty() ? Optional.of(0) : number(value, 0, 999_999_999);
  }

  /** A number of bytes, as Prometheus reads it; empty for none. */
  static Optional<String> size(String value) {
    return value.isEmpty() || value.equals("0")
        ? Optional.of("")
        : Optional.of(value).filter(size -> SIZE.matcher(size).matches());
  }

  /** Such as {@code 1m30s}. */
  static Optional<Duration> duration(String value, Duration shortest, Duration longest) {
    if (!DURATION.matcher(value).matches()) {
      return Optional.empty();
    }
    Duration sum = Duration.ZERO;
    Matcher part = DURATION_PART.matcher(value);
    while (part.find()) {
      long amount = Long.parseLong(part.group(1));
      sum =
          sum.plus(
              switch (part.group(2)) {
                case "h" -> Duration.ofHours(amount);
                case "m" -> Duration.ofMinutes(amount);
                case "s" -> Duration.ofSeconds(amount);
                default -> Duration.ofMillis(amount);
              });
    }
    return sum.compareTo(shortest) < 0 || sum.compareTo(longest) > 0
        ? Optional.empty()
        : Optional.of(sum);
  }

  /** Between two restarts. */
  static Optional<Duration> restartPause(String value) {
    return duration(value, Duration.ofSeconds(1), Duration.ofHours(24));
  }

  static Optional<Integer> restartsPerDay(String value) {
    return number(value, 1, 48);
  }

  /** {@code <address>:<port>}. */
  static Optional<InetSocketAddress> address(String value) {
    Matcher parts = ADDRESS.matcher(value);
    if (!parts.matches() || Integer.parseInt(parts.group(2)) > 65535) {
      return Optional.empty();
    }
    return Optional.of(new InetSocketAddress(parts.group(1), Integer.parseInt(parts.group(2))))
        .filter(address -> !address.isUnresolved());
  }
}
