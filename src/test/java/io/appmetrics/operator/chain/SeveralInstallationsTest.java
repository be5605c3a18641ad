package io.appmetrics.operator.chain;

import static io.appmetrics.operator.chain.Seen.NOW;
import static io.appmetrics.operator.chain.Seen.port;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.appmetrics.operator.api.AppMetricsStatus;
import io.appmetrics.operator.api.Condition;
import io.appmetrics.operator.api.EndpointStatus;
import io.appmetrics.operator.prometheus.ActiveTarget;
import io.appmetrics.operator.prometheus.Arrivals;
import io.appmetrics.operator.prometheus.ConfigFacts;
import io.appmetrics.operator.prometheus.ReplicaFacts;
import io.appmetrics.operator.prometheus.ScrapeFacts;
import io.appmetrics.operator.prometheus.TargetHealth;
import io.appmetrics.operator.prometheus.WorkloadRef;
import io.appmetrics.operator.scrapeconfig.PrometheusVersion;
import io.appmetrics.operator.scrapeconfig.ScrapeBlock;
import io.appmetrics.operator.scrapeconfig.SlotJobs;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
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
        seen.ready(),
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

  private static Observation federating(Seen mesh, Seen standalone, Arrivals arrivals) {
    return federating(mesh, standalone, arrivals, Map.of());
  }

  private static Observation federating(
      Seen mesh, Seen standalone, Arrivals arrivals, Map<String, List<ActiveTarget>> targets) {
    Observation seen = observation(mesh, standalone);
    ScrapeFacts facts = Objects.requireNonNull(standalone.observation().sights().get(0).facts());
    List<ReplicaFacts> replicas =
        facts.replicas().stream()
            .map(
                r ->
                    new ReplicaFacts(
                        "monitoring/prometheus-1",
                        r.reachable(),
                        r.answered(),
                        r.problem(),
                        SlotJobs.federate(),
                        r.model(),
                        null,
                        Set.of(),
                        targets,
                        null,
                        false,
                        arrivals))
            .toList();
    return new Observation(
        seen.namespace(),
        seen.name(),
        seen.suspended(),
        seen.ready(),
        seen.targets(),
        List.of(
            new Sight(
                new WorkloadRef("monitoring", "prometheus"),
                new ScrapeFacts(
                    facts.installation(),
                    new ConfigFacts(
                        standalone.config, "there", "there", SlotJobs.federate(), "0ddba11"),
                    facts.certificates(),
                    replicas,
                    Set.of(),
                    Set.of(),
                    facts.scrapeInterval()),
                new WorkloadRef("istio-system", "prometheus")),
            seen.sights().get(0)),
        seen.slotLimit(),
        seen.now());
  }

  /** The other may have been looked at first, and have pods that are not new. */
  @Test
  void oneThatPullsAndWasNotLookedAtYetIsUnknown() {
    Observation seen = bothWell(Arrivals.NONE);
    Sight pulls = seen.sights().get(0);
    Observation first =
        new Observation(
            seen.namespace(),
            seen.name(),
            seen.suspended(),
            true,
            seen.targets(),
            List.of(new Sight(pulls.installation(), null, pulls.federates()), seen.sights().get(1)),
            seen.slotLimit(),
            seen.now());
    Chain chain = Chain.of(first, Plan.of(first), Seen.well().outcomes);
    assertThat(chain.ready()).isFalse();
  }

  private static Observation bothWell(Arrivals arrivals) {
    return bothWell(arrivals, Map.of());
  }

  private static Observation bothWell(Arrivals arrivals, Map<String, List<ActiveTarget>> targets) {
    return federating(
        withJobs(SeveralInstallationsTest::well),
        withJobs(SeveralInstallationsTest::well),
        arrivals,
        targets);
  }

  /** The model of a Prometheus that has our slot jobs. */
  private static Seen withJobs(Consumer<Seen> otherwise) {
    return Seen.but(
        seen -> {
          otherwise.accept(seen);
          seen.model =
              Seen.model(
                  "scrape_configs:\n"
                      + ScrapeBlock.render(
                              SlotJobs.named(List.of("appmetrics-1")),
                              PrometheusVersion.parse("3.16.0"),
                              null)
                          .items(),
                  "3.16.0");
        });
  }

  private static final Arrivals ARRIVED =
      new Arrivals(
          Set.of("kubernetes-pods"),
          Set.of(Map.of("job", "kubernetes-pods", "instance", "10.0.0.1:8080")));

  private static final Arrivals NOTHING = new Arrivals(Set.of("kubernetes-pods"), Set.of());

  private static Chain chain(Observation seen) {
    return Chain.of(seen, Plan.of(seen), Map.of());
  }

  @Test
  void whatIsPulledIsReadyWhenItHasCome() {
    Observation seen = bothWell(ARRIVED);
    Plan plan = Plan.of(seen);

    assertThat(plan.shares().get(0).demand()).isEqualTo(SlotJobs.federate());
    assertThat(plan.shares().get(0).federated())
        .isEqualTo(Map.of("kubernetes-pods", Duration.ofSeconds(15)));
    assertThat(plan.shares().get(1).demand().names()).containsExactly("appmetrics-1");
    assertThat(chain(seen).broken()).isEmpty();
    assertThat(plan.isHeard()).isTrue();
  }

  @Test
  void whatHasNotComeIsTold() {
    Finding finding = chain(bothWell(NOTHING)).broken().orElseThrow().getValue();

    assertThat(finding.why()).contains(Reason.NOT_FEDERATED);
    assertThat(finding.message())
        .isEqualTo(
            "Deployment monitoring/prometheus: Deployment cart :8080/metrics of pod cart-1 has not"
                + " come from Deployment istio-system/prometheus to Prometheus pod"
                + " monitoring/prometheus-1 yet: it does with one of the next scrapes of job"
                + " appmetrics-federate, once it is scraped there; if it does not, see whether the"
                + " ServiceAccount of that pod may list the pods of namespace istio-system");
  }

  /** Prometheus shows what came last for minutes. */
  @Test
  void aPullThatFailsNowSaysMoreThanWhatHasCome() {
    ActiveTarget pull =
        new ActiveTarget(
            "appmetrics-federate",
            "istio-system",
            "prometheus-1",
            "uid-of-prometheus-1",
            "http://10.0.0.9:9090/federate",
            TargetHealth.DOWN,
            "Get \"http://10.0.0.9:9090/federate\": EOF",
            NOW.minusSeconds(3));
    Finding finding =
        chain(bothWell(ARRIVED, Map.of("uid-of-prometheus-1", List.of(pull))))
            .broken()
            .orElseThrow()
            .getValue();

    assertThat(finding.why()).contains(Reason.NOT_FEDERATED);
    assertThat(finding.message())
        .isEqualTo(
            "Deployment monitoring/prometheus: Deployment cart :8080/metrics of pod cart-1 does not"
                + " come from Deployment istio-system/prometheus to Prometheus pod"
                + " monitoring/prometheus-1, whose job appmetrics-federate fails: see whether a"
                + " NetworkPolicy, or mutual TLS that the mesh demands, keeps it from there"
                + " (Prometheus: Get \"http://10.0.0.9:9090/federate\": EOF)");
  }

  /** Nothing can come that is not scraped: that is what explains it, whoever is named first. */
  @Test
  void whatIsNotScrapedExplainsWhatHasNotCome() {
    Chain chain =
        chain(
            federating(
                withJobs(SeveralInstallationsTest::down),
                withJobs(SeveralInstallationsTest::well),
                NOTHING));

    assertThat(chain.broken().orElseThrow().getValue().why()).contains(Reason.CONNECTION_REFUSED);
    assertThat(chain.broken().orElseThrow().getValue().message()).startsWith(MESH);
  }

  /** A start asks for nothing yet: what the status says stays. */
  @Test
  void whatNobodyHasAskedForSaysNothing() {
    assertThat(Plan.of(bothWell(Arrivals.NONE)).isHeard()).isFalse();
  }

  /** The name of the job does not tell what it pulls. */
  @Test
  void aTextThatIsBeingWrittenIsNotWritten() {
    Seen standalone = withJobs(SeveralInstallationsTest::well);
    standalone.config = ConfigFacts.State.PENDING;

    assertThat(
            chain(federating(withJobs(SeveralInstallationsTest::well), standalone, ARRIVED))
                .broken()
                .orElseThrow()
                .getKey())
        .isEqualTo(Link.CONFIG_WRITTEN);
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
