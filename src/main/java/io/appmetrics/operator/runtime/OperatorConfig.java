package io.appmetrics.operator.runtime;

import io.appmetrics.operator.prometheus.InstallationAccess;
import io.appmetrics.operator.prometheus.RestartPolicy;
import io.appmetrics.operator.prometheus.WorkloadRef;
import io.appmetrics.operator.scrapeconfig.ScrapeLimits;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An admin's settings, from environment variables; {@link Setting} says what each one means.
 *
 * @param installations the Prometheis that scrape, at least one, in the order in which they are
 *     named
 * @param namespaces those watched for AppMetrics and workloads; empty for all
 * @param rootNamespace where the mesh's own PeerAuthentications are
 * @param stateNamespace where the operator keeps what must outlive a crash
 * @param slots the highest slot number
 * @param progressDeadline after which a pending reason is Stalled
 * @param pollPending between two polls of Prometheus while something is pending
 * @param pollSteady between two polls of Prometheus while nothing is
 * @param httpAddress where health and metrics are served
 */
public record OperatorConfig(
    List<InstallationAccess.Settings> installations,
    SortedSet<String> namespaces,
    String rootNamespace,
    String stateNamespace,
    int slots,
    Duration progressDeadline,
    Duration pollPending,
    Duration pollSteady,
    @Nullable InetSocketAddress httpAddress) {

  /** An environment variable that the operator reads. */
  public enum Setting {
    /** Which Prometheis. */
    PROMETHEUS(
        "istio-system/deployment/prometheus",
        "the Prometheus that scrapes the mesh, or several",
        "<namespace>/deployment/<name>; of several, each with settings of its own, see"
            + " docs/operations.md"),
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
    /** How much one scrape may bring. */
    SAMPLE_LIMIT(
        "0", "how many samples one scrape of the operator's jobs may bring", Notation.LIMITS),
    /** How many labels a series may have. */
    LABEL_LIMIT(
        "0",
        "how many labels a series of them may have, those of its target among them; Prometheus"
            + " 2.27 and later",
        Notation.LIMITS),
    /** How long a label's name may be. */
    LABEL_NAME_LENGTH_LIMIT(
        "0",
        "how many bytes the name of a label may have; Prometheus 2.27 and later",
        Notation.LIMITS),
    /** How long a label's value may be. */
    LABEL_VALUE_LENGTH_LIMIT(
        "0",
        "how many bytes the value of a label may have; Prometheus 2.27 and later",
        Notation.LIMITS),
    /** How long an answer may be. */
    BODY_SIZE_LIMIT(
        "0",
        "how many bytes the answer to one scrape may have, uncompressed; Prometheus 2.28 and later",
        "a number with B, KB, MB or GB, such as 10MB; 0: no limit"),
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
              .formatted(variable(), shortened(value), allowed, meaning));
    }

    private CannotStart refuse(String value, String why) {
      return new CannotStart(
          "%s=%s is refused: %s; it takes %s (%s)"
              .formatted(variable(), shortened(value), printable(why), allowed, meaning));
    }

    private static String shortened(String value) {
      String line = printable(value);
      return line.length() <= 120 ? line : line.substring(0, 120) + "...";
    }

    // A line feed in a value must not make two lines of the one that tells of it.
    private static String printable(String value) {
      return value.replaceAll("\\p{Cntrl}", "?");
    }
  }

  private static final String PREFIX = "APPMETRICS_";

  /**
   * Reads the settings.
   *
   * @throws CannotStart when one of them cannot be used; the message names the variable, its value,
   *     and what is allowed
   */
  public static OperatorConfig from(Map<String, String> environment) throws CannotStart {
    logLayout(Setting.LOG, environment);
    Reading reading = new Reading(environment);
    return new OperatorConfig(
        installations(reading),
        reading.of(Setting.NAMESPACES, Notation::namespaces),
        reading.of(Setting.ROOT_NAMESPACE, Notation::namespace),
        reading.of(Setting.STATE_NAMESPACE, Notation::namespace),
        reading.of(Setting.SLOTS, value -> Notation.number(value, 1, 64)),
        reading.of(
            Setting.PROGRESS_DEADLINE,
            value -> Notation.duration(value, Duration.ofSeconds(10), Duration.ofHours(24))),
        reading.of(Setting.POLL_PENDING, OperatorConfig::poll),
        reading.of(Setting.POLL_STEADY, OperatorConfig::poll),
        reading.ifSet(Setting.HTTP_ADDRESS, Notation::address));
  }

  private static List<InstallationAccess.Settings> installations(Reading reading)
      throws CannotStart {
    InstallationAccess.Settings common =
        new InstallationAccess.Settings(
            new WorkloadRef("", ""),
            reading.ifSet(Setting.PROMETHEUS_URL, Notation::url),
            reading.ifSet(Setting.CERTIFICATES, Notation::directory),
            reading.of(Setting.STATE_NAMESPACE, Notation::namespace),
            new RestartPolicy(
                reading.of(Setting.RESTARTS, Notation::restarts),
                reading.of(Setting.RESTART_PAUSE, Notation::restartPause),
                reading.of(Setting.RESTARTS_PER_DAY, Notation::restartsPerDay)),
            reading.of(Setting.SHARDS, Notation::sharded),
            new ScrapeLimits(
                reading.of(Setting.SAMPLE_LIMIT, Notation::limit),
                reading.of(Setting.LABEL_LIMIT, Notation::limit),
                reading.of(Setting.LABEL_NAME_LENGTH_LIMIT, Notation::limit),
                reading.of(Setting.LABEL_VALUE_LENGTH_LIMIT, Notation::limit),
                reading.of(Setting.BODY_SIZE_LIMIT, Notation::size)),
            null);
    String list = reading.text(Setting.PROMETHEUS);
    try {
      return InstallationList.read(list, common);
    } catch (InstallationList.Unusable e) {
      throw Setting.PROMETHEUS.refuse(list, String.valueOf(e.getMessage()));
    }
  }

  private static Optional<Duration> poll(String value) {
    return Notation.duration(value, Duration.ofMillis(100), Duration.ofMinutes(5));
  }

  /** The environment, and how a setting is read from it. */
  private record Reading(Map<String, String> environment) {
    String text(Setting setting) {
      return setting.in(environment);
    }

    <T> T of(Setting setting, Function<String, Optional<T>> notation) throws CannotStart {
      String value = text(setting);
      return notation.apply(value).orElseThrow(() -> setting.refuse(value));
    }

    <T> @Nullable T ifSet(Setting setting, Function<String, Optional<T>> notation)
        throws CannotStart {
      return text(setting).isEmpty() ? null : of(setting, notation);
    }
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

  /** Checked to the letter, as log4j2.xml compares it. */
  private static void logLayout(Setting setting, Map<String, String> environment)
      throws CannotStart {
    String value = environment.getOrDefault(setting.variable(), setting.unlessSet());
    if (!value.isEmpty() && !value.equals("json") && !value.equals("text")) {
      throw setting.refuse(value);
    }
  }

  /** A directory of Prometheus' container, without a final slash; empty for what is none. */
  public static Optional<String> directory(String value) {
    return Notation.directory(value);
  }

  /** A number that must not be exceeded, zero for none; empty for what is no number. */
  public static Optional<Integer> limit(String value) {
    return Notation.limit(value);
  }

  /** A number of bytes as Prometheus reads it, an empty text for none; empty for what is none. */
  public static Optional<String> size(String value) {
    return Notation.size(value);
  }
}
