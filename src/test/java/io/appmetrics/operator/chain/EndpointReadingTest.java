package io.appmetrics.operator.chain;

import static io.appmetrics.operator.chain.Seen.NOW;
import static io.appmetrics.operator.chain.Seen.port;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.appmetrics.operator.api.PortScheme;
import io.appmetrics.operator.chain.Seen.PodSeen;
import io.appmetrics.operator.chain.Seen.ReplicaSeen;
import io.appmetrics.operator.route.Scheme;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Which pods count, and which of them are up: Ready means scraped. */
class EndpointReadingTest {
  private static final String REFUSED = "connect: connection refused";

  /**
   * What Prometheus has of two pods, and what is to be told of it.
   *
   * @param trouble the pod and the state that is told; null for none
   */
  record Row(
      String what, Seen seen, int up, int counted, boolean scraped, @Nullable String trouble) {
    @Override
    public String toString() {
      return what;
    }
  }

  static Stream<Row> rows() {
    return Stream.of(
        new Row("both settled and up", two(3600, 3600), 2, 2, true, null),
        new Row(
            "a settled one is down",
            with(two(3600, 3600), r -> r.down("cart-2", REFUSED)),
            1,
            2,
            false,
            "cart-2 FAILED"),
        new Row(
            "of two settled ones that are not up, the error is told",
            with(two(3600, 3600), r -> r.absent("cart-1").down("cart-2", REFUSED)),
            0,
            2,
            false,
            "cart-2 FAILED"),
        new Row(
            "a new one is no target yet: the other is enough",
            with(two(3600, 5), r -> r.absent("cart-2")),
            1,
            1,
            true,
            null),
        new Row(
            "a new one fails beside one that is up: a rollout must not make Ready flap",
            with(two(3600, 5), r -> r.down("cart-2", REFUSED)),
            1,
            1,
            true,
            null),
        new Row("a new one that is up counts at once", two(3600, 5), 2, 2, true, null),
        new Row("only new ones, both up", two(5, 5), 2, 2, true, null),
        new Row(
            "only new ones, one up: it is scraped, the other is new",
            with(two(5, 5), r -> r.unscraped("cart-2")),
            1,
            1,
            true,
            null),
        new Row(
            "only new ones, none up: never Ready without one that is up",
            with(two(5, 5), r -> r.unscraped("cart-1").absent("cart-2")),
            0,
            0,
            false,
            "cart-1 AWAITED"),
        new Row(
            "only new ones, one fails: the reason is told at once",
            with(two(5, 5), r -> r.unscraped("cart-1").down("cart-2", REFUSED)),
            0,
            0,
            false,
            "cart-2 FAILED"),
        new Row(
            "a new one fails while a settled one is no target: the settled one counts",
            with(two(3600, 5), r -> r.absent("cart-1").down("cart-2", REFUSED)),
            0,
            1,
            false,
            "cart-1 ABSENT"),
        new Row(
            "a pod that is about to go is no concern",
            with(
                Seen.but(
                    s -> {
                      s.pods(new PodSeen("cart-1"), new PodSeen("cart-2"));
                      s.pods.get(1).terminating = true;
                    }),
                r -> r.down("cart-2", REFUSED)),
            1,
            1,
            true,
            null),
        new Row(
            "a pod that is not ready is no concern",
            with(
                Seen.but(s -> s.pods(new PodSeen("cart-1"), new PodSeen("cart-2").notReady())),
                r -> r.down("cart-2", REFUSED)),
            1,
            1,
            true,
            null));
  }

  private static Seen two(int first, int second) {
    return Seen.well()
        .pods(
            new PodSeen("cart-1").readyFor(Duration.ofSeconds(first)),
            new PodSeen("cart-2").readyFor(Duration.ofSeconds(second)));
  }

  private static Seen with(Seen seen, Consumer<ReplicaSeen> prometheus) {
    prometheus.accept(seen.replica());
    return seen;
  }

  @ParameterizedTest
  @MethodSource("rows")
  void countsPods(Row row) {
    EndpointReading reading = row.seen().reading();

    assertThat(reading.up()).as("up").isEqualTo(row.up());
    assertThat(reading.counted()).as("counted").isEqualTo(row.counted());
    assertThat(reading.scraped()).as("scraped").isEqualTo(row.scraped());
    assertThat(told(reading)).isEqualTo(row.trouble());
  }

  private static @Nullable String told(EndpointReading reading) {
    PodScrape trouble = reading.trouble();
    return trouble == null ? null : trouble.pod().name() + " " + trouble.state();
  }

  /** max(2 x interval, 30 s), by the endpoint's own interval before the installation's. */
  @ParameterizedTest
  @CsvSource({
    // global, own, ready for, counts
    "5,  '',   29, false",
    "5,  '',   30, true",
    "15, '',   29, false",
    "15, '',   30, true",
    "60, '',  119, false",
    "60, '',  120, true",
    "60, 10s,  29, false",
    "60, 10s,  30, true",
    "15, 1m,  119, false",
    "15, 1m,  120, true"
  })
  void aPodIsNewForTwoIntervals(int global, String own, int readyFor, boolean counts) {
    Seen seen = Seen.well();
    seen.interval = Duration.ofSeconds(global);
    seen.ports(port(8080, null, PortScheme.AUTO, own.isEmpty() ? null : own));
    seen.pods(new PodSeen("cart-1").readyFor(Duration.ofSeconds(readyFor)));
    seen.replica().absent("cart-1");

    EndpointReading reading = seen.reading();

    assertThat(reading.counted()).isEqualTo(counts ? 1 : 0);
    assertThat(reading.settles() == null).isEqualTo(counts);
  }

  @Test
  void tellsWhenTheNextNewPodWillCount() {
    Seen seen =
        Seen.well()
            .pods(
                new PodSeen("cart-1").readyFor(Duration.ofSeconds(5)),
                new PodSeen("cart-2").readyFor(Duration.ofSeconds(20)),
                new PodSeen("cart-3").readyFor(Duration.ofMinutes(1)));
    seen.replica().absent("cart-1").absent("cart-2");

    assertThat(seen.reading().settles()).isEqualTo(NOW.plusSeconds(10));
    assertThat(Seen.well().reading().settles()).isNull();
  }

  @ParameterizedTest
  @CsvSource({"-1, false", "0, false", "1, true"})
  void upCountsOnlyWhenItIsOfThisContainer(int secondsAfterStart, boolean scraped) {
    Seen seen = Seen.well();
    Instant started = NOW.minusSeconds(10);
    seen.pod().startedAt = started;
    seen.replica().lastUp("cart-1", started.plusSeconds(secondsAfterStart));

    assertThat(seen.reading().scraped()).isEqualTo(scraped);
  }

  @Test
  void upCountsWhereNobodyKnowsWhenTheContainerStarted() {
    Seen seen = Seen.well();
    seen.pod().startedAt = null;
    assertThat(seen.reading().scraped()).isTrue();
  }

  @Test
  void everyReplicaIsToHaveIt() {
    Seen seen = Seen.well();
    ReplicaSeen second = new ReplicaSeen("istio-system/prometheus-2");
    seen.replicas.add(second);
    assertThat(seen.reading().scraped()).isTrue();

    second.down("cart-1", REFUSED);
    EndpointReading reading = seen.reading();
    assertThat(reading.scraped()).isFalse();
    assertThat(Objects.requireNonNull(reading.trouble()).replica())
        .isEqualTo("istio-system/prometheus-2");
    assertThat(reading.trouble().error()).isEqualTo(REFUSED);
  }

  /** However pods and replicas are listed, one of them is told: else the status would change. */
  @Test
  void tellsTheSameOfManyTroublesInWhateverOrder() {
    List<PodSeen> pods =
        List.of(new PodSeen("cart-1"), new PodSeen("cart-2"), new PodSeen("cart-3"));
    List<ReplicaSeen> replicas =
        List.of(
            new ReplicaSeen("istio-system/prometheus-1")
                .absent("cart-1")
                .down("cart-2", "unexpected EOF")
                .down("cart-3", REFUSED),
            new ReplicaSeen("istio-system/prometheus-2")
                .down("cart-1", REFUSED)
                .down("cart-2", REFUSED)
                .unscraped("cart-3"));
    EndpointReading told = reading(pods, replicas);
    assertThat(Objects.requireNonNull(told.trouble()))
        .extracting(t -> t.pod().name(), PodScrape::replica, PodScrape::error)
        .containsExactly("cart-1", "istio-system/prometheus-2", REFUSED);

    assertThat(reading(reversed(pods), replicas).trouble()).isEqualTo(told.trouble());
    assertThat(reading(pods, reversed(replicas)).trouble()).isEqualTo(told.trouble());
    assertThat(reading(reversed(pods), reversed(replicas)).trouble()).isEqualTo(told.trouble());

    assertThat(
            Objects.requireNonNull(reading(pods.subList(1, 3), reversed(replicas)).trouble())
                .error())
        .as("of one pod on two replicas, that of the first by name")
        .isEqualTo("unexpected EOF");
  }

  private static EndpointReading reading(List<PodSeen> pods, List<ReplicaSeen> replicas) {
    Seen seen = Seen.well().pods(pods.toArray(PodSeen[]::new));
    seen.replicas.clear();
    seen.replicas.addAll(replicas);
    return seen.reading();
  }

  private static <T> List<T> reversed(List<T> list) {
    List<T> reversed = new ArrayList<>(list);
    Collections.reverse(reversed);
    return reversed;
  }

  @Test
  void withoutAReplicaNothingIsUp() {
    Seen seen = Seen.well();
    seen.replicas.clear();
    assertThat(seen.reading().up()).isZero();
    assertThat(seen.reading().scraped()).isFalse();
  }

  @Test
  void beforeTheFirstLookNothingIsKnown() {
    Seen seen = Seen.well();
    seen.looked = false;
    assertThat(seen.reading().scraped()).isFalse();
    assertThat(seen.reading().trouble()).isNull();
  }

  /** The other job of the pair may still have the target until its next discovery. */
  @Test
  void looksAtTheJobOfTheSchemeThatThePodCarries() {
    Seen strict = Seen.well().strict();
    assertThat(strict.reading().scheme()).isEqualTo(Scheme.ISTIO_MUTUAL);
    assertThat(strict.reading().scraped()).isTrue();

    Seen live = Seen.well();
    live.pod().live = Map.of("appmetrics.io/live-scheme-1", "istio-mutual");
    assertThat(live.reading().scheme()).isEqualTo(Scheme.ISTIO_MUTUAL);
    assertThat(live.reading().scraped()).isTrue();

    assertThat(Seen.well().reading().scheme()).isEqualTo(Scheme.HTTP);
    assertThat(Seen.well().ports(port(8443, PortScheme.HTTPS)).reading().scheme())
        .isEqualTo(Scheme.HTTPS);
  }

  /** One pod carries what the template says, another what an older one said. */
  @Test
  void aTargetOfAnotherPortOrPathIsAnotherEndpoint() {
    Seen seen = Seen.well();
    seen.pod().annotations =
        Map.of(
            "appmetrics.io/port-1", "9999",
            "appmetrics.io/path-1", "/metrics",
            "appmetrics.io/scheme-1", "http");
    assertThat(told(seen.reading())).isEqualTo("cart-1 ABSENT");

    seen.pod().annotations =
        Map.of(
            "appmetrics.io/port-1", "8080",
            "appmetrics.io/path-1", "/other",
            "appmetrics.io/scheme-1", "http");
    assertThat(told(seen.reading())).isEqualTo("cart-1 ABSENT");
  }

  @Test
  void readsEachEndpointByItself() {
    Seen seen = Seen.well().ports(port(8080), port(9000), port("http"));
    assertThat(seen.chain().readings())
        .extracting(r -> r.endpoint().port(), EndpointReading::scraped)
        .containsExactly(tuple(8080, true), tuple(9000, true));
  }
}
