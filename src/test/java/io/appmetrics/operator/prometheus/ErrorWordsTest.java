package io.appmetrics.operator.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.prometheus.RecordedErrors.Recorded;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One fault is told in the same words from scrape to scrape, and another one at once. */
class ErrorWordsTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final Duration INTERVAL = Duration.ofSeconds(15);
  private static final String GET = "Get \"http://10.0.0.1:8080/metrics\": ";
  private static final String GET_TLS = "Get \"https://10.0.0.1:8080/metrics\": ";

  private final ErrorWords words = new ErrorWords();
  private Instant now = NOW;

  private static ActiveTarget target(String pod, String url, String error, Instant last) {
    return new ActiveTarget(
        "appmetrics-1",
        "shop",
        pod,
        "uid-of-" + pod,
        url,
        error.isEmpty() ? TargetHealth.UP : TargetHealth.DOWN,
        error,
        last);
  }

  private String told(String error) {
    now = now.plus(INTERVAL);
    return words
        .steady(List.of(target("cart-1", "http://10.0.0.1:8080/metrics", error, now)))
        .get(0)
        .lastError();
  }

  /** The wordings of one case on one version. */
  record Turns(String name, List<String> words) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Turns> byTurns() {
    Map<String, List<String>> cases =
        RecordedErrors.all()
            .collect(
                Collectors.groupingBy(
                    r -> r.name() + " on " + r.version(),
                    TreeMap::new,
                    Collectors.mapping(Recorded::words, Collectors.toList())));
    return cases.entrySet().stream()
        .filter(c -> c.getValue().size() > 1)
        .map(c -> new Turns(c.getKey(), c.getValue()));
  }

  /** Whatever the order in which they come: after one round at most nothing is news any more. */
  @ParameterizedTest
  @MethodSource("byTurns")
  void tellsOneFaultInTheSameWords(Turns turns) {
    for (int first = 0; first < turns.words().size(); first++) {
      ErrorWords fresh = new ErrorWords();
      Set<String> told = new HashSet<>();
      for (int scrape = 0; scrape < 200; scrape++) {
        String heard = turns.words().get((first + scrape) % turns.words().size());
        // as on the wire: with another port of Prometheus' own each time
        String raw = heard.replace("54321", String.valueOf(30000 + scrape));
        List<ActiveTarget> steady =
            fresh.steady(
                List.of(
                    target(
                        "cart-1",
                        "http://10.0.0.1:8080/metrics",
                        raw,
                        NOW.plus(INTERVAL.multipliedBy(scrape)))));
        if (scrape >= turns.words().size()) {
          told.add(steady.get(0).lastError());
        }
      }
      assertThat(told).as("beginning with %s", turns.words().get(first)).hasSize(1);
    }
  }

  @Test
  void thereAreSuchCases() {
    assertThat(byTurns().map(Turns::name))
        .contains("closed-at-once on 3.16.0", "mtls-server-trusts-other-ca-tls13 on 3.16.0");
  }

  /** That is what an AppMetrics is woken by: no difference, no write. */
  @Test
  void whatIsToldInTheSameWordsWakesNobody() {
    List<ScrapeFacts> facts = new ArrayList<>();
    for (String error :
        List.of(
            GET + "EOF",
            GET + "read tcp 10.0.0.9:43122->10.0.0.1:8080: read: connection reset by peer",
            GET + "write tcp 10.0.0.9:43124->10.0.0.1:8080: write: broken pipe",
            GET + "http: server closed idle connection",
            GET + "read tcp 10.0.0.9:43126->10.0.0.1:8080: read: connection reset by peer",
            GET + "EOF")) {
      facts.add(facts(error));
    }
    assertThat(facts.subList(1, facts.size()))
        .allSatisfy(
            after -> assertThat(FactsChange.between(facts.get(0), after).isEmpty()).isTrue());

    assertThat(FactsChange.between(facts.get(0), facts(GET + "context deadline exceeded")))
        .isEqualTo(new FactsChange(false, Set.of("shop")));
  }

  private ScrapeFacts facts(String error) {
    now = now.plus(INTERVAL);
    SeenInstallation seen = SeenInstallation.well();
    seen.replica().targets =
        Map.of(
            "uid-of-cart-1",
            words.steady(List.of(target("cart-1", "http://10.0.0.1:8080/metrics", error, now))));
    return seen.decide().facts();
  }

  @Test
  void tellsAnotherFaultAtOnce() {
    told(GET + "EOF");
    assertThat(told(GET + "http: server closed idle connection")).isEqualTo(GET + "EOF");
    String refused = GET + "dial tcp 10.0.0.1:8080: connect: connection refused";
    assertThat(told(refused)).isEqualTo(refused);
    assertThat(told("server returned HTTP status 404 Not Found")).contains("404");
    // the same reason, and another cure
    assertThat(told("expected a valid start token, got \"<\"")).contains("start token");
    assertThat(told("server returned HTTP status 404 Not Found")).contains("404");
  }

  /** An alert tells more than the end of the connection, with which it races in TLS 1.3. */
  @Test
  void prefersAnAlert() {
    String reset = GET_TLS + "write tcp 10.0.0.1:8080: write: connection reset by peer";
    String alert = GET_TLS + "remote error: tls: unknown certificate authority";
    String other = GET_TLS + "remote error: tls: expired certificate";
    assertThat(told(reset)).isEqualTo(reset);
    assertThat(told(alert)).isEqualTo(alert);
    assertThat(told(reset)).isEqualTo(alert);
    assertThat(told(other)).isEqualTo(other);
    assertThat(told(GET + "EOF")).as("without TLS there is no alert").isEqualTo(GET + "EOF");
  }

  /** What an app makes of TLS that speaks none goes by bytes that differ each time. */
  @Test
  void tellsOneThatSpeaksNoTlsInTheSameWords() {
    String timeout = GET_TLS + "net/http: TLS handshake timeout";
    String reset = GET_TLS + "read tcp 10.0.0.1:8080: read: connection reset by peer";
    String plain = GET_TLS + "http: server gave HTTP response to HTTPS client";
    assertThat(told(timeout)).isEqualTo(timeout);
    assertThat(told(reset)).isEqualTo(timeout);
    assertThat(told(plain)).as("it tells more").isEqualTo(plain);
    assertThat(told(timeout)).isEqualTo(plain);
    assertThat(told(reset)).isEqualTo(plain);
    assertThat(told(GET + "context deadline exceeded")).doesNotContain("HTTPS client");
  }

  /** Which metric has too many labels is mended one by one. */
  @Test
  void wordsThatAreNotHeardAnyMoreHaveTheirTime() {
    String one = "label_limit exceeded (metric: a, number of labels: 6, limit: 4)";
    String two = "label_limit exceeded (metric: b, number of labels: 5, limit: 4)";
    told(one);
    long scrapes = ErrorWords.MEMORY.dividedBy(INTERVAL);
    for (int i = 1; i < scrapes; i++) {
      assertThat(told(two)).isEqualTo(one);
    }
    assertThat(told(two)).isEqualTo(two);
  }

  @Test
  void leavesOutWhatIsOtherWithEachScrape() {
    assertThat(told(GET + "read tcp 10.0.0.9:51234->10.0.0.1:8080: read: connection reset by peer"))
        .isEqualTo(GET + "read tcp 10.0.0.1:8080: read: connection reset by peer");
    assertThat(
            told(
                "Get \"http://a/\": dial tcp: lookup a on [::1]:53: read udp"
                    + " [::1]:54321->[::1]:53: read: connection refused"))
        .isEqualTo(
            "Get \"http://a/\": dial tcp: lookup a on [::1]:53: read udp [::1]:53: read: connection"
                + " refused");
    assertThat(
            told(
                GET_TLS
                    + "tls: failed to verify certificate: x509: certificate has expired or is not"
                    + " yet valid: current time 2026-03-01T12:00:10Z is after"
                    + " 2026-03-01T11:00:00Z"))
        .isEqualTo(
            GET_TLS
                + "tls: failed to verify certificate: x509: certificate has expired or is not yet"
                + " valid: current time is after 2026-03-01T11:00:00Z");
  }

  /** Nobody can tell whether two unknown faults are one, but a counter makes no other. */
  @Test
  void keepsUnknownWordsWhereOnlyTheirNumbersDiffer() {
    String first = GET + "stream error: stream ID 1; INTERNAL_ERROR";
    assertThat(told(first)).isEqualTo(first);
    assertThat(told(GET + "stream error: stream ID 3; INTERNAL_ERROR")).isEqualTo(first);
    String other = GET + "stream error: stream ID 5; REFUSED_STREAM";
    assertThat(told(other)).isEqualTo(other);
    assertThat(told(GET + "EOF")).isEqualTo(GET + "EOF");
  }

  @Test
  void forgetsWhatWasUpOrGoneMeanwhile() {
    told(GET + "EOF");
    assertThat(told("")).isEmpty();
    String idle = GET + "http: server closed idle connection";
    assertThat(told(idle)).isEqualTo(idle);

    words.steady(List.of());
    assertThat(told(GET + "EOF")).isEqualTo(GET + "EOF");
  }

  @Test
  void keepsTargetsApart() {
    String url = "http://10.0.0.1:8080/metrics";
    String other = "http://10.0.0.1:9000/metrics";
    words.steady(
        List.of(
            target("cart-1", url, GET + "EOF", NOW),
            target("cart-2", url, GET + "http: server closed idle connection", NOW)));

    assertThat(
            words.steady(
                List.of(
                    target("cart-2", url, GET + "EOF", NOW.plus(INTERVAL)),
                    target("cart-1", url, GET + "EOF", NOW.plus(INTERVAL)),
                    target("cart-2", other, GET + "EOF", NOW.plus(INTERVAL)))))
        .extracting(ActiveTarget::lastError)
        .containsExactly(GET + "http: server closed idle connection", GET + "EOF", GET + "EOF");
  }
}
