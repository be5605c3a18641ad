package io.appmetrics.operator.runtime;

import io.appmetrics.operator.prometheus.RestartPolicy;
import io.appmetrics.operator.prometheus.ShardedPolicy;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An admin's settings, from environment variables; {@link Setting} says what each one means.
 *
 * @param prometheus the Deployment whose replicas scrape
 * @param prometheusUrl asked instead of the replicas' pod addresses, without a final slash
 * @param namespaces those watched for AppMetrics and workloads; empty for all
 * @param rootNamespace where the mesh's own PeerAuthentications are
 * @param certificates the directory, as Prometheus' container sees it, of {@code root-cert.pem},
 *     {@code cert-chain.pem} and {@code key.pem}
 * @param stateNamespace where the operator keeps what must outlive a crash
 * @param restarts when Prometheus may be restarted
 * @param sharded what to do where several Prometheis divide the pods
 * @param slots the highest slot number
 * @param progressDeadline after which a pending reason is Stalled
 * @param pollPending between two polls of Prometheus while something is pending
 * @param pollSteady between two polls of Prometheus while nothing is
 * @param httpAddress where health and metrics are served
 */
public record OperatorConfig(
    PrometheusWorkload prometheus,
    @Nullable URI prometheusUrl,
    SortedSet<String> namespaces,
    String rootNamespace,
    @Nullable String certificates,
    String stateNamespace,
    RestartPolicy restarts,
    ShardedPolicy sharded,
    int slots,
    Duration progressDeadline,
    Duration pollPending,
    Duration pollSteady,
    @Nullable InetSocketAddress httpAddress) {

  /** The Deployment of a Prometheus installation. */
  public record PrometheusWorkload(String namespace, String name) {
    @Override
    public String toString() {
      return namespace + "/deployment/" + name;
    }
  }

  /** An environment variable that the operator reads. */
  public enum Setting {
    /** Which Prometheus. */
    PROMETHEUS(
        "istio-system/deployment/prometheus",
        "the Prometheus that scrapes the mesh",
        "<namespace>/deployment/<name>"),
    /** How to reach it from elsewhere. */
    PROMETHEUS_URL(
        "",
        "ask Prometheus here, not at its pods' addresses; for an operator outside of the cluster",
        "an http or https URL without query, such as http://localhost:9090"),
    /** Where to look for work. */
    NAMESPACES(
        "",
        "the namespaces whose AppMetrics are served; empty: all",
        "namespaces, separated by commas"),
    /** The mesh's own namespace. */
    ROOT_NAMESPACE(
        "istio-system", "where the mesh-wide PeerAuthentication is looked for", "a namespace"),
    /** Where the mesh's certificates are. */
    CERTIFICATES(
        "",
        "the directory of root-cert.pem, cert-chain.pem and key.pem in Prometheus' container;"
            + " empty: found from its volumes",
        "an absolute path without spaces, such as /etc/prom-certs"),
    /** The operator's own namespace. */
    STATE_NAMESPACE(
        "appmetrics-system",
        "the operator's own namespace, where it keeps what must outlive a crash",
        "a namespace"),
    /** When Prometheus may be restarted. */
    RESTARTS(
        "WhenProven",
        "when Prometheus may be restarted: for a proven symptom that nothing smaller has cured, and"
            + " for a changed configuration where nobody can reload it; also as soon as certificates"
            + " appear that it has started without; or never",
        "WhenProven, OnCertificates or Never"),
    /** How soon it may be restarted again. */
    RESTART_PAUSE(
        "10m", "between two restarts of Prometheus at least", "a duration from 1s to 24h"),
    /** How often it may be restarted. */
    RESTARTS_PER_DAY("3", "restarts of Prometheus within 24 hours at most", "1 to 48"),
    /** What to do with a share. */
    SHARDS(
        "Refuse",
        "where several Prometheis divide the pods by a hash (hashmod): add no job, or let this one"
            + " scrape every pod that takes part",
        "Refuse or ScrapeAll"),
    /** How many shared jobs there may be. */
    SLOTS("8", "how many endpoints a workload may have: each costs Prometheus two jobs", "1 to 64"),
    /** How long to wait before saying Stalled. */
    PROGRESS_DEADLINE(
        "10m", "after this, what is still pending is Stalled", "a duration from 10s to 24h"),
    /** How closely to watch what changes. */
    POLL_PENDING(
        "2s",
        "between two polls of Prometheus while something is pending",
        "a duration from 100ms to 5m"),
    /** How closely to watch what stands. */
    POLL_STEADY(
        "4s", "between two polls of Prometheus while nothing is", "a duration from 100ms to 5m"),
    /** Health and metrics. */
    HTTP_ADDRESS(
        "",
        "where /livez, /readyz and /metrics are served; empty: nowhere",
        "<address>:<port>, such as 0.0.0.0:8080"),
    /** The log's layout; read by log4j2.xml. */
    LOG("", "the log's layout; empty: json in a pod, else text", "json or text");

    private final String unlessSet;
    private final String meaning;
    private final String allowed;

    Setting(String unlessSet, String meaning, String allowed) {
      this.unlessSet = unlessSet;
      this.meaning = meaning;
      this.allowed = allowed;
    }

    /** The environment variable's name. */
    public String variable() {
      return PREFIX + name();
    }

    /** The value that holds when the variable is not set. */
    public String unlessSet() {
      return unlessSet;
    }

    /** What it decides, in one line. */
    public String meaning() {
      return meaning;
    }

    /** What may be written there. */
    public String allowed() {
      return allowed;
    }

    private String in(Map<String, String> environment) {
      return environment.getOrDefault(variable(), unlessSet).strip();
    }

    private CannotStart refuse(String value) {
      return new CannotStart(
          "%s=%s is refused: it takes %s (%s)"
              .formatted(variable(), printable(value), allowed, meaning));
    }

    // A line feed in a value must not make two lines of the one that tells of it.
    private static String printable(String value) {
      String line = value.replaceAll("\\p{Cntrl}", "?");
      return line.length() <= 120 ? line : line.substring(0, 120) + "...";
    }
  }

  private static final String PREFIX = "APPMETRICS_";
  private static final Pattern LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
  private static final Pattern SUBDOMAIN = Pattern.compile("[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?");
  private static final Pattern DURATION = Pattern.compile("(?:[0-9]{1,9}(?:ms|[smh]))+");
  private static final Pattern DURATION_PART = Pattern.compile("([0-9]+)(ms|[smh])");
  // No colon: an address has one port, and IPv6 stands in brackets.
  private static final Pattern ADDRESS =
      Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[^\\s:\\[\\]]+):([0-9]{1,5})");

  /**
   * Reads the settings.
   *
   * @throws CannotStart when one of them cannot be used; the message names the variable, its value,
   *     and what is allowed
   */
  public static OperatorConfig from(Map<String, String> environment) throws CannotStart {
    logLayout(Setting.LOG, environment);
    return new OperatorConfig(
        workload(Setting.PROMETHEUS, environment),
        url(Setting.PROMETHEUS_URL, environment),
        namespaces(Setting.NAMESPACES, environment),
        namespace(Setting.ROOT_NAMESPACE, environment),
        directory(Setting.CERTIFICATES, environment),
        namespace(Setting.STATE_NAMESPACE, environment),
        new RestartPolicy(
            when(Setting.RESTARTS, environment),
            duration(
                Setting.RESTART_PAUSE, environment, Duration.ofSeconds(1), Duration.ofHours(24)),
            number(Setting.RESTARTS_PER_DAY, environment, 1, 48)),
        sharded(Setting.SHARDS, environment),
        number(Setting.SLOTS, environment, 1, 64),
        duration(
            Setting.PROGRESS_DEADLINE, environment, Duration.ofSeconds(10), Duration.ofHours(24)),
        duration(Setting.POLL_PENDING, environment, Duration.ofMillis(100), Duration.ofMinutes(5)),
        duration(Setting.POLL_STEADY, environment, Duration.ofMillis(100), Duration.ofMinutes(5)),
        address(Setting.HTTP_ADDRESS, environment));
  }

  /** The variables that look like settings and are none: misspelt ones would go unnoticed. */
  public static SortedSet<String> unknown(Map<String, String> environment) {
    SortedSet<String> unknown = new TreeSet<>();
    for (String variable : environment.keySet()) {
      // A Service named appmetrics-something puts its own variables into every pod beside it.
      if (variable.startsWith(PREFIX)
          && !variable.matches(".*_(SERVICE_HOST|SERVICE_PORT(_.*)?|PORT(_[0-9]+_.*)?)")
          && Stream.of(Setting.values()).noneMatch(s -> s.variable().equals(variable))) {
        unknown.add(variable);
      }
    }
    return unknown;
  }

  private static PrometheusWorkload workload(Setting setting, Map<String, String> environment)
      throws CannotStart {
    String value = setting.in(environment);
    String[] parts = value.split("/", -1);
    if (parts.length != 3
        || !LABEL.matcher(parts[0]).matches()
        || !parts[1].equalsIgnoreCase("deployment")
        || !SUBDOMAIN.matcher(parts[2]).matches()) {
      throw setting.refuse(value);
    }
    return new PrometheusWorkload(parts[0], parts[2]);
  }

  /** Checked to the letter, as log4j2.xml compares it. */
  private static void logLayout(Setting setting, Map<String, String> environment)
      throws CannotStart {
    String value = environment.getOrDefault(setting.variable(), setting.unlessSet());
    if (!value.isEmpty() && !value.equals("json") && !value.equals("text")) {
      throw setting.refuse(value);
    }
  }

  private static @Nullable URI url(Setting setting, Map<String, String> environment)
      throws CannotStart {
    String value = setting.in(environment);
    if (value.isEmpty()) {
      return null;
    }
    try {
      URI url = URI.create(value.replaceAll("/+$", ""));
      if (!("http".equals(url.getScheme()) || "https".equals(url.getScheme()))
          || url.getHost() == null
          || url.getRawUserInfo() != null // it would be logged
          || url.getRawQuery() != null
          || url.getRawFragment() != null) {
        throw setting.refuse(value);
      }
      return url;
    } catch (IllegalArgumentException e) {
      throw setting.refuse(value);
    }
  }

  private static SortedSet<String> namespaces(Setting setting, Map<String, String> environment)
      throws CannotStart {
    String value = setting.in(environment);
    SortedSet<String> namespaces = new TreeSet<>();
    if (!value.isEmpty()) {
      for (String namespace : value.split(",", -1)) {
        if (!LABEL.matcher(namespace.strip()).matches()) {
          throw setting.refuse(value);
        }
        namespaces.add(namespace.strip());
      }
    }
    return namespaces;
  }

  private static String namespace(Setting setting, Map<String, String> environment)
      throws CannotStart {
    String value = setting.in(environment);
    if (!LABEL.matcher(value).matches()) {
      throw setting.refuse(value);
    }
    return value;
  }

  private static RestartPolicy.When when(Setting setting, Map<String, String> environment)
      throws CannotStart {
    String value = setting.in(environment);
    return switch (value) {
      case "WhenProven" -> RestartPolicy.When.WHEN_PROVEN;
      case "OnCertificates" -> RestartPolicy.When.ON_CERTIFICATES;
      case "Never" -> RestartPolicy.When.NEVER;
      default -> throw setting.refuse(value);
    };
  }

  private static ShardedPolicy sharded(Setting setting, Map<String, String> environment)
      throws CannotStart {
    String value = setting.in(environment);
    return switch (value) {
      case "Refuse" -> ShardedPolicy.REFUSE;
      case "ScrapeAll" -> ShardedPolicy.SCRAPE_ALL;
      default -> throw setting.refuse(value);
    };
  }

  private static @Nullable String directory(Setting setting, Map<String, String> environment)
      throws CannotStart {
    String value = setting.in(environment);
    if (value.isEmpty()) {
      return null;
    }
    return directory(value).orElseThrow(() -> setting.refuse(value));
  }

  /**
   * A directory of Prometheus' container, without a final slash; empty for what is none. It is
   * written into the configuration: nothing that YAML would read as anything else.
   */
  public static Optional<String> directory(String value) {
    return value.matches("(/[A-Za-z0-9._-]+)+/?")
        ? Optional.of(value.replaceAll("/$", ""))
        : Optional.empty();
  }

  private static int number(
      Setting setting, Map<String, String> environment, int lowest, int highest)
      throws CannotStart {
    String value = setting.in(environment);
    if (!value.matches("[0-9]{1,9}")
        || Integer.parseInt(value) < lowest
        || Integer.parseInt(value) > highest) {
      throw setting.refuse(value);
    }
    return Integer.parseInt(value);
  }

  private static Duration duration(
      Setting setting, Map<String, String> environment, Duration shortest, Duration longest)
      throws CannotStart {
    String value = setting.in(environment);
    if (!DURATION.matcher(value).matches()) {
      throw setting.refuse(value);
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
    if (sum.compareTo(shortest) < 0 || sum.compareTo(longest) > 0) {
      throw setting.refuse(value);
    }
    return sum;
  }

  private static @Nullable InetSocketAddress address(
      Setting setting, Map<String, String> environment) throws CannotStart {
    String value = setting.in(environment);
    if (value.isEmpty()) {
      return null;
    }
    Matcher parts = ADDRESS.matcher(value);
    if (!parts.matches() || Integer.parseInt(parts.group(2)) > 65535) {
      throw setting.refuse(value);
    }
    InetSocketAddress address =
        new InetSocketAddress(parts.group(1), Integer.parseInt(parts.group(2)));
    if (address.isUnresolved()) {
      throw setting.refuse(value);
    }
    return address;
  }
}
