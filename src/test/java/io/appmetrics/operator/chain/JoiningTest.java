package io.appmetrics.operator.chain;

import static io.appmetrics.operator.chain.Seen.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.api.AppMetricsStatus;
import io.appmetrics.operator.api.Condition;
import io.appmetrics.operator.chain.Seen.ReplicaSeen;
import io.appmetrics.operator.prometheus.Uptime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What a Prometheus pod that is new does not show yet, in what was Ready and in what was not. */
class JoiningTest {
  private static final String REFUSED = "connect: connection refused";

  /**
   * One row.
   *
   * @param was what Ready is with this once it was True
   * @param wasNot what it is while it was not
   */
  private record Row(String name, Consumer<Seen> seen, String was, String wasNot) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Stream<Row> rows() {
    return Stream.of(
        new Row(
            "a second one without targets",
            seen -> second(seen, ready(29)).absent("cart-1"),
            "True PrometheusJoining",
            "False TargetMissing"),
        new Row(
            "one that has had its time",
            seen -> second(seen, ready(30)).absent("cart-1"),
            "False TargetMissing",
            "False TargetMissing"),
        new Row(
            "a second one that shows it all",
            seen -> second(seen, ready(1)),
            "True Verified",
            "True Verified"),
        new Row(
            "a second one that replays its log",
            seen -> silent(second(seen, started(599))),
            "True PrometheusJoining",
            "Unknown PrometheusUnreachable"),
        new Row(
            "a second one that replays it for too long",
            seen -> silent(second(seen, started(600))),
            "Unknown PrometheusUnreachable",
            "Unknown PrometheusUnreachable"),
        new Row(
            "a loss on the old one beside a new one",
            seen -> {
              seen.replica().down("cart-1", REFUSED);
              second(seen, ready(5)).absent("cart-1");
            },
            "False ConnectionRefused",
            "False ConnectionRefused"),
        new Row(
            "a loss on the old one beside one that is silent",
            seen -> {
              seen.replica().down("cart-1", REFUSED);
              silent(second(seen, started(5)));
            },
            "False ConnectionRefused",
            "False ConnectionRefused"),
        new Row(
            "a loss on an old one, and no new one",
            seen -> second(seen, Uptime.LONG).absent("cart-1"),
            "False TargetMissing",
            "False TargetMissing"),
        new Row(
            "an old one that is lost beside a new one",
            seen -> {
              silent(seen.replica());
              second(seen, ready(5)).absent("cart-1");
            },
            "Unknown PrometheusUnreachable",
            "Unknown PrometheusUnreachable"),
        new Row(
            "none but a new one",
            seen -> {
              only(seen, ready(29)).absent("cart-1");
              seen.gap = NOW.minusSeconds(29);
            },
            "True PrometheusJoining",
            "False TargetMissing"),
        new Row(
            "none but a new one that has had its time",
            seen -> only(seen, ready(30)).absent("cart-1"),
            "False TargetMissing",
            "False TargetMissing"),
        new Row(
            "none but a new one without a scrape pool",
            seen -> {
              seen.strict();
              only(seen, ready(5)).poolsMissing.add("appmetrics-1-istio-secure");
            },
            "True PrometheusJoining",
            "False ScrapePoolMissing"),
        new Row(
            "none but a new one, which sees that the app is gone",
            seen -> only(seen, ready(5)).down("cart-1", REFUSED),
            "False ConnectionRefused",
            "False ConnectionRefused"),
        new Row(
            "none but a new one, and something of the declaration is wrong",
            seen -> {
              only(seen, ready(5)).absent("cart-1");
              seen.workloadExists = false;
            },
            "False WorkloadNotFound",
            "False WorkloadNotFound"),
        new Row(
            "new ones that come and go, for a while",
            seen -> {
              only(seen, ready(1)).absent("cart-1");
              seen.gap = NOW.minusSeconds(59);
            },
            "True PrometheusJoining",
            "False TargetMissing"),
        new Row(
            "new ones that come and go, for too long",
            seen -> {
              only(seen, ready(1)).absent("cart-1");
              seen.gap = NOW.minusSeconds(60);
            },
            "False TargetMissing",
            "False TargetMissing"),
        new Row(
            "one that starts, and has not answered for 29 s",
            seen -> {
              silent(only(seen, started(29)));
              seen.gap = NOW.minusSeconds(29);
            },
            "True PrometheusJoining",
            "Unknown PrometheusUnreachable"),
        new Row(
            "one that starts, and has not answered for 30 s",
            seen -> {
              silent(only(seen, started(30)));
              seen.gap = NOW.minusSeconds(30);
            },
            "Unknown PrometheusUnreachable",
            "Unknown PrometheusUnreachable"),
        new Row(
            "none for 29 s",
            seen -> {
              seen.replicas.clear();
              seen.gap = NOW.minusSeconds(29);
            },
            "True PrometheusJoining",
            "Unknown PrometheusUnreachable"),
        new Row(
            "none for 30 s",
            seen -> {
              seen.replicas.clear();
              seen.gap = NOW.minusSeconds(30);
            },
            "Unknown PrometheusUnreachable",
            "Unknown PrometheusUnreachable"));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void takesNoReadyAway(Row row) {
    Seen seen = Seen.but(row.seen());
    seen.ready = true;
    assertThat(ready(report(verified(), seen))).isEqualTo(row.was());
  }

  @ParameterizedTest
  @MethodSource("rows")
  void givesNoReady(Row row) {
    assertThat(ready(report(null, Seen.but(row.seen())))).isEqualTo(row.wasNot());
  }

  @Test
  void saysWhoIsNewAndUntilWhenThatIsAnExcuse() {
    Seen seen = Seen.but(s -> second(s, ready(10)).absent("cart-1"));
    seen.ready = true;
    assertThat(condition(report(verified(), seen), "Ready").message())
        .isEqualTo(
            "The endpoint is scraped on every pod; Prometheus pod istio-system/prometheus-2 is new,"
                + " and does not show all of it yet: it counts from %s on",
            NOW.plusSeconds(20));

    Seen replaced = Seen.but(s -> only(s, ready(10)).absent("cart-1"));
    replaced.ready = true;
    replaced.gap = NOW.minusSeconds(12);
    assertThat(condition(report(verified(), replaced), "Ready").message())
        .isEqualTo(
            "What was scraped before counts until %s at the latest: Deployment istio-system/prometheus"
                + " has no pod but new ones since %s, and these do not show all of it yet:"
                + " istio-system/prometheus-1",
            NOW.plusSeconds(20), NOW.minusSeconds(12));

    Seen none = Seen.but(s -> s.replicas.clear());
    none.ready = true;
    none.gap = NOW.minusSeconds(12);
    assertThat(condition(report(verified(), none), "Ready").message())
        .isEqualTo(
            "What was scraped before counts until %s at the latest: Deployment istio-system/prometheus"
                + " has no pod that runs since %s",
            NOW.plusSeconds(18), NOW.minusSeconds(12));
  }

  /** Else Ready would be True, and 0/1 beside it. */
  @Test
  void keepsTheFiguresWhereNobodyElseTells() {
    AppMetricsStatus before = verified();
    Seen seen = Seen.but(s -> only(s, ready(10)).absent("cart-1"));
    seen.ready = true;
    AppMetricsStatus after = report(before, seen);
    assertThat(after.summary()).isEqualTo("1/1");
    assertThat(after.endpoints()).isEqualTo(before.endpoints());
  }

  /** A condition that is not Ready's must not claim what nobody has seen, either. */
  @Test
  void tellsTheFirstLinkOfOneThatWasNeverReady() {
    Seen seen =
        Seen.but(
            s -> {
              s.strict();
              only(s, ready(5)).down("cart-1", REFUSED);
              s.replica().poolsMissing.add("appmetrics-1-istio-secure");
            });
    assertThat(condition(report(null, seen), "CertificatesLoaded").status()).isEqualTo("False");
  }

  @ParameterizedTest
  @CsvSource({"15s, 29, true", "15s, 30, false", "40s, 79, true", "40s, 80, false"})
  void givesTwoIntervals(String interval, int readyFor, boolean held) {
    Seen seen = Seen.but(s -> second(s, ready(readyFor)).absent("cart-1"));
    seen.interval = Duration.parse("PT" + interval);
    seen.ready = true;
    assertThat(seen.chain().held()).isEqualTo(held);
  }

  @Test
  void looksAgainWhenTheTimeIsOver() {
    Seen seen = Seen.but(s -> second(s, ready(10)).absent("cart-1"));
    seen.ready = true;
    assertThat(Recheck.after(verified(), seen.chain(), List.of(), NOW))
        .isEqualTo(Duration.ofSeconds(20).plusMillis(300));
  }

  private static ReplicaSeen second(Seen seen, Uptime uptime) {
    ReplicaSeen replica = new ReplicaSeen("istio-system/prometheus-2");
    replica.uptime = uptime;
    seen.replicas.add(replica);
    return replica;
  }

  private static ReplicaSeen only(Seen seen, Uptime uptime) {
    seen.replica().uptime = uptime;
    return seen.replica();
  }

  private static void silent(ReplicaSeen replica) {
    replica.reachable = false;
    replica.answered = false;
    replica.problem = "cannot connect";
  }

  private static Uptime ready(int seconds) {
    return new Uptime(true, ago(seconds));
  }

  private static Uptime started(int seconds) {
    return new Uptime(false, ago(seconds));
  }

  private static Instant ago(int seconds) {
    return NOW.minusSeconds(seconds);
  }

  private static AppMetricsStatus verified() {
    return report(null, Seen.well());
  }

  private static AppMetricsStatus report(@Nullable AppMetricsStatus before, Seen seen) {
    Observation observation = seen.observation();
    Plan plan = Plan.of(observation);
    Chain chain = Chain.of(observation, plan, seen.outcomes);
    return StatusReport.of(
        before, 1L, chain, plan, seen.outcomes, seen.now, Duration.ofMinutes(10));
  }

  private static String ready(AppMetricsStatus status) {
    Condition ready = condition(status, "Ready");
    return ready.status() + " " + ready.reason();
  }

  private static Condition condition(AppMetricsStatus status, String type) {
    return Objects.requireNonNull(status.conditions()).stream()
        .filter(condition -> condition.type().equals(type))
        .findFirst()
        .orElseThrow();
  }
}
