package io.appmetrics.operator.chain;

import static io.appmetrics.operator.chain.Seen.NOW;
import static io.appmetrics.operator.chain.Seen.port;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.appmetrics.operator.api.AppMetricsStatus;
import io.appmetrics.operator.api.Condition;
import io.appmetrics.operator.api.EndpointStatus;
import io.appmetrics.operator.api.Port;
import io.appmetrics.operator.api.PortScheme;
import io.appmetrics.operator.api.Target;
import io.appmetrics.operator.api.TargetKind;
import io.appmetrics.operator.api.TargetStatus;
import io.appmetrics.operator.chain.Seen.PodSeen;
import io.appmetrics.operator.prometheus.ActiveTarget;
import io.appmetrics.operator.prometheus.ErrorWords;
import io.appmetrics.operator.prometheus.TargetHealth;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The status that a chain becomes, as kstatus and people read it. */
class StatusReportTest {
  private static final Duration DEADLINE = Duration.ofMinutes(10);
  private static final long GENERATION = 3;

  private static AppMetricsStatus report(@Nullable AppMetricsStatus before, Seen seen) {
    Observation observation = seen.observation();
    Plan plan = Plan.of(observation);
    Chain chain = Chain.of(observation, plan, seen.outcomes);
    return StatusReport.of(before, GENERATION, chain, plan, seen.outcomes, seen.now, DEADLINE);
  }

  private static AppMetricsStatus at(Duration later, @Nullable AppMetricsStatus before, Seen seen) {
    seen.now = NOW.plus(later);
    return report(before, seen);
  }

  /** As kubectl describe would show it. */
  private static String rendered(AppMetricsStatus status) {
    return conditions(status).stream()
        .map(c -> "%s %s %s: %s%n".formatted(c.type(), c.status(), c.reason(), c.message()))
        .collect(Collectors.joining());
  }

  private static List<Condition> conditions(AppMetricsStatus status) {
    return Objects.requireNonNull(status.conditions());
  }

  private static Optional<Condition> find(AppMetricsStatus status, String type) {
    return conditions(status).stream().filter(c -> c.type().equals(type)).findFirst();
  }

  private static Condition condition(AppMetricsStatus status, String type) {
    return find(status, type).orElseThrow();
  }

  private static Seen refusedOn5000() {
    Seen seen = Seen.well().ports(port(5000));
    seen.replica().down("cart-1", "connect: connection refused");
    return seen;
  }

  @Test
  void tellsAChainThatHolds() {
    assertThat(rendered(report(null, Seen.well())))
        .isEqualTo(
            """
            Ready True Verified: The endpoint is scraped on every pod
            Accepted True Verified: The declaration can work
            TargetsFound True Verified: 1 pod is ready
            Annotated True Verified: Every ready pod carries its annotations
            ConfigWritten True Verified: The jobs appmetrics-1 stand in ConfigMap istio-system/prometheus (key prometheus.yml)
            ConfigLoaded True Verified: Every Prometheus replica runs the jobs
            CertificatesLoaded True Verified: No endpoint needs the mesh's certificates
            TargetsUp True Verified: The endpoint is scraped on every pod
            """);
  }

  @Test
  void tellsAPendingReason() {
    Seen seen = Seen.well().strict();
    seen.replica().poolsMissing.add("appmetrics-1-istio-secure");

    assertThat(rendered(report(null, seen)))
        .isEqualTo(
            """
            Ready False ScrapePoolMissing: Prometheus pod istio-system/prometheus-1 has no scrape pool for job appmetrics-1-istio-secure, though it could: it has just started or loaded them, or the operator nudges the pod, and does more where that does not help. Secret istio-system/istio.prometheus has the certificates
            Reconciling True ScrapePoolMissing: Prometheus pod istio-system/prometheus-1 has no scrape pool for job appmetrics-1-istio-secure, though it could: it has just started or loaded them, or the operator nudges the pod, and does more where that does not help. Secret istio-system/istio.prometheus has the certificates
            Accepted True Verified: The declaration can work
            TargetsFound True Verified: 1 pod is ready
            Annotated True Verified: Every ready pod carries its annotations
            ConfigWritten True Verified: The jobs appmetrics-1, appmetrics-1-istio-secure stand in ConfigMap istio-system/prometheus (key prometheus.yml)
            ConfigLoaded True Verified: Every Prometheus replica runs the jobs
            CertificatesLoaded False ScrapePoolMissing: Prometheus pod istio-system/prometheus-1 has no scrape pool for job appmetrics-1-istio-secure, though it could: it has just started or loaded them, or the operator nudges the pod, and does more where that does not help. Secret istio-system/istio.prometheus has the certificates
            TargetsUp Unknown NotChecked: Waits for CertificatesLoaded
            """);
  }

  @Test
  void tellsAReasonThatNeedsAHuman() {
    assertThat(rendered(report(null, Seen.well().ports(port("metrics")))))
        .isEqualTo(
            """
            Ready False PortNotFound: No container of Deployment cart declares a port named metrics: give the port that name there, or declare its number; declared are: 8080 (http), 9000
            Stalled True PortNotFound: No container of Deployment cart declares a port named metrics: give the port that name there, or declare its number; declared are: 8080 (http), 9000
            Accepted True Verified: The declaration can work
            TargetsFound False PortNotFound: No container of Deployment cart declares a port named metrics: give the port that name there, or declare its number; declared are: 8080 (http), 9000
            Annotated Unknown NotChecked: Waits for TargetsFound
            ConfigWritten Unknown NotChecked: Waits for TargetsFound
            ConfigLoaded Unknown NotChecked: Waits for TargetsFound
            CertificatesLoaded Unknown NotChecked: Waits for TargetsFound
            TargetsUp Unknown NotChecked: Waits for TargetsFound
            """);
  }

  @Test
  void tellsIgnorance() {
    Seen seen = Seen.well();
    seen.replica().reachable = false;
    seen.replica().problem = "no answer within 5 s";

    assertThat(rendered(report(null, seen)))
        .isEqualTo(
            """
            Ready Unknown PrometheusUnreachable: Prometheus pod istio-system/prometheus-1 does not answer: no answer within 5 s; when it last did, 1 of 1 endpoints were scraped; see its log and events, and whether a NetworkPolicy keeps the operator from it; outside of the cluster the operator needs APPMETRICS_PROMETHEUS_URL
            Reconciling True PrometheusUnreachable: Prometheus pod istio-system/prometheus-1 does not answer: no answer within 5 s; when it last did, 1 of 1 endpoints were scraped; see its log and events, and whether a NetworkPolicy keeps the operator from it; outside of the cluster the operator needs APPMETRICS_PROMETHEUS_URL
            Accepted True Verified: The declaration can work
            TargetsFound True Verified: 1 pod is ready
            Annotated True Verified: Every ready pod carries its annotations
            ConfigWritten True Verified: The jobs appmetrics-1 stand in ConfigMap istio-system/prometheus (key prometheus.yml)
            ConfigLoaded Unknown PrometheusUnreachable: Prometheus pod istio-system/prometheus-1 does not answer: no answer within 5 s; when it last did, 1 of 1 endpoints were scraped; see its log and events, and whether a NetworkPolicy keeps the operator from it; outside of the cluster the operator needs APPMETRICS_PROMETHEUS_URL
            CertificatesLoaded Unknown NotChecked: Waits for ConfigLoaded
            TargetsUp Unknown NotChecked: Waits for ConfigLoaded
            """);
  }

  static List<ChainTest.Row> rows() {
    return ChainTest.rows().toList();
  }

  /** What kstatus makes of it: at most one of the two, and only while it is true. */
  @ParameterizedTest
  @MethodSource("rows")
  void isEitherReconcilingOrStalled(ChainTest.Row row) {
    AppMetricsStatus status = report(null, Seen.but(row.otherwise()));

    boolean human = row.reason().remedy() == Reason.Remedy.HUMAN;
    Condition doing = condition(status, human ? "Stalled" : "Reconciling");
    assertThat(doing.status()).isEqualTo("True");
    assertThat(doing.reason()).isEqualTo(row.reason().toString());
    assertThat(find(status, human ? "Reconciling" : "Stalled")).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("rows")
  void readyIsTheFirstLinkThatDoesNotHold(ChainTest.Row row) {
    AppMetricsStatus status = report(null, Seen.but(row.otherwise()));

    Condition ready = condition(status, "Ready");
    Condition link = condition(status, row.link().condition());
    assertThat(ready.status())
        .isEqualTo(link.status())
        .isEqualTo(row.reason().remedy() == Reason.Remedy.IGNORANCE ? "Unknown" : "False");
    assertThat(ready.reason()).isEqualTo(link.reason()).isEqualTo(row.reason().toString());
    assertThat(ready.message()).isEqualTo(link.message()).isEqualTo(row.message());
  }

  /** A condition that comes and goes cannot be waited for: every link is always there. */
  @ParameterizedTest
  @MethodSource("rows")
  void everyLinkIsThereAndThoseBehindAreUnknown(ChainTest.Row row) {
    AppMetricsStatus status = report(null, Seen.but(row.otherwise()));

    for (Link link : Link.values()) {
      Condition condition = condition(status, link.condition());
      if (link.compareTo(row.link()) < 0) {
        assertThat(condition.status()).isEqualTo("True");
        assertThat(condition.reason()).isEqualTo("Verified");
      } else if (link.compareTo(row.link()) > 0) {
        assertThat(condition.status()).isEqualTo("Unknown");
        assertThat(condition.reason()).isEqualTo("NotChecked");
        assertThat(condition.message()).isEqualTo("Waits for " + row.link().condition());
      }
    }
    assertThat(conditions(status))
        .extracting(Condition::observedGeneration)
        .containsOnly(GENERATION);
  }

  /** Equal status, no write: else every pass would write, and wake itself. */
  @ParameterizedTest
  @MethodSource("rows")
  void saysTheSameTwice(ChainTest.Row row) {
    Seen seen = Seen.but(row.otherwise());
    AppMetricsStatus once = report(null, seen);

    assertThat(at(Duration.ofSeconds(20), once, seen)).isEqualTo(once);
  }

  /** Prometheus has several words for one fault, by turns: each would be a write. */
  @Test
  void saysTheSameWhileWordsOfOneFaultAlternate() {
    String get = "Get \"http://10.0.0.1:8080/metrics\": ";
    ErrorWords words = new ErrorWords();
    AppMetricsStatus status = report(null, failing(words, get + "EOF", 0));
    assertThat(condition(status, "TargetsUp").reason()).isEqualTo("TLSHandshakeFailed");
    assertThat(condition(status, "TargetsUp").message()).endsWith("(Prometheus: " + get + "EOF)");

    List<String> turns =
        List.of(
            "read tcp 10.0.0.9:43122->10.0.0.1:8080: read: connection reset by peer",
            "http: server closed idle connection",
            "read tcp 10.0.0.9:43124->10.0.0.1:8080: read: connection reset by peer",
            "write tcp 10.0.0.9:43126->10.0.0.1:8080: write: broken pipe",
            "EOF");
    for (int scrape = 1; scrape <= turns.size(); scrape++) {
      Seen seen = failing(words, get + turns.get(scrape - 1), scrape);
      assertThat(at(Duration.ofSeconds(5L * scrape), status, seen)).isEqualTo(status);
    }

    Seen other = failing(words, get + "context deadline exceeded", 6);
    assertThat(condition(at(Duration.ofSeconds(30), status, other), "Ready").reason())
        .isEqualTo("ScrapeTimeout");
  }

  private static Seen failing(ErrorWords words, String error, int scrape) {
    ActiveTarget heard =
        new ActiveTarget(
            "appmetrics-1",
            "shop",
            "cart-1",
            "uid-of-cart-1",
            "http://10.0.0.1:8080/metrics",
            TargetHealth.DOWN,
            error,
            NOW.plusSeconds(5L * scrape));
    String told = words.steady(List.of(heard)).get(0).lastError();
    return Seen.but(s -> s.replica().down("cart-1", told));
  }

  @Test
  void timeMovesOnlyWhenTheStatusFlips() {
    Seen seen = refusedOn5000();
    AppMetricsStatus first = report(null, seen);
    assertThat(times(first)).allSatisfy((type, time) -> assertThat(time).isEqualTo(NOW));

    // another reason, the same status
    seen.replica().down("cart-1", "server returned HTTP status 404 Not Found");
    AppMetricsStatus second = at(Duration.ofSeconds(40), first, seen);
    assertThat(condition(second, "Ready").reason()).isEqualTo("NotMetrics");
    assertThat(times(second)).isEqualTo(times(first));

    seen.replica().scrapes.clear();
    AppMetricsStatus third = at(Duration.ofSeconds(50), second, seen);
    assertThat(times(third))
        .containsEntry("Ready", NOW.plusSeconds(50))
        .containsEntry("TargetsUp", NOW.plusSeconds(50))
        .containsEntry("Annotated", NOW)
        .doesNotContainKeys("Reconciling", "Stalled");
  }

  private static Map<String, Instant> times(AppMetricsStatus status) {
    return conditions(status).stream()
        .collect(Collectors.toMap(Condition::type, Condition::lastTransitionTime));
  }

  @ParameterizedTest
  @CsvSource({
    "0,     ''",
    "59,    ''",
    "60,    ' (for more than 1 min)'",
    "119,   ' (for more than 1 min)'",
    "120,   ' (for more than 2 min)'",
    "300,   ' (for more than 5 min)'",
    "599,   ' (for more than 5 min)'",
    "600,   ' (for more than 10 min)'",
    "1800,  ' (for more than 30 min)'",
    "3600,  ' (for more than 1 h)'",
    "21600, ' (for more than 6 h)'",
    "86399, ' (for more than 6 h)'",
    "86400, ' (for more than 24 h)'",
    "999999, ' (for more than 24 h)'"
  })
  void tellsForHowLongInSteps(long seconds, String step) {
    Seen seen = refusedOn5000();
    AppMetricsStatus later = at(Duration.ofSeconds(seconds), report(null, seen), seen);

    assertThat(condition(later, "Ready").message())
        .isEqualTo(condition(later, "TargetsUp").message() + step);
  }

  @Test
  void stallsAfterTheDeadlineAndLeavesItByItself() {
    Seen seen = refusedOn5000();
    AppMetricsStatus status = report(null, seen);
    status = at(DEADLINE.minusSeconds(1), status, seen);
    assertThat(find(status, "Stalled")).isEmpty();
    assertThat(find(status, "Reconciling")).isPresent();

    status = at(DEADLINE, status, seen);
    assertThat(find(status, "Reconciling")).isEmpty();
    Condition stalled = condition(status, "Stalled");
    assertThat(stalled.reason()).isEqualTo("ConnectionRefused");
    assertThat(stalled.message()).endsWith(" (for more than 10 min)");
    assertThat(stalled.lastTransitionTime()).isEqualTo(NOW.plus(DEADLINE));

    // the next link's waiting is its own
    seen.pod().annotations = Map.of();
    status = at(DEADLINE.plusSeconds(5), status, seen);
    assertThat(find(status, "Stalled")).isEmpty();
    assertThat(condition(status, "Reconciling").reason()).isEqualTo("RolloutInProgress");
    assertThat(condition(status, "Ready").message()).doesNotContain("for more than");

    seen.pod().annotations = null;
    seen.replica().scrapes.clear();
    status = at(DEADLINE.plusSeconds(9), status, seen);
    assertThat(condition(status, "Ready").status()).isEqualTo("True");
    assertThat(find(status, "Stalled")).isEmpty();
    assertThat(find(status, "Reconciling")).isEmpty();
  }

  @Test
  void ignoranceNeverStalls() {
    Seen seen = Seen.well();
    seen.replica().reachable = false;
    AppMetricsStatus status = at(Duration.ofDays(2), report(null, seen), seen);

    assertThat(find(status, "Stalled")).isEmpty();
    assertThat(condition(status, "Ready").message()).endsWith(" (for more than 24 h)");
  }

  /** ConfigLoaded was Unknown before, for not being checked: that was no ignorance yet. */
  @Test
  void ignoranceLastsSinceItBegan() {
    Seen seen = Seen.well();
    seen.pod().notReady();
    AppMetricsStatus status = report(null, seen);
    seen.pod().readySince = NOW;
    seen.replica().reachable = false;
    status = at(Duration.ofHours(7), status, seen);
    status = at(Duration.ofHours(7).plusSeconds(90), status, seen);

    assertThat(condition(status, "Ready").message()).endsWith(" (for more than 1 min)");
  }

  @Test
  void countsEndpointsAndPods() {
    Seen seen = Seen.well().ports(port(8080), port(9000, "/admin", PortScheme.AUTO, null));
    seen.pods(new PodSeen("cart-1"), new PodSeen("cart-2"));
    seen.outcome(AnnotationOutcome.Kind.UP_TO_DATE, "", 1);
    AppMetricsStatus status = report(null, seen);

    assertThat(status.summary()).isEqualTo("2/2");
    assertThat(status.declared()).isEqualTo(2);
    assertThat(status.scraped()).isEqualTo(2);
    assertThat(status.targets())
        .containsExactly(new TargetStatus("Deployment", "cart", 2, 2, 2, 1));
    assertThat(status.endpoints())
        .containsExactly(
            new EndpointStatus(
                "Deployment/cart",
                8080,
                "/metrics",
                "Slot",
                "HTTP",
                "slot 1; the pod has no sidecar; no job reads prometheus.io/*",
                2,
                2,
                null,
                null),
            new EndpointStatus(
                "Deployment/cart",
                9000,
                "/admin",
                "Slot",
                "HTTP",
                "slot 2; the pod has no sidecar; no job reads prometheus.io/*",
                2,
                2,
                null,
                null));
  }

  @Test
  void namesThePolicyThatDecides() {
    AppMetricsStatus status =
        report(null, Seen.well().ports(port(8080), port(9000, PortScheme.HTTP)).strict());

    assertThat(Objects.requireNonNull(status.endpoints()))
        .extracting(EndpointStatus::scheme, EndpointStatus::why)
        .containsExactly(
            tuple(
                "IstioMutual",
                "slot 1; PeerAuthentication shop/default is STRICT; no job reads prometheus.io/*"),
            tuple("HTTP", "slot 2; the scheme is declared; no job reads prometheus.io/*"));
  }

  @Test
  void countsAPortGivenByNumberAndByNameOnce() {
    AppMetricsStatus status = report(null, Seen.well().ports(port(8080), port("http")));
    assertThat(status.summary()).isEqualTo("1/1");
    assertThat(condition(status, "Ready").status()).isEqualTo("True");
  }

  @Test
  void listsWhatCannotBeFoundAsDeclared() {
    AppMetricsStatus nameless =
        report(null, Seen.well().ports(port(8080), port("nameless"), port("http")));
    assertThat(nameless.summary()).isEqualTo("1/2");
    assertThat(nameless.endpoints())
        .first()
        .isEqualTo(unknown(null, "no container declares a port named nameless"));
    assertThat(Objects.requireNonNull(nameless.endpoints()))
        .extracting(EndpointStatus::port)
        .containsExactly(null, 8080);

    AppMetricsStatus missing =
        report(null, Seen.but(s -> s.ports(port(8080), port("x")).workloadExists = false));
    assertThat(missing.summary()).isEqualTo("0/2");
    assertThat(missing.endpoints())
        .containsExactly(
            unknown(null, "there is no such workload"), unknown(8080, "there is no such workload"));
    assertThat(missing.targets())
        .containsExactly(new TargetStatus("Deployment", "cart", 0, 2, 0, 0));
  }

  private static EndpointStatus unknown(@Nullable Integer port, String why) {
    return new EndpointStatus(
        "Deployment/cart", port, "/metrics", null, null, why, 0, 0, null, null);
  }

  /** Each target has its own endpoints, however alike two targets are. */
  @Test
  void countsEndpointsByTarget() {
    Seen seen = Seen.well();
    seen.furtherTargets.add(
        new Target(TargetKind.DEPLOYMENT, "till", List.of(port(8080), port(9000))));

    assertThat(report(null, seen).targets())
        .containsExactly(
            new TargetStatus("Deployment", "cart", 1, 1, 1, 0),
            new TargetStatus("Deployment", "till", 0, 2, 0, 0));
  }

  @Test
  void listsBrokenEndpointsFirstAndNotMoreThan64() {
    List<Port> many = new ArrayList<>();
    IntStream.rangeClosed(1, 70).forEach(n -> many.add(port(n)));
    Seen seen = Seen.well();
    seen.slotLimit = 66;
    seen.ports = many;
    AppMetricsStatus status = report(null, seen);

    List<EndpointStatus> endpoints = Objects.requireNonNull(status.endpoints());
    assertThat(endpoints).hasSize(64);
    assertThat(endpoints.stream().limit(5))
        .extracting(EndpointStatus::port)
        .containsExactly(67, 68, 69, 70, 1);
    assertThat(endpoints.get(0).route()).isNull();
    assertThat(status.summary()).isEqualTo("66/70");
  }

  @Test
  void cutsPrometheusWordsWhereTheSchemaDoes() {
    Seen seen = Seen.well();
    seen.replica().down("cart-1", "x".repeat(5000));
    AppMetricsStatus status = report(null, seen);

    assertThat(Objects.requireNonNull(status.endpoints()).get(0).firstError())
        .hasSize(256)
        .startsWith("xxx")
        .endsWith("…");
  }

  @Test
  void tellsFirstErrorOnlyOfAFailedScrape() {
    Seen seen = Seen.well();
    seen.replica().absent("cart-1");
    assertThat(Objects.requireNonNull(report(null, seen).endpoints()).get(0).firstError()).isNull();
  }

  @Test
  void suspendedKeepsReadyAndSaysSo() {
    AppMetricsStatus before = report(null, Seen.well());
    AppMetricsStatus status = StatusReport.suspended(before, 4, NOW.plusSeconds(99));

    assertThat(rendered(status))
        .isEqualTo(
            """
            Ready True Suspended: Nothing is written or checked, because spec.suspend is true; annotations and jobs stay
            Accepted True Verified: The declaration can work
            TargetsFound True Verified: 1 pod is ready
            Annotated True Verified: Every ready pod carries its annotations
            ConfigWritten True Verified: The jobs appmetrics-1 stand in ConfigMap istio-system/prometheus (key prometheus.yml)
            ConfigLoaded True Verified: Every Prometheus replica runs the jobs
            CertificatesLoaded True Verified: No endpoint needs the mesh's certificates
            TargetsUp True Verified: The endpoint is scraped on every pod
            """);
    assertThat(times(status)).isEqualTo(times(before));
    assertThat(status.observedGeneration()).isEqualTo(4);
    assertThat(status.summary()).isEqualTo("1/1");
    assertThat(status.endpoints()).isEqualTo(before.endpoints());
    assertThat(status.targets()).isEqualTo(before.targets());
  }

  @Test
  void suspendedIsNeitherReconcilingNorStalled() {
    for (Seen seen : List.of(refusedOn5000(), Seen.well().ports(port("nameless")))) {
      AppMetricsStatus status = StatusReport.suspended(report(null, seen), 4, NOW);
      assertThat(condition(status, "Ready").status()).isEqualTo("False");
      assertThat(find(status, "Reconciling")).isEmpty();
      assertThat(find(status, "Stalled")).isEmpty();
    }
  }

  @Test
  void suspendedFromTheStartIsUnknown() {
    AppMetricsStatus status = StatusReport.suspended(null, 1, NOW);

    assertThat(conditions(status))
        .extracting(Condition::type)
        .containsExactlyElementsOf(
            Stream.concat(Stream.of("Ready"), Arrays.stream(Link.values()).map(Link::condition))
                .toList());
    assertThat(conditions(status)).extracting(Condition::status).containsOnly("Unknown");
    assertThat(condition(status, "TargetsUp").message())
        .isEqualTo("Not checked, because spec.suspend is true");
    assertThat(status.summary()).isNull();
  }

  @Test
  void comesBackFromSuspensionWithTheTimesOfBefore() {
    AppMetricsStatus before = report(null, Seen.well());
    AppMetricsStatus suspended = StatusReport.suspended(before, 4, NOW.plusSeconds(60));

    assertThat(at(Duration.ofMinutes(2), suspended, Seen.well())).isEqualTo(before);
  }
}
