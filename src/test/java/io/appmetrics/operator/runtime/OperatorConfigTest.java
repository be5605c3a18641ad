package io.appmetrics.operator.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.appmetrics.operator.prometheus.InstallationAccess;
import io.appmetrics.operator.prometheus.RestartPolicy;
import io.appmetrics.operator.prometheus.ShardedPolicy;
import io.appmetrics.operator.prometheus.WorkloadRef;
import io.appmetrics.operator.scrapeconfig.ScrapeLimits;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OperatorConfigTest {

  @Test
  void defaults() throws CannotStart {
    assertThat(OperatorConfig.from(Map.of()))
        .isEqualTo(
            new OperatorConfig(
                List.of(
                    new InstallationAccess.Settings(
                        new WorkloadRef("istio-system", "prometheus"),
                        null,
                        null,
                        "appmetrics-system",
                        RestartPolicy.DEFAULT,
                        ShardedPolicy.REFUSE)),
                new TreeSet<>(),
                "istio-system",
                "appmetrics-system",
                8,
                Duration.ofMinutes(10),
                Duration.ofSeconds(2),
                Duration.ofSeconds(4),
                null));
  }

  private record Read(
      String variable,
      String value,
      Function<OperatorConfig, @Nullable Object> field,
      Object read) {
    @Override
    public String toString() {
      return variable + "=" + value;
    }
  }

  private static InstallationAccess.Settings only(OperatorConfig config) {
    assertThat(config.installations()).hasSize(1);
    return config.installations().get(0);
  }

  private static ScrapeLimits limits(
      int samples, int labels, int nameLength, int valueLength, String bodySize) {
    return new ScrapeLimits(samples, labels, nameLength, valueLength, bodySize);
  }

  static List<Read> readings() {
    return List.of(
        new Read(
            "PROMETHEUS",
            " monitoring/Deployment/prometheus.server ",
            c -> only(c).workload(),
            new WorkloadRef("monitoring", "prometheus.server")),
        new Read(
            "PROMETHEUS_URL",
            "https://[::1]:9090/prefix//",
            c -> only(c).url(),
            URI.create("https://[::1]:9090/prefix")),
        new Read(
            "NAMESPACES",
            "shop, cart,shop",
            OperatorConfig::namespaces,
            new TreeSet<>(List.of("cart", "shop"))),
        new Read("ROOT_NAMESPACE", "mesh", OperatorConfig::rootNamespace, "mesh"),
        new Read(
            "CERTIFICATES", "/etc/prom-certs/", c -> only(c).certificates(), "/etc/prom-certs"),
        new Read("SHARDS", "ScrapeAll", c -> only(c).sharded(), ShardedPolicy.SCRAPE_ALL),
        new Read("SAMPLE_LIMIT", "50000", c -> only(c).limits(), limits(50_000, 0, 0, 0, "")),
        new Read("SAMPLE_LIMIT", "", c -> only(c).limits(), ScrapeLimits.NONE),
        new Read("LABEL_LIMIT", "30", c -> only(c).limits(), limits(0, 30, 0, 0, "")),
        new Read("LABEL_NAME_LENGTH_LIMIT", "40", c -> only(c).limits(), limits(0, 0, 40, 0, "")),
        new Read(
            "LABEL_VALUE_LENGTH_LIMIT",
            "999999999",
            c -> only(c).limits(),
            limits(0, 0, 0, 999_999_999, "")),
        new Read("BODY_SIZE_LIMIT", "10MB", c -> only(c).limits(), limits(0, 0, 0, 0, "10MB")),
        new Read("BODY_SIZE_LIMIT", "512KiB", c -> only(c).limits(), limits(0, 0, 0, 0, "512KiB")),
        new Read("BODY_SIZE_LIMIT", "1B", c -> only(c).limits(), limits(0, 0, 0, 0, "1B")),
        new Read("BODY_SIZE_LIMIT", "0", c -> only(c).limits(), ScrapeLimits.NONE),
        new Read("BODY_SIZE_LIMIT", "", c -> only(c).limits(), ScrapeLimits.NONE),
        new Read("SLOTS", "1", OperatorConfig::slots, 1),
        new Read("SLOTS", "64", OperatorConfig::slots, 64),
        new Read(
            "PROGRESS_DEADLINE", "1h30m", OperatorConfig::progressDeadline, Duration.ofMinutes(90)),
        new Read("POLL_PENDING", "1m500ms", OperatorConfig::pollPending, Duration.ofMillis(60_500)),
        new Read("POLL_STEADY", "100ms", OperatorConfig::pollSteady, Duration.ofMillis(100)),
        new Read("HTTP_ADDRESS", "0.0.0.0:0", c -> String.valueOf(c.httpAddress()), "/0.0.0.0:0"),
        new Read("LOG", "", OperatorConfig::slots, 8),
        new Read("LOG", "text", OperatorConfig::slots, 8),
        new Read(
            "HTTP_ADDRESS",
            "[::1]:8080",
            c -> String.valueOf(c.httpAddress()),
            "/[0:0:0:0:0:0:0:1]:8080"));
  }

  @ParameterizedTest
  @MethodSource("readings")
  void reads(Read reading) throws CannotStart {
    OperatorConfig config =
        OperatorConfig.from(Map.of("APPMETRICS_" + reading.variable(), reading.value()));
    assertThat(reading.field().apply(config)).isEqualTo(reading.read());
  }

  private record Refused(String setting, String message) {}

  static List<Refused> refusals() {
    String workload =
        " is no Deployment; it takes <namespace>/deployment/<name>; of several, each with settings"
            + " of its own, see docs/operations.md (the Prometheus that scrapes the mesh, or"
            + " several)";
    String url =
        " is refused: it takes an http or https URL without query, such as http://localhost:9090"
            + " (ask Prometheus here, not at its pods' addresses; for an operator outside of the"
            + " cluster)";
    String slots =
        " is refused: it takes 1 to 64 (how many endpoints a workload may have: each costs"
            + " Prometheus two jobs)";
    String deadline =
        " is refused: it takes a duration from 10s to 24h (after this, what is still pending is"
            + " Stalled)";
    String address =
        " is refused: it takes <address>:<port>, such as 0.0.0.0:8080 (where /livez, /readyz and"
            + " /metrics are served; empty: nowhere)";
    String log =
        " is refused: it takes json or text (the log's layout; empty: json in a pod, else text)";
    String certificates =
        " is refused: it takes an absolute path without spaces, such as /etc/prom-certs (the"
            + " directory of root-cert.pem, cert-chain.pem and key.pem in Prometheus' container;"
            + " empty: found from its volumes)";
    String samples =
        " is refused: it takes 1 to 999999999; 0: no limit (how many samples one scrape of the"
            + " operator's jobs may bring)";
    String bytes =
        " is refused: it takes a number with B, KB, MB or GB, such as 10MB; 0: no limit (how many"
            + " bytes the answer to one scrape may have, uncompressed; Prometheus 2.28 and later)";
    String namespaces =
        " is refused: it takes namespaces, separated by commas (the namespaces whose AppMetrics are"
            + " served; empty: all)";
    return List.of(
        new Refused("PROMETHEUS=", " is refused: \"\"" + workload),
        new Refused("PROMETHEUS=prometheus", " is refused: \"prometheus\"" + workload),
        new Refused(
            "PROMETHEUS=istio-system/statefulset/prometheus",
            " is refused: \"istio-system/statefulset/prometheus\"" + workload),
        new Refused(
            "PROMETHEUS=istio-system/deployment/",
            " is refused: \"istio-system/deployment/\"" + workload),
        new Refused(
            "PROMETHEUS=istio.system/deployment/prometheus",
            " is refused: \"istio.system/deployment/prometheus\"" + workload),
        new Refused(
            "PROMETHEUS=istio-system/deployment/prometheus/x",
            " is refused: \"istio-system/deployment/prometheus/x\"" + workload),
        new Refused("PROMETHEUS_URL=localhost:9090", url),
        new Refused("PROMETHEUS_URL=http://", url),
        new Refused("PROMETHEUS_URL=http://a b", url),
        new Refused("PROMETHEUS_URL=http://user:password@localhost", url),
        new Refused("PROMETHEUS_URL=http://localhost/?a=b", url),
        new Refused("PROMETHEUS_URL=ftp://localhost", url),
        new Refused("NAMESPACES=shop,", namespaces),
        new Refused("NAMESPACES=Shop", namespaces),
        new Refused(
            "ROOT_NAMESPACE=",
            " is refused: it takes a namespace (where the mesh-wide PeerAuthentication is looked"
                + " for)"),
        new Refused("CERTIFICATES=certs", certificates),
        new Refused("CERTIFICATES=/a b", certificates),
        new Refused("CERTIFICATES=/a: {}", certificates),
        new Refused("SAMPLE_LIMIT=-1", samples),
        new Refused("SAMPLE_LIMIT=1000000000", samples),
        new Refused("SAMPLE_LIMIT=1e6", samples),
        new Refused("BODY_SIZE_LIMIT=1048576", bytes),
        new Refused("BODY_SIZE_LIMIT=0B", bytes),
        new Refused("BODY_SIZE_LIMIT=10 MB", bytes),
        new Refused("BODY_SIZE_LIMIT=10kB", bytes),
        new Refused("BODY_SIZE_LIMIT=10M", bytes),
        new Refused("SLOTS=0", slots),
        new Refused("SLOTS=65", slots),
        new Refused("SLOTS=-1", slots),
        new Refused("SLOTS=99999999999", slots),
        new Refused("PROGRESS_DEADLINE=10", deadline),
        new Refused("PROGRESS_DEADLINE=9s", deadline),
        new Refused("PROGRESS_DEADLINE=25h", deadline),
        new Refused("PROGRESS_DEADLINE=1.5h", deadline),
        new Refused("PROGRESS_DEADLINE=PT10M", deadline),
        new Refused("PROGRESS_DEADLINE=999999999999h", deadline),
        new Refused("LOG=foo", log),
        new Refused("LOG=JSON", log),
        new Refused("LOG= text", log),
        new Refused("HTTP_ADDRESS=8080", address),
        new Refused("HTTP_ADDRESS=localhost:66000", address),
        new Refused("HTTP_ADDRESS=::1:8080", address));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void refuses(Refused refused) {
    String[] setting = refused.setting().split("=", 2);
    assertThatThrownBy(() -> OperatorConfig.from(Map.of("APPMETRICS_" + setting[0], setting[1])))
        .isInstanceOf(CannotStart.class)
        .hasMessage("APPMETRICS_" + refused.setting() + refused.message());
  }

  @Test
  void aRefusalIsOneLineWhateverTheValue() {
    assertThatThrownBy(
            () -> OperatorConfig.from(Map.of("APPMETRICS_SLOTS", "8\nroot: " + "x".repeat(500))))
        .hasMessageStartingWith("APPMETRICS_SLOTS=8?root: xxx")
        .hasMessageContaining("x... is refused: it takes 1 to 64")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
  }

  @Test
  void misspeltSettingsAreSeen() {
    Map<String, String> environment = new HashMap<>();
    environment.put("APPMETRICS_SLOT", "4");
    environment.put("APPMETRICS_LOG", "json");
    environment.put("APPMETRICS_SLOTS", "4");
    environment.put("PATH", "/bin");
    // what Kubernetes puts beside a Service named appmetrics-operator
    environment.put("APPMETRICS_OPERATOR_SERVICE_HOST", "10.0.0.1");
    environment.put("APPMETRICS_OPERATOR_SERVICE_PORT_HTTP", "80");
    environment.put("APPMETRICS_OPERATOR_PORT", "tcp://10.0.0.1:80");
    environment.put("APPMETRICS_OPERATOR_PORT_80_TCP_ADDR", "10.0.0.1");
    assertThat(OperatorConfig.unknown(environment)).containsExactly("APPMETRICS_SLOT");
  }
}
