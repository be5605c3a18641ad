package io.appmetrics.operator.route;

import static io.appmetrics.operator.route.Declared.claim;
import static io.appmetrics.operator.route.Declared.endpoint;
import static io.appmetrics.operator.route.Declared.every;
import static io.appmetrics.operator.route.Declared.foresight;
import static io.appmetrics.operator.route.Declared.pod;
import static io.appmetrics.operator.route.Declared.suspended;
import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.api.PortScheme;
import io.appmetrics.operator.mesh.Terms.Access;
import io.appmetrics.operator.relabel.IstioConfig;
import io.appmetrics.operator.relabel.Pod;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Which route each Istio's own jobs allow, and why not an earlier one. */
class RoutingTest {
  private static final Map<String, String> SIDECAR = Map.of("sidecar.istio.io/status", "{}");

  /** As the injector leaves a pod that says nothing of itself. */
  private static final Map<String, String> MERGING =
      Map.of(
          "sidecar.istio.io/status", "{}",
          "prometheus.io/scrape", "true",
          "prometheus.io/port", "15020",
          "prometheus.io/path", "/stats/prometheus");

  private static final Map<String, String> BARE = Map.of();

  private static final Map<String, String> ANNOTATED =
      Map.of(
          "prometheus.io/scrape", "true",
          "prometheus.io/port", "8080",
          "prometheus.io/path", "/metrics");

  private static final String WRITTEN =
      "prometheus.io/path=/metrics prometheus.io/port=8080 prometheus.io/scrape=true";

  private static final String MINE =
      """
      - job_name: mine
        kubernetes_sd_configs: [{role: pod}]
        relabel_configs:
        - {source_labels: [__meta_kubernetes_pod_container_port_number], action: keep, regex: 8080}
      """;

  /**
   * A configuration, a pod, and the route of its port 8080.
   *
   * @param pod what a pod has that its template has not
   * @param template what the user has on the template
   * @param access what the mesh lets in
   * @param route kind, job and URL without the address
   * @param written what is to stand on the template, the marker apart
   */
  record Row(
      String what,
      IstioConfig config,
      String version,
      Map<String, String> pod,
      Map<String, String> template,
      Access access,
      String route,
      String written,
      String why) {
    @Override
    public String toString() {
      return what;
    }
  }

  static Stream<Row> rows() {
    return Stream.of(
        new Row(
            "today, no sidecar",
            IstioConfig.MODERN,
            "3.16.0",
            BARE,
            BARE,
            Access.PLAIN,
            "Annotation kubernetes-pods HTTP:8080/metrics",
            WRITTEN,
            "by prometheus.io/*"),
        new Row(
            "today, no sidecar, annotated by the user",
            IstioConfig.MODERN,
            "3.16.0",
            BARE,
            ANNOTATED,
            Access.PLAIN,
            "Adopted kubernetes-pods HTTP:8080/metrics",
            "",
            "the user's own annotations yield it"),
        new Row(
            "today, merging",
            IstioConfig.MODERN,
            "3.16.0",
            MERGING,
            BARE,
            Access.PLAIN,
            "Merged kubernetes-pods HTTP:15020/stats/prometheus",
            WRITTEN,
            "by prometheus.io/*"),
        new Row(
            "today, merging, STRICT: the agent's port takes plaintext",
            IstioConfig.MODERN,
            "3.16.0",
            MERGING,
            BARE,
            Access.MUTUAL_TLS,
            "Merged kubernetes-pods HTTP:15020/stats/prometheus",
            WRITTEN,
            "by prometheus.io/*"),
        new Row(
            "today, merging, annotated by the user",
            IstioConfig.MODERN,
            "3.16.0",
            MERGING,
            ANNOTATED,
            Access.MUTUAL_TLS,
            "Adopted kubernetes-pods HTTP:15020/stats/prometheus",
            "",
            "the user's own annotations yield it"),
        new Row(
            "today, merging, annotated by the user without a path: to Istio it is /metrics",
            IstioConfig.MODERN,
            "3.16.0",
            MERGING,
            Map.of("prometheus.io/scrape", "true", "prometheus.io/port", "8080"),
            Access.MUTUAL_TLS,
            "Adopted kubernetes-pods HTTP:15020/stats/prometheus",
            "",
            "the user's own annotations yield it"),
        new Row(
            "today, merging, annotated by the user with a port only",
            IstioConfig.MODERN,
            "3.16.0",
            MERGING,
            Map.of("prometheus.io/port", "8080"),
            Access.PLAIN,
            "Adopted kubernetes-pods HTTP:15020/stats/prometheus",
            "",
            "the user's own annotations yield it"),
        new Row(
            "today, merging, annotated by the user for another path",
            IstioConfig.MODERN,
            "3.16.0",
            MERGING,
            Map.of("prometheus.io/port", "8080", "prometheus.io/path", "/other"),
            Access.PLAIN,
            "Slot 1",
            "appmetrics.io/path-1=/metrics appmetrics.io/port-1=8080 appmetrics.io/scheme-1=http",
            "the template's prometheus.io/path is somebody else's"),
        new Row(
            "today, sidecar without merging, STRICT: no job speaks mutual TLS",
            IstioConfig.MODERN,
            "3.16.0",
            SIDECAR,
            BARE,
            Access.MUTUAL_TLS,
            "Slot 1",
            "appmetrics.io/path-1=/metrics appmetrics.io/port-1=8080"
                + " appmetrics.io/scheme-1=istio-mutual",
            "of prometheus.io/* job kubernetes-pods makes http://10.0.0.7:8080/metrics,"
                + " by HTTP and not IstioMutual"),
        new Row(
            "today, sidecar without merging, PERMISSIVE: it may turn STRICT",
            IstioConfig.MODERN,
            "3.16.0",
            SIDECAR,
            BARE,
            Access.PLAIN,
            "Slot 1",
            "appmetrics.io/path-1=/metrics appmetrics.io/port-1=8080 appmetrics.io/scheme-1=http",
            "by prometheus.io/* its scheme could not follow the mesh's policy without a rollout"),
        new Row(
            "1.0, no sidecar",
            IstioConfig.ISTIO_1_0,
            "2.3.1",
            BARE,
            BARE,
            Access.PLAIN,
            "Annotation kubernetes-pods HTTP:8080/metrics",
            WRITTEN,
            "by prometheus.io/*"),
        new Row(
            "1.0, sidecar, STRICT",
            IstioConfig.ISTIO_1_0,
            "2.3.1",
            SIDECAR,
            BARE,
            Access.MUTUAL_TLS,
            "AnnotationSecure kubernetes-pods-istio-secure IstioMutual:8080/metrics",
            WRITTEN,
            "by prometheus.io/*"),
        new Row(
            "1.0, sidecar, DISABLE: all sidecars are spoken to over TLS (istio#10487)",
            IstioConfig.ISTIO_1_0,
            "2.3.1",
            SIDECAR,
            BARE,
            Access.PLAIN,
            "Slot 1",
            "appmetrics.io/path-1=/metrics appmetrics.io/port-1=8080 appmetrics.io/scheme-1=http",
            "of prometheus.io/* job kubernetes-pods-istio-secure makes"
                + " https://10.0.0.7:8080/metrics, by IstioMutual and not HTTP"),
        new Row(
            "1.0, sidecar, DISABLE, annotated by the user",
            IstioConfig.ISTIO_1_0,
            "2.3.1",
            SIDECAR,
            ANNOTATED,
            Access.PLAIN,
            "Slot 1",
            "appmetrics.io/path-1=/metrics appmetrics.io/port-1=8080 appmetrics.io/scheme-1=http",
            "of the user's own prometheus.io/* job kubernetes-pods-istio-secure makes"
                + " https://10.0.0.7:8080/metrics, by IstioMutual and not HTTP"),
        new Row(
            "1.0, sidecar of 1.0, PERMISSIVE: it takes TLS, too",
            IstioConfig.ISTIO_1_0,
            "2.3.1",
            SIDECAR,
            BARE,
            Access.PLAIN_OR_MUTUAL_TLS,
            "AnnotationSecure kubernetes-pods-istio-secure IstioMutual:8080/metrics",
            WRITTEN,
            "by prometheus.io/*"),
        new Row(
            "1.0, sidecar of 1.0, PERMISSIVE, annotated by the user: it is up already",
            IstioConfig.ISTIO_1_0,
            "2.3.1",
            SIDECAR,
            ANNOTATED,
            Access.PLAIN_OR_MUTUAL_TLS,
            "Adopted kubernetes-pods-istio-secure IstioMutual:8080/metrics",
            "",
            "the user's own annotations yield it"),
        new Row(
            "1.0, sidecar of 1.0, PERMISSIVE, annotated for another port: a slot is plain",
            IstioConfig.ISTIO_1_0,
            "2.3.1",
            SIDECAR,
            Map.of("prometheus.io/scrape", "true", "prometheus.io/port", "9999"),
            Access.PLAIN_OR_MUTUAL_TLS,
            "Slot 1",
            "appmetrics.io/path-1=/metrics appmetrics.io/port-1=8080 appmetrics.io/scheme-1=http",
            "the template's prometheus.io/port is somebody else's"),
        new Row(
            "1.4, sidecar of 1.0, PERMISSIVE: mutual TLS outlives STRICT",
            IstioConfig.ISTIO_1_4,
            "2.12.0",
            SIDECAR,
            BARE,
            Access.PLAIN_OR_MUTUAL_TLS,
            "AnnotationSecure kubernetes-pods-istio-secure IstioMutual:8080/metrics",
            WRITTEN,
            "by prometheus.io/*"),
        new Row(
            "1.4, sidecar of 1.0, PERMISSIVE, annotated by the user as plain",
            IstioConfig.ISTIO_1_4,
            "2.12.0",
            SIDECAR,
            Map.of(
                "prometheus.io/scrape",
                "true",
                "prometheus.io/port",
                "8080",
                "prometheus.io/scheme",
                "http"),
            Access.PLAIN_OR_MUTUAL_TLS,
            "Adopted kubernetes-pods HTTP:8080/metrics",
            "",
            "the user's own annotations yield it"),
        new Row(
            "today, sidecar of 1.0, PERMISSIVE: no job speaks mutual TLS, and it may turn STRICT",
            IstioConfig.MODERN,
            "3.16.0",
            SIDECAR,
            BARE,
            Access.PLAIN_OR_MUTUAL_TLS,
            "Slot 1",
            "appmetrics.io/path-1=/metrics appmetrics.io/port-1=8080 appmetrics.io/scheme-1=http",
            "by prometheus.io/* its scheme could not follow the mesh's policy without a rollout"),
        new Row(
            "1.4, sidecar, PERMISSIVE: the scheme says so",
            IstioConfig.ISTIO_1_4,
            "2.12.0",
            SIDECAR,
            BARE,
            Access.PLAIN,
            "Annotation kubernetes-pods HTTP:8080/metrics",
            "prometheus.io/path=/metrics prometheus.io/port=8080 prometheus.io/scheme=http"
                + " prometheus.io/scrape=true",
            "by prometheus.io/*"),
        new Row(
            "1.4, sidecar, STRICT",
            IstioConfig.ISTIO_1_4,
            "2.12.0",
            SIDECAR,
            BARE,
            Access.MUTUAL_TLS,
            "AnnotationSecure kubernetes-pods-istio-secure IstioMutual:8080/metrics",
            WRITTEN,
            "by prometheus.io/*"),
        new Row(
            "1.5, sidecar, PERMISSIVE: as in 1.0 again (istio#24075)",
            IstioConfig.ISTIO_1_5,
            "2.15.1",
            SIDECAR,
            BARE,
            Access.PLAIN,
            "Slot 1",
            "appmetrics.io/path-1=/metrics appmetrics.io/port-1=8080 appmetrics.io/scheme-1=http",
            "of prometheus.io/* job kubernetes-pods-istio-secure makes"
                + " https://10.0.0.7:8080/metrics, by IstioMutual and not HTTP"),
        new Row(
            "somebody's own annotations are for another port",
            IstioConfig.MODERN,
            "3.16.0",
            BARE,
            Map.of("prometheus.io/scrape", "true", "prometheus.io/port", "9999"),
            Access.PLAIN,
            "Slot 1",
            "appmetrics.io/path-1=/metrics appmetrics.io/port-1=8080 appmetrics.io/scheme-1=http",
            "the template's prometheus.io/port is somebody else's"));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void choosesTheFirstThatWillDo(Row row) {
    WorkloadPlan plan = plan(row, row.template());

    assertThat(told(plan, endpoint(8080))).isEqualTo(row.route());
    assertThat(why(plan, endpoint(8080))).isEqualTo(row.why());
    assertThat(written(plan)).isEqualTo(row.written());
    assertThat(plan.doubles()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("rows")
  void staysWithIt(Row row) {
    WorkloadPlan plan = plan(row, row.template());
    Map<String, String> template = new TreeMap<>(row.template());
    template.putAll(plan.templateAnnotations());

    WorkloadPlan again = plan(row, template);

    assertThat(again.templateAnnotations()).isEqualTo(plan.templateAnnotations());
    assertThat(told(again, endpoint(8080))).isEqualTo(row.route());
  }

  /**
   * Why no earlier route was taken.
   *
   * @param config a prometheus.yml
   * @param pod what a pod has that its template has not
   * @param template what the user has on the template
   */
  record Why(
      String what,
      String config,
      Map<String, String> pod,
      Map<String, String> template,
      Endpoint endpoint,
      String why) {
    @Override
    public String toString() {
      return what;
    }
  }

  private static String job(String name, String rules) {
    return "- {job_name: %s, kubernetes_sd_configs: [{role: pod}], relabel_configs: [%s]}\n"
        .formatted(name, rules);
  }

  private static String keep(String meta, String regex) {
    return "{source_labels: [__meta_kubernetes_pod_%s], action: keep, regex: %s}"
        .formatted(meta, regex);
  }

  static Stream<Why> whys() {
    String modern = IstioConfig.MODERN.text();
    String url = "http://10.0.0.7:8080/metrics";
    String byAnnotations = "of prometheus.io/* job kubernetes-pods makes " + url;
    String byAgent = "job kubernetes-pods makes http://10.0.0.7:15020/stats/prometheus";
    String scrape = keep("annotation_prometheus_io_scrape", "true");
    String running = keep("phase", "Running");
    Endpoint asking =
        endpoint(8080, "/metrics", PortScheme.AUTO, null, null, Map.of("match[]", "up"));
    return Stream.of(
        new Why(
            "the interval differs",
            modern,
            BARE,
            BARE,
            every(8080, "1m", "10s"),
            byAnnotations + ", every 15s and not every 1m"),
        new Why(
            "the timeout differs",
            modern,
            BARE,
            BARE,
            every(8080, "15s", "5s"),
            byAnnotations + ", with a timeout of 10s and not of 5s"),
        new Why(
            "the parameters differ",
            modern,
            BARE,
            BARE,
            asking,
            byAnnotations + ", and not with ?match%5B%5D=up"),
        new Why(
            "the user's own annotations name it, and the interval differs",
            modern,
            BARE,
            ANNOTATED,
            every(8080, "1m", "10s"),
            "of the user's own prometheus.io/* job kubernetes-pods makes "
                + url
                + ", every 15s and not every 1m"),
        new Why(
            "the user's own annotations name it, and switch it off",
            modern,
            BARE,
            Map.of("prometheus.io/scrape", "false", "prometheus.io/port", "8080"),
            endpoint(8080),
            "the user's own prometheus.io/* is dropped by rule 1 of job kubernetes-pods: keep"
                + " __meta_kubernetes_pod_annotation_prometheus_io_scrape =~ \"true\", here it is"
                + " \"false\""),
        new Why(
            "the user's own annotations name it, without the path that is the default",
            IstioConfig.ISTIO_1_0.text(),
            SIDECAR,
            Map.of("prometheus.io/scrape", "true", "prometheus.io/port", "8080"),
            endpoint(8080),
            "of the user's own prometheus.io/* job kubernetes-pods-istio-secure makes"
                + " https://10.0.0.7:8080/metrics, by IstioMutual and not HTTP"),
        new Why(
            "the agent is scraped at another interval",
            modern,
            MERGING,
            BARE,
            every(8080, "1m", "10s"),
            byAgent + ", every 15s and not every 1m"),
        new Why(
            "the agent passes no parameters on",
            modern,
            MERGING,
            BARE,
            asking,
            byAgent + ", where Istio's agent asks the app without parameters"),
        new Why(
            "the agent speaks no TLS",
            modern,
            MERGING,
            BARE,
            endpoint(8080, PortScheme.HTTPS),
            byAgent + ", though HTTPS is declared"),
        new Why(
            "a job that goes by no annotation scrapes it at another interval",
            "scrape_configs:\n" + MINE,
            BARE,
            BARE,
            every(8080, "5s", "5s"),
            "job mine makes " + url + ", every 1m and not every 5s"),
        new Why(
            "a job that goes by no annotation has it",
            "scrape_configs:\n" + MINE,
            BARE,
            BARE,
            endpoint(8080),
            "it needs no annotation of the template"),
        new Why(
            "a job that goes by no annotation has it, which is annotated besides",
            "scrape_configs:\n" + MINE,
            BARE,
            ANNOTATED,
            endpoint(8080),
            "it needs no annotation of the template"),
        new Why(
            "another job lets it pass further, and does not look at them",
            "scrape_configs:\n"
                + job("by-label", running + "," + running + "," + keep("label_team", "bank"))
                + job("by-annotation", scrape + "," + keep("label_tier", "front")),
            BARE,
            BARE,
            endpoint(8080),
            "prometheus.io/* is dropped by rule 2 of job by-annotation: keep"
                + " __meta_kubernetes_pod_label_tier =~ \"front\", here it is \"\""),
        new Why(
            "the job that looks at them drops it before it comes to them",
            "scrape_configs:\n"
                + job("by-label", running + "," + running + "," + keep("label_team", "bank"))
                + job("by-annotation", keep("label_tier", "front") + "," + scrape),
            BARE,
            BARE,
            endpoint(8080),
            "prometheus.io/* is dropped by rule 1 of job by-annotation: keep"
                + " __meta_kubernetes_pod_label_tier =~ \"front\", here it is \"\""),
        new Why(
            "the job that looks at them is for another namespace",
            """
            scrape_configs:
            - job_name: bank
              kubernetes_sd_configs: [{role: pod, namespaces: {names: [bank]}}]
              relabel_configs: [%s]
            """
                .formatted(scrape),
            BARE,
            BARE,
            endpoint(8080),
            "of prometheus.io/* nothing comes: job bank does not discover the pod: it discovers the namespaces"
                + " bank only"),
        new Why(
            "Prometheus refuses what the job makes of them",
            "scrape_configs:\n"
                + job("broken", scrape + ", {target_label: __address__, replacement: a/b}"),
            BARE,
            BARE,
            endpoint(8080),
            "of prometheus.io/* nothing comes: the rules of job broken make a target that"
                + " Prometheus refuses: \"a/b\" is not a valid hostname"),
        new Why(
            "no job looks at them",
            "scrape_configs:\n" + job("by-label", keep("label_team", "bank")),
            BARE,
            BARE,
            endpoint(8080),
            "no job reads prometheus.io/*"));
  }

  @ParameterizedTest
  @MethodSource("whys")
  void saysWhyNoEarlierOneDoes(Why row) {
    Map<String, String> annotations = new TreeMap<>(row.template());
    annotations.putAll(row.pod());
    WorkloadPlan plan =
        WorkloadPlan.of(
            List.of(claim("shop", 0, row.endpoint())),
            row.template(),
            port -> Access.PLAIN,
            8,
            foresight(row.config(), "3.16.0", pod(annotations)));
    assertThat(why(plan, row.endpoint())).isEqualTo(row.why());
  }

  /** In Istio 1.0 the mesh's policy changes after the route was chosen, and is left alone. */
  @ParameterizedTest
  @CsvSource({
    // at first, then: the route then
    "PLAIN_OR_MUTUAL_TLS, MUTUAL_TLS, AnnotationSecure",
    "MUTUAL_TLS, PLAIN_OR_MUTUAL_TLS, AnnotationSecure",
    "PLAIN_OR_MUTUAL_TLS, PLAIN, Slot 1",
    "PLAIN, PLAIN_OR_MUTUAL_TLS, Slot 1",
  })
  void aRouteThatStillDoesStays(Access first, Access then, String route) {
    Row row = new Row("", IstioConfig.ISTIO_1_0, "2.3.1", SIDECAR, BARE, first, "", "", "");
    WorkloadPlan before = plan(row, BARE);
    Map<String, String> template = before.templateAnnotations();

    WorkloadPlan after = plan(row, template, then);

    assertThat(told(after, endpoint(8080))).startsWith(route);
    if (then != Access.PLAIN) {
      assertThat(after.templateAnnotations()).as("nobody is rolled").isEqualTo(template);
    }
    assertThat(after.doubles()).isEmpty();
  }

  /** A slot that was there before the user's own annotations goes: both would be up. */
  @Test
  void aSlotBesideASecureJobIsTakenAway() {
    Row row =
        new Row(
            "",
            IstioConfig.ISTIO_1_0,
            "2.3.1",
            SIDECAR,
            ANNOTATED,
            Access.PLAIN_OR_MUTUAL_TLS,
            "",
            "",
            "");
    Map<String, String> template = new TreeMap<>(ANNOTATED);
    template.putAll(plan(row, ANNOTATED, Access.PLAIN).templateAnnotations());
    assertThat(template).containsEntry("appmetrics.io/port-1", "8080");

    WorkloadPlan plan = plan(row, template);

    assertThat(told(plan, endpoint(8080))).startsWith("Adopted kubernetes-pods-istio-secure");
    assertThat(plan.templateAnnotations()).isEmpty();
  }

  private static WorkloadPlan plan(Row row, Map<String, String> template) {
    return plan(row, template, row.access());
  }

  /** The pod is born of the template, and goes through the injector. */
  private static WorkloadPlan plan(Row row, Map<String, String> template, Access access) {
    Map<String, String> annotations = new TreeMap<>(template);
    annotations.putAll(row.pod());
    return WorkloadPlan.of(
        List.of(claim("shop", 0, endpoint(8080))),
        template,
        port -> access,
        8,
        foresight(row.config().text(), row.version(), pod(annotations)));
  }

  private static String told(WorkloadPlan plan, Endpoint endpoint) {
    Route route = plan.routes().get(endpoint.key());
    if (route instanceof Route.ByUserJob job) {
      return "%s %s %s:%d%s".formatted(job.kind(), job.job(), job.scheme(), job.port(), job.path());
    }
    return route instanceof Route.BySlot slot ? "Slot " + slot.number() : String.valueOf(route);
  }

  private static String why(WorkloadPlan plan, Endpoint endpoint) {
    return Objects.requireNonNull(plan.routes().get(endpoint.key())).why();
  }

  private static String written(WorkloadPlan plan) {
    Map<String, String> annotations = new TreeMap<>(plan.templateAnnotations());
    annotations.remove(ManagedAnnotations.MARKER);
    return String.join(" ", annotations.entrySet().stream().map(Object::toString).toList());
  }

  private static WorkloadPlan modern(
      Map<String, String> pod, Map<String, String> template, Endpoint... endpoints) {
    Map<String, String> annotations = new TreeMap<>(template);
    annotations.putAll(pod);
    return WorkloadPlan.of(
        List.of(claim("shop", 0, endpoints)),
        template,
        port -> Access.PLAIN,
        8,
        foresight(IstioConfig.MODERN.text(), "3.16.0", pod(annotations)));
  }

  /** Envoy serves its own metrics at the path of the agent's: they are nobody else's. */
  @Test
  void whatEnvoyServesIsNotWhatItsAgentDoes() {
    Map<String, String> annotations = new TreeMap<>(ANNOTATED);
    annotations.putAll(MERGING);
    Pod bare = pod(annotations);
    List<Pod.Container> containers = new ArrayList<>(bare.containers());
    containers.add(
        new Pod.Container(
            "istio-proxy",
            "docker.io/istio/proxyv2:1.30.2",
            "",
            List.of(new Pod.Port(15090, "http-envoy-prom", "TCP"))));
    Pod injected =
        new Pod(
            bare.namespace(),
            bare.name(),
            bare.uid(),
            bare.ip(),
            bare.hostIp(),
            bare.nodeName(),
            bare.phase(),
            bare.ready(),
            bare.labels(),
            bare.annotations(),
            bare.controller(),
            containers,
            List.of());
    for (IstioConfig config : List.of(IstioConfig.ISTIO_1_0, IstioConfig.ISTIO_1_5)) {
      WorkloadPlan plan =
          WorkloadPlan.of(
              List.of(claim("shop", 0, endpoint(8080))),
              ANNOTATED,
              port -> Access.MUTUAL_TLS,
              8,
              foresight(config.text(), "2.15.1", injected));
      assertThat(told(plan, endpoint(8080))).as("%s", config).isEqualTo("Slot 1");
      assertThat(why(plan, endpoint(8080)))
          .as("%s", config)
          .startsWith(
              "the user's own prometheus.io/* is dropped by rule 2 of job kubernetes-pods:");
    }
  }

  /** Its job for the secure port and that for annotations both take the agent, at two ports. */
  @Test
  void theSecurePortOfAnAgentIsServedByMutualTls() {
    Map<String, String> pod = new TreeMap<>(MERGING);
    pod.put("prometheus.istio.io/secure-port", "15092");
    Row row =
        new Row("", IstioConfig.MODERN_SECURE, "3.16.0", pod, ANNOTATED, Access.PLAIN, "", "", "");
    assertThat(takers(plan(row, ANNOTATED), endpoint(8080)))
        .containsExactly("istio-secure-merged-metrics", "kubernetes-pods");
  }

  @Test
  void prometheusIoHoldsOneEndpointAndTheOthersTakeSlots() {
    WorkloadPlan plan = modern(BARE, BARE, endpoint(8080), endpoint(9090));

    assertThat(told(plan, endpoint(8080))).startsWith("Annotation");
    assertThat(told(plan, endpoint(9090))).isEqualTo("Slot 1");
    assertThat(why(plan, endpoint(9090))).isEqualTo("prometheus.io/* serve :8080/metrics already");
    assertThat(plan.templateAnnotations())
        .containsEntry(
            "appmetrics.io/managed",
            "path-1,port-1,scheme-1,prometheus.io/path,prometheus.io/port,prometheus.io/scrape");
  }

  @Test
  void whatIsNotTheJobsIntervalTakesASlot() {
    WorkloadPlan plan = modern(BARE, BARE, Declared.every(8080, "1m", "10s"));
    assertThat(told(plan, endpoint(8080))).isEqualTo("Slot 1");

    assertThat(told(modern(BARE, BARE, Declared.every(8080, "15s", "10s")), endpoint(8080)))
        .startsWith("Annotation");
  }

  @Test
  void theAgentSpeaksNoTlsToTheApp() {
    WorkloadPlan plan = modern(MERGING, BARE, endpoint(8080, PortScheme.HTTPS));
    assertThat(told(plan, endpoint(8080))).isEqualTo("Slot 1");
  }

  @Test
  void anAppOfItsOwnTlsIsScrapedBySchemeWhereAJobReadsIt() {
    WorkloadPlan plan = modern(BARE, BARE, endpoint(8080, PortScheme.HTTPS));

    assertThat(told(plan, endpoint(8080)))
        .isEqualTo("Annotation kubernetes-pods HTTPS:8080/metrics");
    assertThat(plan.templateAnnotations()).containsEntry("prometheus.io/scheme", "https");
  }

  /** A user annotates what a slot serves: the slot goes, and nothing is scraped twice. */
  @Test
  void whatTheUserAnnotatesLaterIsLeftToTheUser() {
    Map<String, String> template =
        new TreeMap<>(
            WorkloadPlan.of(
                    List.of(claim("shop", 0, endpoint(8080))),
                    BARE,
                    port -> Access.PLAIN,
                    8,
                    Declared.SLOTS)
                .templateAnnotations());
    assertThat(told(modern(BARE, template, endpoint(8080)), endpoint(8080)))
        .as("a slot that does its work stays")
        .isEqualTo("Slot 1");

    template.putAll(ANNOTATED);
    WorkloadPlan plan = modern(BARE, template, endpoint(8080));

    assertThat(told(plan, endpoint(8080))).startsWith("Adopted kubernetes-pods");
    assertThat(plan.templateAnnotations()).isEmpty();
  }

  @Test
  void aRouteThatHasGoneIsReplaced() {
    Map<String, String> template =
        new TreeMap<>(modern(BARE, BARE, endpoint(8080)).templateAnnotations());

    WorkloadPlan plan =
        WorkloadPlan.of(
            List.of(claim("shop", 0, endpoint(8080))),
            template,
            port -> Access.PLAIN,
            8,
            foresight("scrape_configs: []", "3.16.0", pod(template)));

    assertThat(told(plan, endpoint(8080))).isEqualTo("Slot 1");
    assertThat(plan.templateAnnotations()).doesNotContainKey("prometheus.io/scrape");
  }

  @Test
  void nobodyIsRolledOutOfIgnorance() {
    List<Claim> claims = List.of(claim("shop", 0, endpoint(8080), endpoint(9090)));
    Map<String, String> template =
        new TreeMap<>(modern(BARE, BARE, endpoint(8080), endpoint(9090)).templateAnnotations());

    WorkloadPlan plan = WorkloadPlan.of(claims, template, port -> Access.PLAIN, 8, Foresight.NONE);

    assertThat(plan.templateAnnotations()).isEqualTo(template);
    assertThat(plan.routes().get(endpoint(8080).key())).isInstanceOf(Route.Undecided.class);
    assertThat(
            WorkloadPlan.of(claims, BARE, port -> Access.PLAIN, 8, Foresight.NONE)
                .templateAnnotations())
        .isEmpty();
  }

  /**
   * One Prometheus of several that divide the pods: the sample's fate is not that of the others.
   */
  @Test
  void aJobThatTakesAShareOfThePodsIsGivenNone() {
    String half =
        """
        scrape_configs:
        - job_name: half
          kubernetes_sd_configs: [{role: pod}]
          relabel_configs:
          - {source_labels: [__meta_kubernetes_pod_annotation_prometheus_io_scrape], action: keep, regex: true}
          - {source_labels: [__address__], action: hashmod, modulus: 2, target_label: __tmp_hash}
          - {source_labels: [__tmp_hash], action: keep, regex: "%d"}
        """;
    for (int share = 0; share < 2; share++) {
      WorkloadPlan plan =
          WorkloadPlan.of(
              List.of(claim("shop", 0, endpoint(8080))),
              BARE,
              port -> Access.PLAIN,
              8,
              foresight(half.formatted(share), "3.16.0", pod(BARE)));

      String takes =
          "job half takes number " + share + " of 2 shares of the targets (rules 2 and 3)";
      assertThat(told(plan, endpoint(8080))).isEqualTo("Slot 1");
      assertThat(why(plan, endpoint(8080))).isEqualTo("other pods would be left out: " + takes);

      // which share the newest pod is in is chance: a route that went by it would roll for ever
      WorkloadPlan annotated =
          WorkloadPlan.of(
              List.of(claim("shop", 0, endpoint(8080))),
              ANNOTATED,
              port -> Access.PLAIN,
              8,
              foresight(half.formatted(share), "3.16.0", pod(ANNOTATED)));
      assertThat(told(annotated, endpoint(8080))).isEqualTo("Adopted half HTTP:8080/metrics");
      assertThat(why(annotated, endpoint(8080)))
          .isEqualTo("the user's own annotations yield it, in a share: " + takes);
    }
  }

  /** It goes on being scraped: whoever comes to the same workload takes what is free. */
  @Test
  void leavesTheAnnotationsOfASuspendedOneToIt() {
    Map<String, String> standing =
        modern(BARE, claim("a", 0, endpoint(8080))).templateAnnotations();
    assertThat(standing).containsEntry("prometheus.io/port", "8080");

    WorkloadPlan plan =
        modern(standing, suspended("a", 0, endpoint(8080)), claim("b", 1, endpoint(8081)));
    assertThat(plan.templateAnnotations())
        .containsEntry("prometheus.io/port", "8080")
        .containsEntry("appmetrics.io/port-1", "8081");
    assertThat(told(plan, endpoint(8080))).startsWith("Annotation");

    WorkloadPlan edited =
        modern(standing, suspended("a", 0, every(8080, "5s", "5s")), claim("b", 1, endpoint(8081)));
    assertThat(edited.templateAnnotations()).isEqualTo(plan.templateAnnotations());

    assertThat(modern(BARE, suspended("a", 0, endpoint(8080))).templateAnnotations()).isEmpty();
  }

  private static WorkloadPlan modern(Map<String, String> template, Claim... claims) {
    return WorkloadPlan.of(
        List.of(claims),
        template,
        port -> Access.PLAIN,
        8,
        foresight(IstioConfig.MODERN.text(), "3.16.0", pod(template)));
  }

  private static List<String> takers(WorkloadPlan plan, Endpoint endpoint) {
    return plan.doubles().getOrDefault(endpoint.key(), List.of()).stream().map(Taker::job).toList();
  }

  private static List<String> hows(WorkloadPlan plan, Endpoint endpoint) {
    return plan.doubles().getOrDefault(endpoint.key(), List.of()).stream().map(Taker::how).toList();
  }

  /** Its own annotations stay, and a slot beside them gives series of the same labels. */
  @Test
  void seesWhatAnAppsOwnAnnotationsScrapeInAnotherWay() {
    Endpoint seldom = every(8080, "30s", "10s");
    assertThat(hows(modern(ANNOTATED, claim("shop", 0, seldom)), seldom))
        .hasSize(2)
        .last()
        .isEqualTo("job appmetrics-1 takes it by the operator's annotation appmetrics.io/port-1");
    assertThat(hows(modern(ANNOTATED, claim("shop", 0, seldom)), seldom).get(0))
        .startsWith("job kubernetes-pods takes it by rule 1 (keep ")
        .endsWith(", by http every 15s");

    Map<String, String> behindSidecar = new TreeMap<>(ANNOTATED);
    behindSidecar.putAll(SIDECAR);
    WorkloadPlan strict =
        WorkloadPlan.of(
            List.of(claim("shop", 0, endpoint(8080))),
            ANNOTATED,
            port -> Access.MUTUAL_TLS,
            8,
            foresight(IstioConfig.MODERN.text(), "3.16.0", pod(behindSidecar)));
    assertThat(takers(strict, endpoint(8080)))
        .containsExactly("kubernetes-pods", "appmetrics-1-istio-secure");
    assertThat(hows(strict, endpoint(8080)).get(0)).endsWith(", by http every 15s");
  }

  /** Istio's job for annotations, and one that somebody has added for the very same pods. */
  @ParameterizedTest
  @CsvSource({"ISTIO_1_0, 2.5.0", "ISTIO_1_4, 2.12.0", "ISTIO_1_5, 2.15.1", "MODERN, 3.16.0"})
  void tellsByWhichRulesSeveralJobsScrape(IstioConfig istio, String version) {
    Matcher first = Pattern.compile("(?m)^( *)- job_name").matcher(istio.text());
    assertThat(first.find()).isTrue();
    String twice =
        istio.text().substring(0, first.start())
            + MINE.indent(first.group(1).length())
            + istio.text().substring(first.start());
    WorkloadPlan plan =
        WorkloadPlan.of(
            List.of(claim("shop", 0, endpoint(8080))),
            ANNOTATED,
            port -> Access.PLAIN,
            8,
            foresight(twice, version, pod(ANNOTATED)));

    assertThat(takers(plan, endpoint(8080))).containsExactly("kubernetes-pods", "mine");
    assertThat(hows(plan, endpoint(8080)).get(0))
        .startsWith(
            "job kubernetes-pods takes it by rule 1 (keep"
                + " __meta_kubernetes_pod_annotation_prometheus_io_scrape =~ \"true\")");
    assertThat(hows(plan, endpoint(8080)).get(1))
        .isEqualTo(
            "job mine takes it by rule 1 (keep __meta_kubernetes_pod_container_port_number =~"
                + " \"8080\")");
  }

  /** It goes by what the operator writes; no one could foresee that, and it is told. */
  @ParameterizedTest
  @CsvSource({"false, appmetrics-1", "true, appmetrics-1-istio-secure"})
  void tellsOfASlotThatAnotherJobGoesBy(boolean mutualTls, String job) {
    String curious =
        """
        scrape_configs:
        - job_name: curious
          kubernetes_sd_configs: [{role: pod}]
          scheme: %s
          tls_config: {cert_file: /c, key_file: /k}
          relabel_configs:
          - {source_labels: [__meta_kubernetes_pod_annotation_appmetrics_io_port_1], action: keep, regex: 8080}
        """
            .formatted(mutualTls ? "https" : "http");
    WorkloadPlan plan =
        WorkloadPlan.of(
            List.of(claim("shop", 0, endpoint(8080))),
            BARE,
            port -> mutualTls ? Access.MUTUAL_TLS : Access.PLAIN,
            8,
            foresight(curious, "3.16.0", pod(BARE)));

    assertThat(told(plan, endpoint(8080))).isEqualTo("Slot 1");
    assertThat(hows(plan, endpoint(8080)))
        .containsExactly(
            "job curious takes it by rule 1 (keep"
                + " __meta_kubernetes_pod_annotation_appmetrics_io_port_1 =~ \"8080\")",
            "job " + job + " takes it by the operator's annotation appmetrics.io/port-1");
  }

  /** A pod of two containers has two discovered targets, and both come to the annotated port. */
  @Test
  void tellsOfOneJobThatScrapesAnEndpointTwice() {
    String perContainer =
        """
        scrape_configs:
        - job_name: pods
          kubernetes_sd_configs: [{role: pod}]
          relabel_configs:
          - {source_labels: [__meta_kubernetes_pod_annotation_prometheus_io_scrape], action: keep, regex: true}
          - source_labels: [__meta_kubernetes_pod_ip, __meta_kubernetes_pod_annotation_prometheus_io_port]
            regex: (.+);(.+)
            replacement: $1:$2
            target_label: __address__
          - {source_labels: [__meta_kubernetes_pod_container_name], target_label: container}
        """;
    Pod one = pod(ANNOTATED);
    List<Pod.Container> containers = new ArrayList<>(one.containers());
    containers.add(new Pod.Container("cache", "cache:1", "", List.of()));
    Pod two =
        new Pod(
            one.namespace(),
            one.name(),
            one.uid(),
            one.ip(),
            one.hostIp(),
            one.nodeName(),
            one.phase(),
            one.ready(),
            one.labels(),
            one.annotations(),
            one.controller(),
            containers,
            List.of());
    WorkloadPlan plan =
        WorkloadPlan.of(
            List.of(claim("shop", 0, endpoint(8080))),
            ANNOTATED,
            port -> Access.PLAIN,
            8,
            foresight(perContainer, "3.16.0", two));

    assertThat(told(plan, endpoint(8080))).isEqualTo("Adopted pods HTTP:8080/metrics");
    String rule =
        "job pods takes it by rule 1 (keep __meta_kubernetes_pod_annotation_prometheus_io_scrape =~"
            + " \"true\"), with container=\"%s\"";
    assertThat(hows(plan, endpoint(8080)))
        .containsExactly(rule.formatted("cart"), rule.formatted("cache"));

    WorkloadPlan once =
        WorkloadPlan.of(
            List.of(claim("shop", 0, endpoint(8080))),
            ANNOTATED,
            port -> Access.PLAIN,
            8,
            foresight(perContainer, "3.16.0", one));
    assertThat(once.doubles()).isEmpty();
  }

  /** A rule may go by a hash and by a label: what is not let in by the label is nobody's share. */
  @ParameterizedTest
  @CsvSource({"yes, Adopted opt HTTP:8080/metrics", "no, Slot 1"})
  void aShareOfThoseThatOptInIsNotForOthers(String scrape, String route) {
    String optIn =
        """
        scrape_configs:
        - job_name: opt
          kubernetes_sd_configs: [{role: pod}]
          relabel_configs:
          - {source_labels: [__address__], action: hashmod, modulus: 2, target_label: __tmp_hash}
          - {source_labels: [__tmp_hash, __meta_kubernetes_pod_annotation_scrape], action: keep, regex: "0;yes"}
        """;
    Map<String, String> template = Map.of("scrape", scrape);
    WorkloadPlan plan =
        WorkloadPlan.of(
            List.of(claim("shop", 0, endpoint(8080))),
            template,
            port -> Access.PLAIN,
            8,
            foresight(optIn, "3.16.0", pod(template)));
    assertThat(told(plan, endpoint(8080))).isEqualTo(route);
  }

  /** Go's encoding of a query is not Java's. */
  @Test
  void findsTheJobOfTheVeryParameters() {
    String parameters =
        """
        scrape_configs:
        - job_name: own
          params: {"match[]": ["a*b~c d"]}
          kubernetes_sd_configs: [{role: pod}]
        """;
    Endpoint endpoint =
        endpoint(8080, "/metrics", PortScheme.AUTO, null, null, Map.of("match[]", "a*b~c d"));
    WorkloadPlan plan =
        WorkloadPlan.of(
            List.of(claim("shop", 0, endpoint)),
            BARE,
            port -> Access.PLAIN,
            8,
            foresight(parameters, "3.16.0", pod(BARE)));
    assertThat(told(plan, endpoint)).isEqualTo("Adopted own HTTP:8080/metrics");
  }
}
