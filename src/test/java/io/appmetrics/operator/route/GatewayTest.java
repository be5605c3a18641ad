package io.appmetrics.operator.route;

import static io.appmetrics.operator.route.Declared.claim;
import static io.appmetrics.operator.route.Declared.endpoint;
import static io.appmetrics.operator.route.Declared.foresight;
import static io.appmetrics.operator.route.Declared.pod;
import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.mesh.Terms.Access;
import io.appmetrics.operator.relabel.IstioConfig;
import io.appmetrics.operator.relabel.Pod;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How Istio's gateways are scraped: Envoy is the app there, and its agent's ports are declared. */
class GatewayTest {
  private static final String STATS = "/stats/prometheus";

  private static WorkloadPlan plan(
      Map<String, String> template, Map<String, String> annotations, int port) {
    Pod bare = pod(annotations);
    Pod gateway =
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
            annotations,
            bare.controller(),
            List.of(
                new Pod.Container(
                    "istio-proxy",
                    "docker.io/istio/proxyv2:1.30.2",
                    "",
                    List.of(new Pod.Port(15090, "http-envoy-prom", "TCP")))),
            List.of());
    return WorkloadPlan.of(
        List.of(claim("shop", 0, endpoint(port, STATS))),
        template,
        unused -> Access.PLAIN,
        8,
        foresight(IstioConfig.MODERN.text(), "3.16.0", gateway));
  }

  private static Route.ByUserJob route(WorkloadPlan plan, int port) {
    return (Route.ByUserJob) Objects.requireNonNull(plan.routes().get(endpoint(port, STATS).key()));
  }

  /** As every chart of Istio's since 1.7 has it. */
  @Test
  void isLeftAsItIsWhereItsChartHasAnnotatedIt() {
    Map<String, String> charts =
        Map.of(
            "prometheus.io/scrape", "true",
            "prometheus.io/port", "15020",
            "prometheus.io/path", STATS);

    WorkloadPlan plan = plan(charts, charts, 15020);

    assertThat(route(plan, 15020).kind()).isEqualTo(Route.Kind.ADOPTED);
    assertThat(plan.templateAnnotations()).isEmpty();
  }

  /**
   * Its own annotations look like those of an injector that merges, which would write them anyway:
   * taken for that they would be taken away, and written again, one rollout after the other.
   */
  @ParameterizedTest
  @CsvSource({"15020", "15090"})
  void keepsTheAnnotationsThatWereWrittenForIt(int port) {
    WorkloadPlan first = plan(Map.of(), Map.of(), port);
    SortedMap<String, String> written = first.templateAnnotations();

    assertThat(route(first, port).kind()).isEqualTo(Route.Kind.ANNOTATION);
    assertThat(written)
        .containsEntry("prometheus.io/port", Integer.toString(port))
        .containsEntry("prometheus.io/path", STATS);

    WorkloadPlan rolledOut = plan(written, written, port);

    assertThat(route(rolledOut, port).kind()).isEqualTo(Route.Kind.ANNOTATION);
    assertThat(rolledOut.templateAnnotations()).isEqualTo(written);
  }
}
