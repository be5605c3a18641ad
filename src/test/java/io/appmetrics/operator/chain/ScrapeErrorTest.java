package io.appmetrics.operator.chain;

import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.prometheus.RecordedErrors;
import io.appmetrics.operator.prometheus.RecordedErrors.Recorded;
import io.appmetrics.operator.prometheus.ScrapeFault;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Words that real Prometheus said, recorded case by case, and what is made of them. */
class ScrapeErrorTest {
  private record Expected(Reason reason, String advice) {}

  private static final Expected LISTEN =
      new Expected(
          Reason.CONNECTION_REFUSED,
          "nothing listens there: declare the port that the app listens on in its container");
  private static final Expected TOO_MUCH =
      new Expected(
          Reason.LIMIT_EXCEEDED,
          "it serves more than a limit allows: let it serve less, or raise the limit");
  private static final Expected SLOW =
      new Expected(
          Reason.SCRAPE_TIMEOUT,
          "it does not answer in time: raise timeout and interval, or look at the app, and at what"
              + " NetworkPolicies let through");
  private static final Expected SLOW_IN_TLS =
      new Expected(
          Reason.SCRAPE_TIMEOUT,
          "it does not answer TLS in time: if it speaks plain HTTP, set scheme HTTP; else raise"
              + " timeout and interval, or look at the app");
  private static final Expected NO_AGREEMENT =
      new Expected(
          Reason.TLS_HANDSHAKE_FAILED,
          "the two sides do not agree on TLS: leave scheme to Auto, and see what PeerAuthentication"
              + " says for this workload");
  private static final Expected CLOSED =
      new Expected(
          Reason.TLS_HANDSHAKE_FAILED,
          "it closes the connection without an answer, as what demands TLS does to plain HTTP:"
              + " leave scheme to Auto, and see what PeerAuthentication says for this workload, and"
              + " the app's log");
  private static final Expected OUT_OF_DATE =
      new Expected(
          Reason.TLS_HANDSHAKE_FAILED,
          "its certificate is out of date: renew it, or serve the metrics as plain HTTP");
  private static final Expected UNCONVINCING =
      new Expected(
          Reason.TLS_HANDSHAKE_FAILED,
          "its certificate does not convince Prometheus: let it be valid for the pod's address and"
              + " come from an authority that Prometheus trusts, or serve the metrics as plain"
              + " HTTP");
  private static final Expected UNACCEPTED =
      new Expected(
          Reason.TLS_HANDSHAKE_FAILED,
          "it does not accept the certificate that Prometheus shows: give Prometheus one of this"
              + " mesh");
  private static final Expected WANTED =
      new Expected(
          Reason.TLS_HANDSHAKE_FAILED,
          "it wants a certificate of the mesh, and Prometheus shows none: leave scheme to Auto, or"
              + " set IstioMutual");
  private static final Expected RENEW =
      new Expected(
          Reason.TLS_HANDSHAKE_FAILED,
          "the certificate that Prometheus shows has expired: renew it");
  private static final Expected FILES =
      new Expected(
          Reason.CERTIFICATE_MISSING,
          "Prometheus cannot use the certificates that it is to show: see who writes these files");
  private static final Expected NO_TLS =
      new Expected(
          Reason.TLS_HANDSHAKE_FAILED,
          "what answers there does not speak TLS: set scheme HTTP, or correct the port");
  private static final Expected TLS =
      new Expected(
          Reason.TLS_HANDSHAKE_FAILED,
          "it speaks TLS: leave scheme to Auto when the mesh demands that, or set HTTPS when the"
              + " app itself does it");
  private static final Expected NO_HTTP =
      new Expected(Reason.NOT_METRICS, "what answers there does not speak HTTP: correct the port");
  private static final Expected CREDENTIALS =
      new Expected(
          Reason.FORBIDDEN,
          "the app wants credentials, and Prometheus shows none: let it serve that path without");
  private static final Expected REFUSED =
      new Expected(
          Reason.FORBIDDEN,
          "the app or an AuthorizationPolicy refuses Prometheus: allow it to read that path");
  private static final Expected NOT_THERE =
      new Expected(Reason.NOT_METRICS, "there are no metrics at that path: correct path or port");
  private static final Expected ELSEWHERE =
      new Expected(
          Reason.NOT_METRICS,
          "it redirects, and not to metrics: declare the path at which it serves them without a"
              + " redirect");
  private static final Expected BAD_REQUEST =
      new Expected(
          Reason.NOT_METRICS,
          "it does not take the request: if that is a port for TLS, set scheme HTTPS; else correct"
              + " port, path or params");
  private static final Expected NOT_METRICS =
      new Expected(Reason.NOT_METRICS, "what it answers is not metrics: correct path or port");
  private static final Expected UNAVAILABLE =
      new Expected(
          Reason.SCRAPE_FAILED,
          "the app says that it cannot serve, or the sidecar before it that it gets no answer of"
              + " the app: declare a port that the app listens on, and look at its log");
  private static final Expected BROKEN =
      new Expected(
          Reason.SCRAPE_FAILED, "the app answers with an error of its own: look at its log");
  private static final Expected CUT =
      new Expected(
          Reason.SCRAPE_FAILED,
          "its answer ends before it is complete, or is garbled: look at the app's log");
  private static final Expected NO_WAY =
      new Expected(
          Reason.SCRAPE_FAILED,
          "Prometheus finds no way to the pod: look at its node, at the cluster's network, and at"
              + " NetworkPolicies");
  private static final Expected NO_NAME =
      new Expected(
          Reason.SCRAPE_FAILED,
          "it sends Prometheus on to a name that cannot be resolved: declare the path at which it"
              + " serves metrics without a redirect, or see to Prometheus' DNS");
  private static final Expected LOOK =
      new Expected(Reason.SCRAPE_FAILED, "look at the app's log, and at the network");

  /** What each recorded case is; several wordings of one case are the same trouble. */
  private static final Map<String, Expected> CASES = new TreeMap<>();

  private static void cases(Expected expected, String... names) {
    for (String name : names) {
      CASES.put(name, expected);
    }
  }

  static {
    cases(LISTEN, "connection-refused", "port-0");
    cases(
        TOO_MUCH,
        "body-size-limit",
        "label-limit",
        "label-name-length-limit",
        "label-value-length-limit",
        "sample-limit",
        "target-limit");
    cases(SLOW, "connect-timeout", "hang-before-headers", "hang-in-body");
    // a plain server that waits for the end of the line: nothing tells it from a slow one
    cases(SLOW_IN_TLS, "hang-in-handshake", "https-to-http", "https-to-http-java");
    cases(FILES, "ca-file-gone", "client-cert-gone", "token-file-missing");
    cases(OUT_OF_DATE, "https-expired");
    cases(
        UNCONVINCING,
        "https-no-ip-san",
        "https-no-ip-san-no-ca",
        "https-other-name",
        "https-unknown-authority",
        "https-unknown-authority-same-name");
    cases(NO_TLS, "https-to-http-go", "https-to-ssh");
    // as Envoy under STRICT does to plaintext, in all its words
    cases(
        CLOSED,
        "closed-after-request",
        "closed-at-once",
        "http-to-https",
        "http-to-https-java",
        "http-to-mtls",
        "reset-after-request",
        "reset-at-once");
    cases(
        NO_AGREEMENT,
        "https-closed-at-once",
        "https-closed-in-handshake",
        "https-newer-tls-only",
        "https-no-client-cert-java",
        "https-no-client-cert-tls12",
        "https-old-tls-only",
        "https-reset-at-once",
        "redirect-to-https");
    cases(WANTED, "https-no-client-cert-tls13");
    cases(UNACCEPTED, "mtls-server-trusts-other-ca-tls12", "mtls-server-trusts-other-ca-tls13");
    cases(RENEW, "mtls-client-cert-expired-tls12", "mtls-client-cert-expired-tls13");
    cases(NO_HTTP, "grpc", "http09", "redis", "ssh");
    cases(CREDENTIALS, "status-401");
    cases(REFUSED, "status-403");
    cases(ELSEWHERE, "redirect-loop", "redirect-not-followed", "status-301", "status-302");
    // what a TLS port of Go answers to plain HTTP
    cases(BAD_REQUEST, "http-to-https-go", "status-400");
    cases(NOT_THERE, "status-204", "status-404", "status-405", "status-406", "status-426");
    cases(BROKEN, "status-408", "status-429", "status-500", "status-501");
    // Envoy's answer when the app behind it does not listen is 503: response flag UF
    cases(UNAVAILABLE, "status-502", "status-503", "status-504");
    cases(CUT, "body-cut", "gzip-broken", "gzip-cut", "status-line-only");
    cases(
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
    cases(NO_WAY, "network-unreachable", "no-route-to-host", "route-prohibited");
    // its "connection refused" is the DNS server's
    cases(NO_NAME, "dns-refused", "no-such-host");
    cases(LOOK, "bad-port");
  }

  static Stream<Recorded> recorded() {
    return RecordedErrors.all();
  }

  @ParameterizedTest
  @MethodSource("recorded")
  void tellsWhatIsWrongAndWhatToDo(Recorded recorded) {
    Expected expected = CASES.get(recorded.name());
    // its alert races with the end of the connection: then nobody hears it
    boolean unheard =
        recorded.name().startsWith("mtls-") && !recorded.words().contains("remote error");

    assertThat(read(recorded.words())).isEqualTo(unheard ? NO_AGREEMENT : expected);
  }

  @Test
  void noCaseIsOnlyExpected() {
    assertThat(recorded().map(Recorded::name).collect(Collectors.toSet()))
        .isEqualTo(CASES.keySet());
  }

  private static Expected read(String words) {
    ScrapeError error = ScrapeError.of(words);
    return new Expected(error.reason(), error.advice());
  }

  /** Words that were not recorded, of the sources that ScrapeFault names. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          # net
          TIMED_OUT              | Get "http://10.0.0.1:8080/metrics": dial tcp 10.0.0.1:8080: i/o timeout
          TIMED_OUT              | Get "http://10.0.0.1:8080/metrics": dial tcp 10.0.0.1:8080: connect: connection timed out
          UNREACHABLE            | Get "http://10.0.0.1:8080/metrics": dial tcp 10.0.0.1:8080: connect: operation not permitted
          UNREACHABLE            | Get "http://10.0.0.1:8080/metrics": dial tcp 10.0.0.1:8080: connect: host is down
          NAME_UNKNOWN           | Get "http://login.shop/": dial tcp: lookup login.shop on 10.96.0.10:53: server misbehaving
          NAME_UNKNOWN           | Get "http://login.shop/": dial tcp: lookup login.shop: i/o timeout
          NAME_UNKNOWN           | Get "https://login.shop/": dial tcp: lookup login.shop on 10.96.0.10:53: read udp 10.96.0.10:53: i/o timeout
          NAME_UNKNOWN           | Get "http://login.shop/": dial tcp: lookup login.shop on 10.96.0.10:53: dial udp 10.96.0.10:53: connect: connection refused
          CLOSED                 | Get "http://10.0.0.1:8080/metrics": write tcp 10.0.0.1:8080: write: broken pipe
          CLOSED_IN_TLS          | Get "https://10.0.0.1:8080/metrics": write tcp 10.0.0.1:8080: write: broken pipe
          CUT_OFF                | read tcp 10.0.0.1:8080: read: connection reset by peer
          # net/http/transport.go
          TIMED_OUT_IN_TLS       | Get "https://10.0.0.1:8443/metrics": net/http: TLS handshake timeout
          TIMED_OUT_IN_TLS       | Get "https://10.0.0.1:8080/metrics": net/http: request canceled (Client.Timeout exceeded while awaiting headers)
          TIMED_OUT              | context deadline exceeded (Client.Timeout or context cancellation while reading body)
          SPEAKS_TLS             | Get "http://10.0.0.1:8443/metrics": net/http: HTTP/1.x transport connection broken: malformed HTTP response "\\x15\\x03\\x01\\x00\\x02\\x02"
          CLOSED_IN_TLS          | Get "https://10.0.0.1:8443/metrics": http2: client connection lost
          # crypto/tls/alert.go, crypto/tls/conn.go
          OWN_CERTIFICATE_REFUSED | Get "https://10.0.0.1:8443/metrics": remote error: tls: bad certificate
          OWN_CERTIFICATE_REFUSED | Get "https://10.0.0.1:8443/metrics": remote error: tls: unknown certificate
          TLS_FAILED             | Get "https://10.0.0.1:8443/metrics": remote error: tls: unrecognized name
          TLS_FAILED             | Get "https://10.0.0.1:8443/metrics": tls: server selected unsupported protocol version 301
          # crypto/x509/verify.go
          CERTIFICATE_EXPIRED    | Get "https://10.0.0.1:8443/metrics": tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-03-01T12:00:00Z is before 2026-03-01T12:05:00Z
          CERTIFICATE_REFUSED    | Get "https://10.0.0.1:8443/metrics": tls: failed to verify certificate: x509: certificate relies on legacy Common Name field, use SANs instead
          CERTIFICATE_REFUSED    | Get "https://10.0.0.1:8443/metrics": x509: certificate signed by unknown authority
          # common/config/http_config.go
          FILE_UNUSABLE          | Get "https://10.0.0.1:8443/metrics": unable to read client key: unable to read file /etc/istio-certs/key.pem: open /etc/istio-certs/key.pem: permission denied
          FILE_UNUSABLE          | Get "https://10.0.0.1:8443/metrics": unable to use specified CA cert /etc/istio-certs/root-cert.pem
          FILE_UNUSABLE          | Get "https://10.0.0.1:8443/metrics": unable to use specified client cert (/etc/istio-certs/cert-chain.pem) & key (/etc/istio-certs/key.pem): tls: private key does not match public key
          FILE_UNUSABLE          | Get "https://10.0.0.1:8443/metrics": unable to load specified CA cert /etc/istio-certs/root-cert.pem: open /etc/istio-certs/root-cert.pem: permission denied
          # scrape/scrape.go, scrape/target.go, model/textparse
          LIMIT_EXCEEDED         | histogram bucket limit exceeded
          NOT_METRICS            | missing metric name (__name__ label)
          NOT_METRICS            | invalid metric type "metre"
          NOT_METRICS            | metric name not set while parsing: "{}"
          NOT_METRICS            | received a zstd-compressed response, but the "zstd-scrape" feature flag is not enabled
          CUT_OFF                | gzip: invalid header
          CUT_OFF                | flate: corrupt input before offset 5
          REDIRECTED             | server returned HTTP status 308 Permanent Redirect
          NOT_AT_THAT_PATH       | server returned HTTP status 410 Gone
          APP_FAILED             | server returned HTTP status 507 Insufficient Storage
          # an app can send any text, and none of it decides
          NOT_METRICS            | expected value after metric, got ":" ("INVALID") while parsing: "lookup db: connect: connection refused"
          APP_FAILED             | server returned HTTP status 500 x509: dial tcp: lookup db: connect: connection refused
          APP_UNAVAILABLE        | server returned HTTP status 503 sample limit exceeded
          NOT_HTTP               | Get "http://10.0.0.1:8080/metrics": malformed HTTP response "tls: connect: connection refused"
          LIMIT_EXCEEDED         | label_value_length_limit exceeded (metric: m, label name: a, value: "lookup db: no such host", length: 38, limit: 35)
          CLOSED                 | Get "http://10.0.0.1:8080/x509: lookup a: connect: connection refused": EOF
          # neither
          OTHER                  | who knows
          """)
  void tellsWhatIsWrongFromOtherWords(ScrapeFault fault, String words) {
    assertThat(ScrapeError.of(words).fault()).isEqualTo(fault);
  }

  @Test
  void everyFaultIsMetInATest() {
    assertThat(recorded().map(r -> ScrapeFault.of(r.words())).collect(Collectors.toSet()))
        .as("recorded, but for those that are in the other table only")
        .containsAll(
            Arrays.stream(ScrapeFault.values()).filter(f -> f != ScrapeFault.SPEAKS_TLS).toList());
    assertThat(read("Get \"http://a/\": malformed HTTP response \"\\x15\\x03\"")).isEqualTo(TLS);
  }

  /** What is wrong, then what to do; Prometheus' words follow. */
  @Test
  void advisesInOneStyle() {
    assertThat(recorded().map(r -> ScrapeError.of(r.words()).advice()).distinct())
        .allSatisfy(advice -> assertThat(advice).matches("[a-zP][^.]*[^.,:;]"));
  }
}
