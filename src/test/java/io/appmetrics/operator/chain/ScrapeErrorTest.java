package io.appmetrics.operator.chain;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Words that real Prometheus said, recorded case by case, and what is made of them. */
class ScrapeErrorTest {
  private static final String LISTEN =
      "nothing listens there: declare the port that the app listens on in its container";
  private static final String TOO_MUCH =
      "it serves more than a limit allows: let it serve less, or raise the limit";
  private static final String SLOW =
      "it does not answer in time: raise timeout and interval, or look at the app";
  private static final String NO_AGREEMENT =
      "the two sides do not agree on TLS: leave scheme to Auto, and see what PeerAuthentication says"
          + " for this workload";
  private static final String UNCONVINCING =
      "its certificate does not convince Prometheus: let it be valid for the pod's address, or serve"
          + " the metrics as plain HTTP";
  private static final String UNACCEPTED =
      "it does not accept the certificate that Prometheus shows: give Prometheus one of this mesh";
  private static final String RENEW = "the certificate that Prometheus shows has expired: renew it";
  private static final String LOST =
      "Prometheus has lost its own certificate: see who writes that file";
  private static final String PLAIN = "it speaks plain HTTP: set scheme HTTP";
  private static final String NO_HTTP = "what answers there does not speak HTTP: correct the port";
  private static final String REFUSED =
      "the app or an AuthorizationPolicy refuses Prometheus: allow it to read that path";
  private static final String NOT_THERE = "there are no metrics at that path: correct path or port";
  private static final String NOT_METRICS = "what it answers is not metrics: correct path or port";
  private static final String BROKEN =
      "the app, or the sidecar before it, answers with an error: see whether the app listens on that"
          + " port, and what its log says";
  private static final String CUT = "its answer ends before it is complete: look at the app";
  private static final String LOOK = "look at the app and at the network";

  private record Expected(Reason reason, String advice) {}

  /** What each recorded case is; several wordings of one case are the same trouble. */
  private static final Map<String, Expected> CASES = new TreeMap<>();

  private static void cases(Reason reason, String advice, String... names) {
    for (String name : names) {
      CASES.put(name, new Expected(reason, advice));
    }
  }

  static {
    cases(Reason.CONNECTION_REFUSED, LISTEN, "connection-refused", "port-0");
    cases(
        Reason.LIMIT_EXCEEDED,
        TOO_MUCH,
        "body-size-limit",
        "label-limit",
        "label-name-length-limit",
        "label-value-length-limit",
        "sample-limit",
        "target-limit");
    cases(
        Reason.SCRAPE_TIMEOUT,
        SLOW,
        "connect-timeout",
        "hang-before-headers",
        "hang-in-body",
        "hang-in-handshake",
        // a plain server that waits for the end of the line: nothing tells it from a slow one
        "https-to-http",
        "https-to-http-java");
    cases(
        Reason.TLS_HANDSHAKE_FAILED,
        LOST,
        "ca-file-gone",
        "client-cert-gone",
        "token-file-missing");
    cases(
        Reason.TLS_HANDSHAKE_FAILED,
        UNCONVINCING,
        "https-expired",
        "https-no-ip-san",
        "https-no-ip-san-no-ca",
        "https-other-name",
        "https-unknown-authority",
        "https-unknown-authority-same-name");
    cases(Reason.TLS_HANDSHAKE_FAILED, PLAIN, "https-to-http-go");
    cases(
        Reason.TLS_HANDSHAKE_FAILED,
        NO_AGREEMENT,
        "closed-after-request",
        "closed-at-once",
        "http-to-https",
        "http-to-https-java",
        "http-to-mtls",
        "https-closed-at-once",
        "https-closed-in-handshake",
        "https-newer-tls-only",
        "https-no-client-cert-java",
        "https-no-client-cert-tls12",
        "https-no-client-cert-tls13",
        "https-old-tls-only",
        "https-reset-at-once",
        "https-to-ssh",
        "redirect-to-https",
        "reset-after-request",
        "reset-at-once");
    cases(Reason.NOT_METRICS, NO_HTTP, "grpc", "http09", "redis", "ssh");
    cases(Reason.FORBIDDEN, REFUSED, "status-401", "status-403");
    cases(
        Reason.NOT_METRICS,
        NOT_THERE,
        "http-to-https-go",
        "redirect-loop",
        "redirect-not-followed",
        "status-204",
        "status-301",
        "status-302",
        "status-400",
        "status-404",
        "status-405",
        "status-406",
        "status-408",
        "status-426");
    cases(
        Reason.SCRAPE_FAILED,
        BROKEN,
        "status-429",
        "status-500",
        "status-501",
        "status-502",
        // Envoy's answer when the app behind it does not listen
        "status-503",
        "status-504");
    cases(Reason.SCRAPE_FAILED, CUT, "body-cut", "gzip-broken", "gzip-cut", "status-line-only");
    cases(
        Reason.NOT_METRICS,
        NOT_METRICS,
        "bad-label",
        "bad-name",
        "bad-timestamp",
        "bad-utf8",
        "bad-value",
        "html",
        "html-as-text-plain",
        "html-no-fallback",
        "html-one-line",
        "html-without-content-type",
        "json",
        "json-lines",
        "json-no-fallback",
        "merged-with-html",
        "metrics-broken-content-type-no-fallback",
        "metrics-odd-content-type-no-fallback",
        "metrics-without-content-type-no-fallback",
        "openmetrics-text-after-eof",
        "openmetrics-without-eof",
        "text-ok",
        "text-ok-line",
        "text-words");
    cases(
        Reason.SCRAPE_FAILED,
        LOOK,
        "bad-port",
        "dns-refused",
        "network-unreachable",
        "no-route-to-host",
        "no-such-host",
        "route-prohibited");
  }

  /** Handshakes that fail on the other side's word for the certificate, or on the connection. */
  private static final Map<String, String> BY_TURNS =
      Map.of(
          "mtls-server-trusts-other-ca-tls12", UNACCEPTED,
          "mtls-server-trusts-other-ca-tls13", UNACCEPTED,
          "mtls-client-cert-expired-tls12", RENEW,
          "mtls-client-cert-expired-tls13", RENEW);

  /** A line of scrape-errors.tsv. */
  record Recorded(String version, String name, String words) {
    @Override
    public String toString() {
      return name + " on " + version + ": " + words;
    }
  }

  static Stream<Recorded> recorded() {
    try (var file = ScrapeErrorTest.class.getResourceAsStream("/scrape-errors.tsv")) {
      String text = new String(Objects.requireNonNull(file).readAllBytes(), StandardCharsets.UTF_8);
      return text
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> List.of(line.split("\t", 3)))
          .map(row -> new Recorded(row.get(0), row.get(1), row.get(2).translateEscapes()))
          .toList()
          .stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @MethodSource("recorded")
  void tellsWhatIsWrongAndWhatToDo(Recorded recorded) {
    ScrapeError error = ScrapeError.of(recorded.words());
    String byTurns = BY_TURNS.get(recorded.name());

    if (byTurns == null) {
      assertThat(new Expected(error.reason(), error.advice()))
          .isEqualTo(CASES.get(recorded.name()));
    } else {
      assertThat(error.reason()).isEqualTo(Reason.TLS_HANDSHAKE_FAILED);
      assertThat(error.advice()).isIn(byTurns, NO_AGREEMENT);
      if (recorded.words().contains("remote error")) {
        assertThat(error.advice()).isEqualTo(byTurns);
      }
    }
  }

  @Test
  void noCaseIsOnlyExpected() {
    TreeSet<String> expected = new TreeSet<>(CASES.keySet());
    expected.addAll(BY_TURNS.keySet());
    assertThat(recorded().map(Recorded::name)).containsAll(expected);
  }

  /** Words of versions and of ways that were not recorded. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          SCRAPE_TIMEOUT | Get "http://10.0.0.1:8080/metrics": dial tcp 10.0.0.1:8080: i/o timeout
          SCRAPE_TIMEOUT | Get "https://10.0.0.1:8080/metrics": net/http: request canceled (Client.Timeout exceeded while awaiting headers)
          TLS_HANDSHAKE_FAILED | Get "http://10.0.0.1:8443/metrics": net/http: HTTP/1.x transport connection broken: malformed HTTP response "\\x15\\x03\\x01\\x00\\x02\\x02"
          TLS_HANDSHAKE_FAILED | Get "https://10.0.0.1:8443/metrics": remote error: tls: bad certificate
          SCRAPE_FAILED | who knows
          """)
  void tellsWhatIsWrongFromOtherWords(Reason reason, String words) {
    assertThat(ScrapeError.of(words).reason()).isEqualTo(reason);
  }
}
