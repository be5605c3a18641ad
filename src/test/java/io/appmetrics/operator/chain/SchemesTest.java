package io.appmetrics.operator.chain;

import static io.appmetrics.operator.chain.Seen.port;
import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.api.Port;
import io.appmetrics.operator.api.PortScheme;
import io.appmetrics.operator.chain.Seen.PodSeen;
import io.appmetrics.operator.mesh.AlphaPolicy;
import io.appmetrics.operator.mesh.InboundCapture;
import io.appmetrics.operator.mesh.MutualTls;
import io.appmetrics.operator.mesh.ProxyRelease;
import io.appmetrics.operator.relabel.IstioConfig;
import io.appmetrics.operator.route.Route;
import io.appmetrics.operator.route.Scheme;
import io.appmetrics.operator.route.Slot;
import io.appmetrics.operator.scrapeconfig.SlotJobs;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The scheme follows the policy for each port of each pod. */
class SchemesTest {
  private static final Map<String, String> CART = Map.of("app", "cart");

  private static TargetPlan target(Seen seen) {
    return seen.plan().targets().get(0);
  }

  private static List<Scheme> ofTemplate(Seen seen) {
    return target(seen).workload().slots().stream().map(Slot::scheme).toList();
  }

  private static SlotJobs jobs(Set<Integer> plain, Set<Integer> mutual) {
    return new SlotJobs(new TreeSet<>(plain), new TreeSet<>(mutual));
  }

  /** STRICT but for port 8080, as people do for metrics. */
  private static Seen exempting(Seen seen) {
    return seen.policy("cart", CART, MutualTls.STRICT, Map.of(8080, MutualTls.PERMISSIVE));
  }

  @Test
  void twoPortsOfOneWorkloadMayDiffer() {
    Seen seen = exempting(Seen.well().ports(port(8080), port(9000)));

    assertThat(ofTemplate(seen)).containsExactly(Scheme.HTTP, Scheme.ISTIO_MUTUAL);
    assertThat(seen.share().demand()).isEqualTo(jobs(Set.of(1, 2), Set.of(2)));
    assertThat(seen.chain().ready()).isTrue();
  }

  @Test
  void whatIsDeclaredStays() {
    Seen seen =
        exempting(
            Seen.well().ports(port(8080, PortScheme.ISTIO_MUTUAL), port(9000, PortScheme.HTTP)));
    assertThat(ofTemplate(seen)).containsExactly(Scheme.ISTIO_MUTUAL, Scheme.HTTP);
  }

  @Test
  void tlsOfTheAppsOwnIsPossibleAtAnExemptPort() {
    Seen seen = exempting(Seen.well().ports(port(8080, PortScheme.HTTPS)));
    assertThat(seen.chain().ready()).isTrue();

    Finding strict =
        exempting(Seen.well().ports(port(9000, PortScheme.HTTPS)))
            .chain()
            .broken()
            .orElseThrow()
            .getValue();
    assertThat(strict.why()).contains(Reason.SCHEME_IMPOSSIBLE);
    assertThat(strict.message()).contains("but PeerAuthentication shop/cart demands mutual TLS");
  }

  @Test
  void aPortThatTheSidecarDoesNotCaptureIsPlain() {
    Seen seen = Seen.well().ports(port(8080), port(9000)).strict();
    seen.pod().capture = new InboundCapture(true, new TreeSet<>(Set.of(8080)));
    assertThat(ofTemplate(seen)).containsExactly(Scheme.HTTP, Scheme.ISTIO_MUTUAL);
  }

  /** In a rollout that changes labels; the template decides on what comes. */
  @Test
  void eachPodIsUnderThePolicyOfItsOwnLabels() {
    PodSeen old = new PodSeen("cart-1").labelled("version", "v1");
    PodSeen young = new PodSeen("cart-2").labelled("version", "v2");
    Seen seen =
        Seen.but(s -> s.labels = Map.of("app", "cart", "version", "v2"))
            .pods(old, young)
            .policy("v2", Map.of("version", "v2"), MutualTls.STRICT, Map.of());

    TargetPlan plan = target(seen);
    assertThat(ofTemplate(seen)).containsExactly(Scheme.ISTIO_MUTUAL);
    assertThat(plan.seen().pods())
        .extracting(plan::liveSchemes)
        .containsExactly(
            new TreeMap<>(Map.of("appmetrics.io/live-scheme-1", "http")), new TreeMap<>());
    assertThat(seen.share().demand()).isEqualTo(jobs(Set.of(1), Set.of(1)));
  }

  /** At night: else the job would go and come back, and everybody's configuration with it. */
  @Test
  void whileThereIsNoPodTheTemplatesLabelsDecideOnTheJobs() {
    Seen asleep =
        Seen.well()
            .ports(port(8080), port(9000))
            .policy("cart", CART, MutualTls.STRICT, Map.of(8080, MutualTls.DISABLE))
            .pods();
    assertThat(asleep.share().demand()).isEqualTo(jobs(Set.of(1, 2), Set.of(2)));
  }

  /** Whether ztunnel lets Prometheus in is its business; what it hands on is plaintext. */
  @Test
  void ambientIsPlainAndAPrometheusOfTheMeshGetsIn() {
    Seen seen = Seen.well().ambientStrict();
    seen.replica().ambient = true;
    seen.replica().scrapes.clear();
    assertThat(ofTemplate(seen)).containsExactly(Scheme.HTTP);
    assertThat(seen.share().demand()).isEqualTo(jobs(Set.of(1), Set.of()));
    assertThat(seen.chain().ready()).isTrue();
  }

  /** What fails for another reason is told as that. */
  @Test
  void aPrometheusOfTheMeshIsNotRefusedByIt() {
    Seen seen = Seen.well().ambientStrict();
    seen.replica().ambient = true;
    assertThat(seen.chain().broken().orElseThrow().getKey()).isEqualTo(Link.TARGETS_UP);
  }

  @Test
  void anExemptPortInAmbientIsOpenToAll() {
    Seen seen =
        Seen.well()
            .ambientStrict()
            .policy("cart", CART, MutualTls.UNSET, Map.of(8080, MutualTls.PERMISSIVE));
    seen.pod().sidecar = false;
    assertThat(seen.chain().broken().orElseThrow().getKey()).isEqualTo(Link.TARGETS_UP);
  }

  /** Ready means scraped: who is let in all the same is not said to be refused. */
  @Test
  void whatIsScrapedIsNotRefused() {
    Seen seen = Seen.well().ambientStrict();
    seen.replica().scrapes.clear();
    assertThat(seen.chain().ready()).isTrue();
  }

  /** Istio 1.0, PERMISSIVE by a MeshPolicy; its user has annotated the pods, or has not. */
  private static Seen permissiveIn10(boolean annotated, Port port) {
    Map<String, String> own = new TreeMap<>(Map.of("sidecar.istio.io/status", "{}"));
    if (annotated) {
      own.putAll(Map.of("prometheus.io/scrape", "true", "prometheus.io/port", "8080"));
    }
    Seen seen = Seen.well().ports(port);
    seen.model = Seen.model(IstioConfig.ISTIO_1_0.text(), "2.5.0");
    seen.own = own;
    seen.pod().sidecar = true;
    seen.pod().proxy = ProxyRelease.ofImage("docker.io/istio/proxyv2:1.0.5");
    seen.alphaPolicies.add(
        new AlphaPolicy(null, "default", Seen.NOW, MutualTls.PERMISSIVE, List.of()));
    return seen;
  }

  @ParameterizedTest
  @CsvSource({"true, ADOPTED", "false, ANNOTATION_SECURE"})
  void permissiveInIstio10IsServedByItsSecureJob(boolean annotated, Route.Kind kind) {
    Seen seen = permissiveIn10(annotated, port(8080));
    assertThat(target(seen).workload().routes().values())
        .singleElement()
        .extracting("kind", "scheme")
        .containsExactly(kind, Scheme.ISTIO_MUTUAL);
    assertThat(seen.share().demand()).as("no job of ours").isEqualTo(SlotJobs.none());
    assertThat(seen.chain().ready()).isTrue();
    assertThat(target(seen).terms(8080).orElseThrow().why())
        .isEqualTo("MeshPolicy default is PERMISSIVE, which in Istio 1.0 takes mutual TLS, too");

    seen.replica().poolsMissing.add("kubernetes-pods-istio-secure");
    assertThat(seen.chain().broken().orElseThrow().getKey())
        .as("it needs the certificates as under STRICT")
        .isEqualTo(Link.CERTIFICATES_LOADED);
  }

  @Test
  void permissiveInIstio10TakesTheAppsOwnTlsForTheMeshs() {
    Finding finding =
        permissiveIn10(false, port(8080, PortScheme.HTTPS))
            .chain()
            .broken()
            .orElseThrow()
            .getValue();
    assertThat(finding.why()).contains(Reason.SCHEME_IMPOSSIBLE);
    assertThat(finding.message())
        .contains(
            "but MeshPolicy default is PERMISSIVE, and Istio 1.0 then takes all TLS for the mesh's,"
                + " and Prometheus cannot speak TLS inside TLS");
  }

  @Test
  void theStatusSaysWhatDecided() {
    Seen seen = exempting(Seen.well().ports(port(8080), port(9000)));
    TargetPlan plan = target(seen);
    assertThat(List.of(8080, 9000))
        .extracting(number -> plan.terms(number).orElseThrow().why())
        .containsExactly(
            "port 8080 of PeerAuthentication shop/cart is PERMISSIVE",
            "PeerAuthentication shop/cart is STRICT");
  }
}
