package io.appmetrics.operator.relabel;

import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.relabel.Injector.Release;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MetricsMergingTest {

  private static final String MERGED =
      "prometheus.io/path=/stats/prometheus prometheus.io/port=15020 prometheus.io/scrape=true";
  private static final Injector V1_7 = Injector.ofDefaults(Release.V1_7);
  private static final Injector V1_13 = Injector.ofDefaults(Release.V1_13);
  private static final Injector V1_31 = Injector.ofDefaults(Release.V1_31);
  private static final Injector OFF = new Injector(Release.V1_13, false, 15020, "");
  private static final Injector SECURE = new Injector(Release.V1_31, true, 15020, "15092");

  /** A template's annotations, and what an injected pod has, with the agent's fetches in braces. */
  record Row(Injector injector, String template, String pod) {}

  static List<Row> rows() {
    return List.of(
        // also of a pod that has none
        new Row(V1_13, "", MERGED + " {}"),
        new Row(OFF, "", "-"),
        new Row(
            V1_13,
            "prometheus.io/scrape=true prometheus.io/port=8080 a=b",
            "a=b " + MERGED + " {8080/metrics}"),
        new Row(
            V1_13,
            "prometheus.io/scrape=true prometheus.io/port=8080 prometheus.io/path=/m",
            MERGED + " {8080/m}"),
        new Row(V1_13, "prometheus.io/scrape=true", MERGED + " {80/metrics}"),
        new Row(V1_13, "prometheus.io/path=/m", MERGED + " {80/m}"),
        new Row(
            OFF,
            "prometheus.io/scrape=true prometheus.io/port=8080",
            "prometheus.io/port=8080 prometheus.io/scrape=true"),
        // a false keeps the injector away, but not before 1.13; then the agent keeps away
        new Row(V1_13, "prometheus.io/scrape=false", "prometheus.io/scrape=false"),
        new Row(V1_13, "prometheus.io/scrape=F", "prometheus.io/scrape=F"),
        new Row(V1_13, "prometheus.io/scrape=no", MERGED + " {80/metrics}"),
        new Row(V1_13, "prometheus-io.scrape=false", "prometheus-io.scrape=false"),
        new Row(V1_7, "prometheus.io/scrape=false", MERGED + " {}"),
        // spellings
        new Row(V1_13, "prometheus.io.port=1 prometheus_io_path=/x", MERGED + " {1/x}"),
        new Row(
            V1_7,
            "prometheus.io.port=1 prometheus_io_path=/x",
            "prometheus.io.port=1 " + MERGED + " prometheus_io_path=/x {}"),
        new Row(V1_13, "prometheus.io.port=1 prometheus.io/port=1", MERGED + " {1/metrics}"),
        new Row(
            V1_13,
            "prometheus.io.port=1 prometheus.io/port=2",
            "unpredictable: the annotations prometheus.io.port and prometheus.io/port are one to"
                + " Istio, which takes any of them; leave one"),
        new Row(
            OFF,
            "prometheus.io.port=1 prometheus.io/port=2",
            "prometheus.io.port=1 prometheus.io/port=2"),
        new Row(V1_13, "a.b=1 a/b=2", "a.b=1 a/b=2 " + MERGED + " {}"),
        // injected before
        new Row(
            V1_13,
            "prometheus.io/port=15020 prometheus.io/path=/x",
            "prometheus.io/path=/x prometheus.io/port=15020"),
        new Row(
            new Injector(Release.V1_13, true, 15090, ""),
            "prometheus.io/port=15090",
            "prometheus.io/port=15090"),
        new Row(
            new Injector(Release.V1_13, true, 16000, ""),
            "prometheus.io/port=15020",
            MERGED.replace("15020", "16000") + " {15020/metrics}"),
        // scheme is none of the agent's business: it fetches by http
        new Row(
            V1_13,
            "prometheus.io/scheme=https",
            MERGED.replace("io/scrape", "io/scheme=https prometheus.io/scrape") + " {}"),
        new Row(
            V1_13,
            "prometheus.istio.io/merge-metrics=false",
            "prometheus.istio.io/merge-metrics=false"),
        new Row(
            OFF,
            "prometheus.istio.io/merge-metrics=true",
            MERGED + " prometheus.istio.io/merge-metrics=true {}"),
        new Row(
            V1_13,
            "prometheus.istio.io/merge-metrics=off",
            "refused: Istio refuses prometheus.istio.io/merge-metrics, for \"off\" is no boolean"),
        // several targets
        new Row(
            V1_31,
            "prometheus.istio.io/scrape-targets=8080:/m,,9100,:",
            MERGED + " {}"), // one entry without a port, and none counts
        new Row(
            V1_31,
            "prometheus.istio.io/scrape-targets=8080:/m,9100 prometheus.io/port=7",
            MERGED + " {8080/m 9100/metrics}"),
        new Row(
            V1_13,
            "prometheus.istio.io/scrape-targets=8080:/m,9100 prometheus.io/port=7",
            MERGED + " prometheus.istio.io/scrape-targets=8080:/m,9100 {7/metrics}"),
        new Row(
            V1_31,
            "prometheus.istio.io/scrape-targets=8080:/m prometheus.io/scrape=false",
            "prometheus.io/scrape=false prometheus.istio.io/scrape-targets=8080:/m"),
        new Row(
            V1_31,
            "prometheus.istio.io/scrape-targets=8080,015020:/m",
            "refused: Istio refuses prometheus.istio.io/scrape-targets, for 015020 is a port of its"
                + " own"),
        // what cannot be fetched is refused since 1.31, and silently not fetched before
        new Row(
            V1_31,
            "prometheus.io/port=15090",
            "refused: Istio refuses prometheus.io/port, for 15090 is a port of its own"),
        new Row(
            V1_31,
            "prometheus.io/port=http",
            "refused: Istio refuses prometheus.io/port, for \"http\" is no port"),
        new Row(
            V1_31,
            "prometheus.io/port=70000",
            "refused: Istio refuses prometheus.io/port, for \"70000\" is no port"),
        new Row(V1_13, "prometheus.io/port=http", MERGED + " {}"),
        new Row(V1_13, "prometheus.io/port=8080 prometheus.io/path=m", MERGED + " {}"),
        // the port of mutual TLS
        new Row(SECURE, "", MERGED + " prometheus.istio.io/secure-port=15092 {}"),
        new Row(
            SECURE,
            "prometheus.istio.io/merge-metrics=false",
            "prometheus.istio.io/merge-metrics=false prometheus.istio.io/secure-port=15092"),
        new Row(
            SECURE,
            "prometheus.istio.io.secure-port=1",
            MERGED + " prometheus.istio.io.secure-port=1 {}"),
        new Row(
            SECURE,
            "proxy.istio.io/config={\"proxyMetadata\":{\"ENVOY_SECURE_MERGED_METRICS_PORT\":\"0\"}}",
            MERGED
                + " proxy.istio.io/config={\"proxyMetadata\":{\"ENVOY_SECURE_MERGED_METRICS_PORT\":\"0\"}}"
                + " {}"),
        new Row(
            V1_31,
            "proxy.istio.io/config={\"proxyMetadata\":{\"ENVOY_SECURE_MERGED_METRICS_PORT\":\"9\"}}",
            MERGED
                + " prometheus.istio.io/secure-port=9"
                + " proxy.istio.io/config={\"proxyMetadata\":{\"ENVOY_SECURE_MERGED_METRICS_PORT\":\"9\"}}"
                + " {}"),
        new Row(
            V1_31,
            "proxy.istio.io/config={",
            "refused: Istio refuses proxy.istio.io/config, for it is no YAML"));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void tellsWhatTheInjectorDoes(Row row) {
    assertThat(text(MetricsMerging.inject(map(row.template()), row.injector())))
        .isEqualTo(row.pod());
  }

  private static String text(Injected injected) {
    if (injected instanceof Injected.Merged merged) {
      return text(merged.annotations()) + " " + text(merged.fetched());
    }
    if (injected instanceof Injected.Kept kept) {
      return text(kept.annotations());
    }
    return injected instanceof Injected.Refused refused
        ? "refused: " + refused.why()
        : "unpredictable: " + ((Injected.Unpredictable) injected).why();
  }

  private static String text(Map<String, String> annotations) {
    return annotations.isEmpty()
        ? "-"
        : new TreeMap<>(annotations)
            .entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining(" "));
  }

  private static String text(List<AgentFetch> fetched) {
    return fetched.stream()
        .map(fetch -> fetch.port() + fetch.path())
        .collect(Collectors.joining(" ", "{", "}"));
  }

  private static Map<String, String> map(String pairs) {
    return pairs.isEmpty() ? Pods.map() : Pods.map(pairs.split(" "));
  }

  /** The variable of a sidecar, as injectors have written it, and what its agent fetches. */
  record Variable(String text, String fetched) {}

  static List<Variable> variables() {
    return List.of(
        new Variable("", "{}"),
        new Variable(
            "{\"scrape\":\"true\",\"path\":\"/metrics\",\"port\":\"8080\"}", "{8080/metrics}"),
        new Variable("{\"scrape\":\"\",\"path\":\"\",\"port\":\"8080\"}", "{8080/metrics}"),
        new Variable("{\"scrape\":\"true\",\"path\":\"\",\"port\":\"\"}", "{80/metrics}"),
        new Variable("{\"scrape\":\"false\",\"path\":\"\",\"port\":\"8080\"}", "{}"),
        new Variable("{\"scrape\":\"\",\"path\":\"\",\"port\":\"\"}", "{}"),
        // Go writes & so
        new Variable(
            "{\"scrape\":\"\",\"path\":\"/m?a=1\\u0026b=2\",\"port\":\"1\"}", "{1/m?a=1&b=2}"),
        new Variable(
            "{\"scrape\":\"\",\"path\":\"/m\",\"port\":\"1\","
                + "\"targets\":[{\"port\":\"1\",\"path\":\"/m\"},{\"port\":\"2\",\"path\":\"\"}]}",
            "{1/m 2/metrics}"),
        new Variable("{", "{}"));
  }

  @ParameterizedTest
  @MethodSource("variables")
  void readsWhatTheAgentFetches(Variable variable) {
    assertThat(text(MetricsMerging.fetched(variable.text()))).isEqualTo(variable.fetched());
  }

  /** Annotations of a pod, and the agent's port that they show; 0 for none. */
  record Shown(String pod, int port) {}

  static List<Shown> shown() {
    return List.of(
        new Shown(MERGED, 15020),
        new Shown(MERGED.replace("15020", "16000"), 16000),
        new Shown(MERGED.replace("=true", "=false"), 0),
        new Shown(MERGED.replace("/stats/prometheus", "/metrics"), 0),
        new Shown("prometheus.io/scrape=true prometheus.io/port=15020", 0),
        new Shown("", 0));
  }

  @ParameterizedTest
  @MethodSource("shown")
  void seesMergingOnAPod(Shown shown) {
    assertThat(MetricsMerging.agentPort(map(shown.pod())))
        .isEqualTo(shown.port() == 0 ? OptionalInt.empty() : OptionalInt.of(shown.port()));
  }

  /** A proxy's image, and how its injector reads annotations. */
  record Image(String name, Release release) {}

  static List<Image> images() {
    return List.of(
        new Image("docker.io/istio/proxyv2:1.31.0", Release.V1_31),
        new Image("docker.io/istio/proxyv2:2.0.0", Release.V1_31),
        new Image("registry:5000/proxyv2:1.30.2-distroless", Release.V1_13),
        new Image("gcr.io/istio-release/proxyv2:v1.12.9", Release.V1_7),
        new Image("proxyv2:1.7", Release.V1_7),
        new Image("proxyv2:latest", Release.V1_13),
        new Image("proxyv2@sha256:00", Release.V1_13),
        new Image("proxyv2:1.31.0@sha256:00", Release.V1_31),
        new Image("auto", Release.V1_13));
  }

  @ParameterizedTest
  @MethodSource("images")
  void readsTheReleaseOfAnImage(Image image) {
    assertThat(Release.ofImage(image.name())).isEqualTo(image.release());
  }
}
