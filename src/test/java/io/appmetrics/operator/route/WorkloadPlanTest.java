package io.appmetrics.operator.route;

import static io.appmetrics.operator.route.Declared.SLOTS;
import static io.appmetrics.operator.route.Declared.claim;
import static io.appmetrics.operator.route.Declared.endpoint;
import static io.appmetrics.operator.route.Declared.every;
import static io.appmetrics.operator.route.Declared.suspended;
import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.api.PortScheme;
import io.appmetrics.operator.mesh.Terms.Access;
import io.appmetrics.operator.route.WorkloadPlan.Conflict;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What stands on the template, and why a workload is rolled no more often than it must be. */
class WorkloadPlanTest {
  private static final int LIMIT = 8;
  private static final Map<String, String> BARE = Map.of();

  /** The template as one AppMetrics with these endpoints left it, in a mesh without mTLS. */
  private static Map<String, String> template(Endpoint... endpoints) {
    return WorkloadPlan.of(
            List.of(claim("shop", 0, endpoints)), BARE, port -> Access.PLAIN, LIMIT, SLOTS)
        .templateAnnotations();
  }

  private static WorkloadPlan plan(Map<String, String> template, Claim... claims) {
    return WorkloadPlan.of(List.of(claims), template, port -> Access.PLAIN, LIMIT, SLOTS);
  }

  private static Map<String, String> with(Map<String, String> template, String n, String port) {
    Map<String, String> more = new TreeMap<>(template);
    more.put("appmetrics.io/port-" + n, port);
    more.put("appmetrics.io/path-" + n, "/metrics");
    more.put("appmetrics.io/scheme-" + n, "http");
    return more;
  }

  private static String rendered(Map<String, String> annotations) {
    var text = new StringBuilder();
    annotations.forEach((key, value) -> text.append(key).append(": ").append(value).append('\n'));
    return text.toString();
  }

  /**
   * A template, claims on it, and what is to stand there then.
   *
   * @param slots as number:port+path, in order
   */
  record Row(String what, Map<String, String> template, List<Claim> claims, List<String> slots) {
    @Override
    public String toString() {
      return what;
    }
  }

  static Stream<Row> rows() {
    return Stream.of(
        new Row("nobody wants anything", BARE, List.of(), List.of()),
        new Row("the last claim is gone", template(endpoint(1), endpoint(2)), List.of(), List.of()),
        new Row(
            "endpoints take slots in the order of the spec",
            BARE,
            List.of(claim("shop", 0, endpoint(9000), endpoint(8080))),
            List.of("1:9000/metrics", "2:8080/metrics")),
        new Row(
            "a slot is sticky: another order changes nothing",
            template(endpoint(9000), endpoint(8080)),
            List.of(claim("shop", 0, endpoint(8080), endpoint(9000))),
            List.of("1:9000/metrics", "2:8080/metrics")),
        new Row(
            "removing a port renumbers nothing",
            template(endpoint(1), endpoint(2), endpoint(3)),
            List.of(claim("shop", 0, endpoint(1), endpoint(3))),
            List.of("1:1/metrics", "3:3/metrics")),
        new Row(
            "a new port takes the lowest free slot",
            Map.copyOf(
                plan(
                        template(endpoint(1), endpoint(2), endpoint(3)),
                        claim("shop", 0, endpoint(1), endpoint(3)))
                    .templateAnnotations()),
            List.of(claim("shop", 0, endpoint(4), endpoint(1), endpoint(3), endpoint(5))),
            List.of("1:1/metrics", "2:4/metrics", "3:3/metrics", "4:5/metrics")),
        new Row(
            "another path is another endpoint",
            template(endpoint(8080)),
            List.of(claim("shop", 0, endpoint(8080, "/admin"), endpoint(8080))),
            List.of("1:8080/metrics", "2:8080/admin")),
        new Row(
            "of several AppMetrics the older goes first",
            BARE,
            List.of(
                claim("b", 1, endpoint(2)), claim("a", 2, endpoint(3)), claim("c", 0, endpoint(1))),
            List.of("1:1/metrics", "2:2/metrics", "3:3/metrics")),
        new Row(
            "of two of one age the name decides",
            BARE,
            List.of(claim("b", 1, endpoint(2)), claim("a", 1, endpoint(1))),
            List.of("1:1/metrics", "2:2/metrics")),
        new Row(
            "what two declare alike stands once",
            BARE,
            List.of(claim("a", 0, endpoint(1)), claim("b", 1, endpoint(1), endpoint(2))),
            List.of("1:1/metrics", "2:2/metrics")),
        new Row(
            "an older newcomer does not drive out what stands",
            template(endpoint(2)),
            List.of(claim("older", 0, endpoint(1)), claim("shop", 5, endpoint(2))),
            List.of("1:2/metrics", "2:1/metrics")),
        new Row(
            "a suspended AppMetrics keeps what stands and gets nothing new",
            template(endpoint(1)),
            List.of(suspended("shop", 0, endpoint(1), endpoint(2))),
            List.of("1:1/metrics")),
        new Row(
            "a slot that the marker does not name is somebody else's",
            with(template(endpoint(1)), "2", "9090"),
            List.of(claim("shop", 0, endpoint(1))),
            List.of("1:1/metrics")),
        new Row(
            "slots without our marker are somebody else's",
            Map.of(
                "appmetrics.io/port-5", "8080",
                "appmetrics.io/path-5", "/metrics",
                "appmetrics.io/scheme-5", "http"),
            List.of(claim("shop", 0, endpoint(8080))),
            List.of("1:8080/metrics")));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void placesEndpoints(Row row) {
    WorkloadPlan plan =
        WorkloadPlan.of(row.claims(), row.template(), port -> Access.PLAIN, LIMIT, SLOTS);

    assertThat(plan.slots().stream().map(slot -> slot.number() + slot.key().toString()))
        .isEqualTo(row.slots());
    assertThat(plan.endpoints().keySet())
        .containsExactlyElementsOf(plan.slots().stream().map(Slot::number).toList());
    assertThat(plan.unplaced()).isEmpty();
  }

  /** Rendering twice gives the same, and what is written wants nothing more. */
  @ParameterizedTest
  @MethodSource("rows")
  void isSettledOnceItIsWritten(Row row) {
    Map<String, String> written =
        WorkloadPlan.of(row.claims(), row.template(), port -> Access.PLAIN, LIMIT, SLOTS)
            .templateAnnotations();

    assertThat(
            WorkloadPlan.of(row.claims(), written, port -> Access.PLAIN, LIMIT, SLOTS)
                .templateAnnotations())
        .isEqualTo(written);
    List<Claim> backwards = new ArrayList<>(row.claims());
    Collections.reverse(backwards);
    assertThat(
            WorkloadPlan.of(backwards, row.template(), port -> Access.PLAIN, LIMIT, SLOTS)
                .templateAnnotations())
        .isEqualTo(written);
  }

  @Test
  void writesAnnotationsAndTheMarkerThatNamesThem() {
    WorkloadPlan plan =
        plan(
            BARE,
            claim(
                "shop",
                0,
                endpoint(8080),
                endpoint(
                    8443,
                    "/actuator/prometheus",
                    PortScheme.HTTPS,
                    "1m",
                    "10s",
                    Map.of("format", "text", "a", "1"))));

    assertThat(rendered(plan.templateAnnotations()))
        .isEqualTo(
            """
            appmetrics.io/interval-2: 1m
            appmetrics.io/managed: interval-2,param-2-a,param-2-format,path-1,path-2,port-1,port-2,scheme-1,scheme-2,timeout-2
            appmetrics.io/param-2-a: 1
            appmetrics.io/param-2-format: text
            appmetrics.io/path-1: /metrics
            appmetrics.io/path-2: /actuator/prometheus
            appmetrics.io/port-1: 8080
            appmetrics.io/port-2: 8443
            appmetrics.io/scheme-1: http
            appmetrics.io/scheme-2: https
            appmetrics.io/timeout-2: 10s
            """);
    assertThat(plan(BARE).templateAnnotations()).isEmpty();
  }

  @Test
  void theOlderWinsAndTheOthersAreTold() {
    WorkloadPlan plan =
        plan(
            BARE,
            claim("young", 2, every(8080, "5s", "5s"), endpoint(9000)),
            claim("old", 0, endpoint(8080)),
            claim("middle", 1, endpoint(8080, PortScheme.HTTPS), every(9000, "7s", "7s")));

    assertThat(plan.conflicts())
        .containsExactly(
            Map.entry("middle", List.of(new Conflict(new Endpoint.Key(8080, "/metrics"), "old"))),
            Map.entry(
                "young",
                List.of(
                    new Conflict(new Endpoint.Key(8080, "/metrics"), "old"),
                    new Conflict(new Endpoint.Key(9000, "/metrics"), "middle"))));
    assertThat(plan.templateAnnotations())
        .containsEntry("appmetrics.io/port-1", "8080")
        .doesNotContainKey("appmetrics.io/interval-1")
        .containsEntry("appmetrics.io/port-2", "9000")
        .containsEntry("appmetrics.io/interval-2", "7s");
  }

  @Test
  void tellsWhatFindsNoSlot() {
    WorkloadPlan plan =
        WorkloadPlan.of(
            List.of(claim("a", 0, endpoint(1), endpoint(2)), claim("b", 1, endpoint(3))),
            BARE,
            port -> Access.PLAIN,
            2,
            SLOTS);

    assertThat(plan.endpoints().keySet()).containsExactly(1, 2);
    assertThat(plan.unplaced()).containsExactly(new Endpoint.Key(3, "/metrics"));
    assertThat(plan.slotOf(new Endpoint.Key(3, "/metrics"))).isEmpty();
  }

  @Test
  void movesWhatStandsAboveALoweredLimit() {
    WorkloadPlan plan =
        WorkloadPlan.of(
            List.of(claim("shop", 0, endpoint(3))),
            plan(template(endpoint(1), endpoint(2), endpoint(3)), claim("shop", 0, endpoint(3)))
                .templateAnnotations(),
            port -> Access.PLAIN,
            2,
            SLOTS);

    assertThat(plan.slotOf(new Endpoint.Key(3, "/metrics")).map(Slot::number)).contains(1);
  }

  // --- the scheme of the day ---

  @Test
  void writesTheSchemeOfTheDay() {
    Claim claim =
        claim(
            "shop",
            0,
            endpoint(1),
            endpoint(2, PortScheme.HTTP),
            endpoint(3, PortScheme.HTTPS),
            endpoint(4, PortScheme.ISTIO_MUTUAL));

    assertThat(
            WorkloadPlan.of(List.of(claim), BARE, port -> Access.MUTUAL_TLS, LIMIT, SLOTS).slots())
        .extracting(Slot::scheme)
        .containsExactly(Scheme.ISTIO_MUTUAL, Scheme.HTTP, Scheme.HTTPS, Scheme.ISTIO_MUTUAL);
    assertThat(WorkloadPlan.of(List.of(claim), BARE, port -> Access.PLAIN, LIMIT, SLOTS).slots())
        .extracting(Slot::scheme)
        .containsExactly(Scheme.HTTP, Scheme.HTTP, Scheme.HTTPS, Scheme.ISTIO_MUTUAL);
  }

  @Test
  void aChangeOfTheMeshAloneRollsNobody() {
    Map<String, String> written = template(endpoint(8080), endpoint(9000));
    Claim claim = claim("shop", 0, endpoint(8080), endpoint(9000));

    WorkloadPlan strict =
        WorkloadPlan.of(List.of(claim), written, port -> Access.MUTUAL_TLS, LIMIT, SLOTS);

    assertThat(strict.templateAnnotations()).isEqualTo(written);
    assertThat(strict.liveSchemes(written, port -> Access.MUTUAL_TLS))
        .containsExactly(
            Map.entry("appmetrics.io/live-scheme-1", "istio-mutual"),
            Map.entry("appmetrics.io/live-scheme-2", "istio-mutual"));
  }

  @Test
  void aChangeOfTheDeclarationTakesTheSchemeOfTheDayAlong() {
    Map<String, String> written = template(endpoint(8080));
    Claim claim = claim("shop", 0, endpoint(8080), endpoint(9000));

    assertThat(
            WorkloadPlan.of(List.of(claim), written, port -> Access.MUTUAL_TLS, LIMIT, SLOTS)
                .slots())
        .extracting(Slot::scheme)
        .containsExactly(Scheme.ISTIO_MUTUAL, Scheme.ISTIO_MUTUAL);
  }

  @Test
  void aDeclaredSchemeIsWrittenAtOnce() {
    Map<String, String> written = template(endpoint(8080));

    assertThat(plan(written, claim("shop", 0, endpoint(8080, PortScheme.HTTPS))).slots())
        .extracting(Slot::scheme)
        .containsExactly(Scheme.HTTPS);
  }

  /** Pods without a sidecar answer in plain HTTP, whatever the mesh demands of the others. */
  @Test
  void aLiveSchemeIsForThePodThatNeedsIt() {
    Claim claim = claim("shop", 0, endpoint(8080));
    WorkloadPlan plan =
        WorkloadPlan.of(List.of(claim), BARE, port -> Access.MUTUAL_TLS, LIMIT, SLOTS);
    Map<String, String> born = plan.templateAnnotations();

    assertThat(plan.liveSchemes(born, port -> Access.MUTUAL_TLS)).isEmpty();
    assertThat(plan.liveSchemes(born, port -> Access.PLAIN))
        .containsExactly(Map.entry("appmetrics.io/live-scheme-1", "http"));
  }

  @Test
  void aLiveSchemeThatIsNotNeededAnyMoreGoes() {
    WorkloadPlan plan = plan(BARE, claim("shop", 0, endpoint(8080)));
    Map<String, String> pod = new TreeMap<>(plan.templateAnnotations());
    pod.put("appmetrics.io/live-scheme-1", "istio-mutual");

    assertThat(plan.liveSchemes(pod, port -> Access.MUTUAL_TLS))
        .containsExactly(Map.entry("appmetrics.io/live-scheme-1", "istio-mutual"));
    assertThat(plan.liveSchemes(pod, port -> Access.PLAIN)).isEmpty();
  }

  /** A pod of an older template: its slot serves another endpoint, of which nothing is known. */
  @Test
  void aPodOfAnotherTemplateGetsNoLiveScheme() {
    WorkloadPlan plan = plan(BARE, claim("shop", 0, endpoint(8080)));

    assertThat(plan.liveSchemes(template(endpoint(9000)), port -> Access.MUTUAL_TLS)).isEmpty();
    assertThat(plan.liveSchemes(Map.of(), port -> Access.MUTUAL_TLS)).isEmpty();
  }

  /** Whoever shares the workload with a suspended AppMetrics does not write that one's edits. */
  @Test
  void letsNobodyWriteTheNewSettingsOfASuspendedOne() {
    Map<String, String> before = template(every(1, "30s", "10s"), endpoint(2, PortScheme.HTTPS));

    WorkloadPlan plan =
        plan(
            before,
            suspended("shop", 0, every(1, "5s", "5s"), endpoint(2, PortScheme.HTTP)),
            claim("other", 1, endpoint(3)));

    assertThat(plan.templateAnnotations())
        .containsAllEntriesOf(without(before, ManagedAnnotations.MARKER))
        .containsEntry("appmetrics.io/port-3", "3");
  }

  private static Map<String, String> without(Map<String, String> annotations, String key) {
    Map<String, String> less = new TreeMap<>(annotations);
    less.remove(key);
    return less;
  }
}
