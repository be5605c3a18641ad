package io.appmetrics.operator.relabel;

import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.scrapeconfig.PrometheusVersion;
import io.appmetrics.operator.scrapeconfig.UnparsableConfig;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What Istio's own jobs make of the pods that there are: facts that the routes stand on. */
class IstioJobsTest {

  private static final String SCRAPE = "prometheus.io/scrape=true";
  private static final String PORT = "prometheus.io/port=8080";
  private static final String PATH = "prometheus.io/path=/actuator/prometheus";
  private static final String SIDECAR = "sidecar.istio.io/status={}";
  private static final Pod PLAIN = Pods.annotated(SCRAPE, PORT, PATH);
  private static final Pod IN_MESH = Pods.annotated(SCRAPE, PORT, PATH, SIDECAR);
  private static final Pod IN_MESH_HTTP =
      Pods.annotated(SCRAPE, PORT, PATH, SIDECAR, "prometheus.io/scheme=http");
  private static final Pod NO_PORT =
      Pods.with(PLAIN, PLAIN.ip(), PLAIN.phase(), List.of(Pods.container("cart")), List.of());
  private static final Pod NO_PORT_IN_MESH =
      Pods.with(IN_MESH, PLAIN.ip(), PLAIN.phase(), List.of(Pods.container("cart")), List.of());
  private static final String AT = "10.0.0.7:8080/actuator/prometheus";

  /** A configuration, the version that ran it, a pod, and the URLs per job. */
  record Row(IstioConfig config, String version, Pod pod, String scrapes) {}

  static List<Row> rows() {
    return List.of(
        new Row(IstioConfig.ISTIO_1_0, "2.3.1", PLAIN, "kubernetes-pods http://" + AT),
        // istio#10487: every pod with a sidecar goes to the https job, whatever its mTLS mode
        new Row(
            IstioConfig.ISTIO_1_0, "2.3.1", IN_MESH, "kubernetes-pods-istio-secure https://" + AT),
        new Row(
            IstioConfig.ISTIO_1_0,
            "2.3.1",
            IN_MESH_HTTP,
            "kubernetes-pods-istio-secure https://" + AT),
        new Row(IstioConfig.ISTIO_1_0, "2.3.1", NO_PORT, "kubernetes-pods http://" + AT),
        // a pod without any containerPort is never scraped there
        new Row(IstioConfig.ISTIO_1_0, "2.3.1", NO_PORT_IN_MESH, ""),
        new Row(IstioConfig.ISTIO_1_4, "2.12.0", PLAIN, "kubernetes-pods http://" + AT),
        new Row(
            IstioConfig.ISTIO_1_4, "2.12.0", IN_MESH, "kubernetes-pods-istio-secure https://" + AT),
        new Row(IstioConfig.ISTIO_1_4, "2.12.0", IN_MESH_HTTP, "kubernetes-pods http://" + AT),
        // istio#24075
        new Row(
            IstioConfig.ISTIO_1_5,
            "2.15.1",
            IN_MESH_HTTP,
            "kubernetes-pods-istio-secure https://" + AT),
        new Row(IstioConfig.MODERN, "3.10.0", PLAIN, "kubernetes-pods http://" + AT),
        new Row(IstioConfig.MODERN, "3.10.0", IN_MESH, "kubernetes-pods http://" + AT),
        new Row(
            IstioConfig.MODERN,
            "3.10.0",
            Pods.annotated(SCRAPE, PORT, "prometheus.io/scheme=https", "prometheus.io/param_a=b c"),
            "kubernetes-pods https://10.0.0.7:8080/metrics?a=b+c"),
        new Row(
            IstioConfig.MODERN,
            "3.10.0",
            Pods.annotated("prometheus.io/scrape-slow=true", PORT),
            "kubernetes-pods-slow http://10.0.0.7:8080/metrics"),
        new Row(IstioConfig.MODERN, "3.10.0", Pods.inPhase(PLAIN, "Succeeded"), ""),
        // before 2.6 no pod has a phase to Prometheus
        new Row(
            IstioConfig.MODERN,
            "2.5.0",
            Pods.inPhase(PLAIN, "Succeeded"),
            "kubernetes-pods http://" + AT),
        new Row(
            IstioConfig.MODERN,
            "3.10.0",
            Pods.with(PLAIN, "fd00::7", "Running", PLAIN.containers(), List.of()),
            "kubernetes-pods http://[fd00::7]:8080/actuator/prometheus"),
        // all declared ports become one target; without the annotation each is one
        new Row(
            IstioConfig.MODERN,
            "3.10.0",
            Pods.with(PLAIN, PLAIN.ip(), "Running", List.of(Pods.container("a", 1, 2)), List.of()),
            "kubernetes-pods http://" + AT),
        new Row(
            IstioConfig.MODERN,
            "3.10.0",
            Pods.with(
                Pods.annotated(SCRAPE),
                PLAIN.ip(),
                "Running",
                List.of(Pods.container("a", 1, 2), Pods.container("b")),
                List.of(Pods.container("init", 3))),
            "kubernetes-pods http://10.0.0.7:1/metrics, http://10.0.0.7:2/metrics,"
                + " http://10.0.0.7/metrics, http://10.0.0.7:3/metrics"),
        new Row(
            IstioConfig.MODERN,
            "2.42.0",
            Pods.with(
                Pods.annotated(SCRAPE),
                PLAIN.ip(),
                "Running",
                List.of(Pods.container("b")),
                List.of()),
            "kubernetes-pods http://10.0.0.7:80/metrics"));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void scrapes(Row row) throws UnparsableConfig {
    var model =
        RelabelModel.ofFile(
            row.config().text(), PrometheusVersion.parse(row.version()), "istio-system");
    var scrapes =
        model.predict(row.pod()).entrySet().stream()
            .filter(entry -> !targets(entry.getValue()).isEmpty())
            .map(
                entry ->
                    entry.getKey()
                        + " "
                        + targets(entry.getValue()).stream()
                            .map(PredictedTarget::url)
                            .collect(Collectors.joining(", ")))
            .collect(Collectors.joining("; "));

    assertThat(scrapes).isEqualTo(row.scrapes());
  }

  private static List<PredictedTarget> targets(Prediction prediction) {
    return ((Prediction.Certain) prediction).targets();
  }

  @Test
  void findsTheJobsThatDiscoverPods() throws UnparsableConfig {
    assertThat(model(IstioConfig.ISTIO_1_0).podJobs())
        .containsExactly("envoy-stats", "kubernetes-pods", "kubernetes-pods-istio-secure");
    assertThat(model(IstioConfig.MODERN_SECURE).podJobs())
        .containsExactly(
            "istio-secure-merged-metrics",
            "istio-secure-envoy-metrics",
            "kubernetes-pods",
            "kubernetes-pods-slow");
  }

  @Test
  void namesTheRuleThatDrops() throws UnparsableConfig {
    assertThat(sentences(IstioConfig.ISTIO_1_0, "kubernetes-pods", IN_MESH))
        .containsExactly(
            "rule 2 of job kubernetes-pods: drop"
                + " __meta_kubernetes_pod_annotation_sidecar_istio_io_status =~ \"(.+)\","
                + " here it is \"{}\"");
    assertThat(sentences(IstioConfig.MODERN, "kubernetes-pods", Pods.SHOP))
        .containsExactly(
            "rule 1 of job kubernetes-pods: keep"
                + " __meta_kubernetes_pod_annotation_prometheus_io_scrape =~ \"true\","
                + " here it is \"\"");
    assertThat(sentences(IstioConfig.MODERN, "kubernetes-pods", Pods.at("")))
        .containsExactly("job kubernetes-pods does not discover the pod: it has no address yet");
  }

  /** The whole of it is a document, and a message is one line. */
  @Test
  void quotesTheBeginningOfALongValue() throws UnparsableConfig {
    var status = "{\"containers\":[\"istio-proxy\"],\"revision\":\"default\"}";
    var meshed =
        IN_MESH.withAnnotations(
            Map.of("prometheus.io/scrape", "true", "sidecar.istio.io/status", status));
    assertThat(sentences(IstioConfig.ISTIO_1_0, "kubernetes-pods", meshed))
        .singleElement()
        .asString()
        .endsWith("here it is \"" + status.substring(0, 40) + "...\"");
  }

  @Test
  void givesTheLabelsOfTheSeriesAndTheTimes() throws UnparsableConfig {
    var prediction =
        model(IstioConfig.MODERN)
            .predict("kubernetes-pods-slow", Pods.annotated("prometheus.io/scrape_slow=true"));

    assertThat(targets(prediction))
        .singleElement()
        .satisfies(
            target -> {
              assertThat(target.labels())
                  .containsOnly(
                      Map.entry("app", "cart"),
                      Map.entry("instance", "10.0.0.7:8080"),
                      Map.entry("job", "kubernetes-pods-slow"),
                      Map.entry("namespace", "shop"),
                      Map.entry("node", "node-1"),
                      Map.entry("pod", "cart-1"));
              assertThat(target.interval()).hasMinutes(5);
              assertThat(target.timeout()).hasSeconds(30);
              assertThat(target.scheme()).isEqualTo("http");
            });
  }

  /** istio#31187 */
  @Test
  void doesNotGuessWhatChanceDecides() throws UnparsableConfig {
    var model = model(IstioConfig.MODERN);
    var pod = Pods.annotated(SCRAPE, PORT, "prometheus.io.port=9090");

    assertThat(model.predict("kubernetes-pods", pod))
        .isEqualTo(
            new Prediction.Unpredictable(
                "the pod's prometheus.io.port and prometheus.io/port are one label to Prometheus,"
                    + " which takes the value of any of them; leave one"));
    // dropped in either case
    assertThat(targets(model.predict("kubernetes-pods-slow", pod))).isEmpty();
  }

  private static List<String> sentences(IstioConfig config, String job, Pod pod)
      throws UnparsableConfig {
    return ((Prediction.Certain) model(config).predict(job, pod))
        .drops().stream().map(Drop::sentence).toList();
  }

  private static RelabelModel model(IstioConfig config) throws UnparsableConfig {
    return RelabelModel.ofFile(config.text(), PrometheusVersion.parse("3.16.0"), "istio-system");
  }
}
