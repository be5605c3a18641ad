package io.appmetrics.operator.chain;

import static io.appmetrics.operator.chain.Seen.NOW;
import static io.appmetrics.operator.chain.Seen.port;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.appmetrics.operator.api.AppMetricsStatus;
import io.appmetrics.operator.api.Condition;
import io.appmetrics.operator.api.EndpointStatus;
import io.appmetrics.operator.prometheus.ConfigFacts;
import io.appmetrics.operator.prometheus.WorkloadRef;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Ready speaks for every installation, and what is wrong in one does not hide the other. */
class SeveralInstallationsTest {
  private static final String MESH = "Deployment istio-system/prometheus: ";
  private static final String STANDALONE = "Deployment monitoring/prometheus: ";
  private static final String ERROR = "dial tcp 10.0.0.1:8080: connect: connection refused";

  private static Observation observation(Seen mesh, Seen standalone) {
    Observation seen = mesh.observation();
    return new Observation(
        seen.namespace(),
        seen.name(),
        seen.suspended(),
        seen.targets(),
        List.of(
            seen.sights().get(0),
            new Sight(
                new WorkloadRef("monitoring", "prometheus"),
                standalone.observation().sights().get(0).facts())),
        seen.slotLimit(),
        seen.now());
  }

  private static AppMetricsStatus status(Seen mesh, Seen standalone) {
    Observation seen = observation(mesh, standalone);
    Plan plan = Plan.of(seen);
    return StatusReport.of(
        null,
        1,
        Chain.of(seen, plan, mesh.outcomes),
        plan,
        mesh.outcomes,
        NOW,
        Duration.ofMinutes(10));
  }

  private static List<String> told(AppMetricsStatus status) {
    return Objects.requireNonNull(status.conditions()).stream()
        .filter(c -> !List.of("Reconciling", "Stalled").contains(c.type()))
        .map(c -> c.type() + " " + c.status() + " " + c.reason())
        .toList();
  }

  private static String message(AppMetricsStatus status, String type) {
    return Objects.requireNonNull(status.conditions()).stream()
        .filter(c -> c.type().equals(type))
        .findFirst()
        .map(Condition::message)
        .orElseThrow();
  }

  private record Row(
      String what,
      Consumer<Seen> mesh,
      Consumer<Seen> standalone,
      List<String> conditions,
      String ready) {
    @Override
    public String toString() {
      return what;
    }
  }

  private static void well(Seen seen) {}

  private static void down(Seen seen) {
    seen.replica().down("cart-1", ERROR);
  }

  private static void silent(Seen seen) {
    seen.replica().reachable = false;
    seen.replica().problem = "timed out";
  }

  private static void missing(Seen seen) {
    seen.replicas.clear();
    seen.config(ConfigFacts.State.INSTALLATION_NOT_FOUND, "It does not exist");
  }

  static Stream<Row> rows() {
    return Stream.of(
        new Row(
            "all is well in both",
            SeveralInstallationsTest::well,
            SeveralInstallationsTest::well,
            List.of(
                "Ready True Verified",
                "Accepted True Verified",
                "TargetsFound True Verified",
                "Annotated True Verified",
                "ConfigWritten True Verified",
                "ConfigLoaded True Verified",
                "CertificatesLoaded True Verified",
                "TargetsUp True Verified"),
            "The endpoint is scraped on every pod"),
        new Row(
            "the second does not get at it",
            SeveralInstallationsTest::well,
            SeveralInstallationsTest::down,
            List.of(
                "Ready False ConnectionRefused",
                "Accepted True Verified",
                "TargetsFound True Verified",
                "Annotated True Verified",
                "ConfigWritten True Verified",
                "ConfigLoaded True Verified",
                "CertificatesLoaded True Verified",
                "TargetsUp False ConnectionRefused"),
            STANDALONE + "Deployment cart :8080/metrics of pod cart-1: "),
        new Row(
            "nobody can tell of the first, and the second is known to be broken",
            SeveralInstallationsTest::silent,
            SeveralInstallationsTest::down,
            List.of(
                "Ready False ConnectionRefused",
                "Accepted True Verified",
                "TargetsFound True Verified",
                "Annotated True Verified",
                "ConfigWritten True Verified",
                "ConfigLoaded Unknown PrometheusUnreachable",
                "CertificatesLoaded Unknown NotChecked",
                "TargetsUp False ConnectionRefused"),
            STANDALONE + "Deployment cart :8080/metrics of pod cart-1: "),
        new Row(
            "nobody can tell of the first, and the second is well",
            SeveralInstallationsTest::silent,
            SeveralInstallationsTest::well,
            List.of(
                "Ready Unknown PrometheusUnreachable",
                "Accepted True Verified",
                "TargetsFound True Verified",
                "Annotated True Verified",
                "ConfigWritten True Verified",
                "ConfigLoaded Unknown PrometheusUnreachable",
                "CertificatesLoaded Unknown NotChecked",
                "TargetsUp Unknown NotChecked"),
            MESH + "Prometheus pod istio-system/prometheus-1 does not answer: timed out"),
        new Row(
            "the second does not exist, and the first does not get at it",
            SeveralInstallationsTest::down,
            SeveralInstallationsTest::missing,
            List.of(
                "Ready False InstallationNotFound",
                "Accepted True Verified",
                "TargetsFound True Verified",
                "Annotated True Verified",
                "ConfigWritten False InstallationNotFound",
                "ConfigLoaded Unknown NotChecked",
                "CertificatesLoaded Unknown NotChecked",
                "TargetsUp False ConnectionRefused"),
            STANDALONE + "It does not exist"),
        new Row(
            "what is no matter of any installation names none",
            seen -> seen.pod().notReady(),
            seen -> seen.pod().notReady(),
            List.of(
                "Ready False NoReadyPods",
                "Accepted True Verified",
                "TargetsFound False NoReadyPods",
                "Annotated Unknown NotChecked",
                "ConfigWritten Unknown NotChecked",
                "ConfigLoaded Unknown NotChecked",
                "CertificatesLoaded Unknown NotChecked",
                "TargetsUp Unknown NotChecked"),
            "None of the 1 pods of Deployment cart is ready"));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void readyIsOfAll(Row row) {
    AppMetricsStatus status = status(Seen.but(row.mesh()), Seen.but(row.standalone()));

    assertThat(told(status)).containsExactlyElementsOf(row.conditions());
    assertThat(message(status, "Ready")).startsWith(row.ready());
  }

  @Test
  void bothTroublesAreTold() {
    assertThat(
            message(
                status(
                    Seen.but(SeveralInstallationsTest::silent),
                    Seen.but(SeveralInstallationsTest::silent)),
                "ConfigLoaded"))
        .startsWith("Prometheus pod istio-system/prometheus-1 does not answer: timed out");
    Seen other = Seen.but(SeveralInstallationsTest::silent);
    other.replica().problem = "refused";
    assertThat(message(status(Seen.but(SeveralInstallationsTest::silent), other), "Ready"))
        .startsWith(MESH + "Prometheus pod istio-system/prometheus-1 does not answer: timed out")
        .contains(
            "; "
                + STANDALONE
                + "Prometheus pod istio-system/prometheus-1 does not answer: refused");
  }

  @Test
  void whatAwaitsTheFirstSaysSo() {
    assertThat(
            message(
                status(
                    Seen.but(SeveralInstallationsTest::silent),
                    Seen.but(SeveralInstallationsTest::down)),
                "CertificatesLoaded"))
        .isEqualTo("Waits for ConfigLoaded");
  }

  /** An endpoint counts once, and is scraped when all have it; each has an entry of its own. */
  @Test
  void endpointsAreListedForEach() {
    Seen mesh = Seen.well().ports(port(8080));
    AppMetricsStatus status = status(mesh, Seen.but(SeveralInstallationsTest::down));

    assertThat(status.summary()).isEqualTo("0/1");
    assertThat(Objects.requireNonNull(status.targets()).get(0).scraped()).isZero();
    assertThat(status.endpoints())
        .extracting(EndpointStatus::installation, EndpointStatus::up, EndpointStatus::firstError)
        .containsExactly(
            tuple("monitoring/prometheus", 0, ERROR), tuple("istio-system/prometheus", 1, null));
    assertThat(status(mesh, Seen.well()).summary()).isEqualTo("1/1");
  }

  /** Until each was looked at once, nothing is decided for any. */
  @Test
  void theFirstLookIsAwaited() {
    Observation seen = observation(Seen.well(), Seen.but(s -> s.looked = false));
    Plan plan = Plan.of(seen);

    assertThat(plan.isHeard()).isFalse();
    Chain chain = Chain.of(seen, plan, Seen.well().outcomes);
    assertThat(chain.broken().orElseThrow().getKey()).isEqualTo(Link.CONFIG_WRITTEN);
    assertThat(chain.broken().orElseThrow().getValue().message())
        .isEqualTo(STANDALONE + "The operator has just started, and has not asked Prometheus yet");
  }
}
