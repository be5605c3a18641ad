package io.appmetrics.operator.prometheus;

import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is wrong with a failed scrape, read from Prometheus' words for it: one constant for each
 * thing that somebody would mend in another way.
 *
 * <p>The first constant whose words are found decides. Words that quote what the other side sent
 * come first, and are looked for at the beginning only: an app can send any text. Sources of the
 * words: scrape/scrape.go and model/textparse of Prometheus 3.16.0, config/http_config.go of
 * prometheus/common 0.72.1, and net, net/http, crypto/tls and crypto/x509 of Go 1.26.
 */
public enum ScrapeFault {
  /** HTTP 3xx that leads nowhere, or in a circle. */
  REDIRECTED("^server returned HTTP status 3\\d\\d|^stopped after \\d+ redirects"),
  /** HTTP 400, which is also how a TLS port answers plain HTTP (net/http/server.go). */
  BAD_REQUEST("^server returned HTTP status 400"),
  /** HTTP 401. */
  UNAUTHORIZED("^server returned HTTP status 401"),
  /** HTTP 403, which is also how Envoy enforces an AuthorizationPolicy. */
  FORBIDDEN("^server returned HTTP status 403"),
  /**
   * HTTP 502, 503, 504, with which a sidecar tells that it has no answer of its app: the response
   * flags UPE, UF and UC, UT of Envoy's access log. Prometheus keeps nothing of the body.
   */
  APP_UNAVAILABLE("^server returned HTTP status 50[234]"),
  /** Another HTTP 5xx, or one that asks for patience: the app is there, and in trouble. */
  APP_FAILED("^server returned HTTP status (5\\d\\d|408|425|429)"),
  /** Another status: the app is there, and has no metrics at that path. */
  NOT_AT_THAT_PATH("^server returned HTTP status"),
  /** More than a limit of Prometheus allows. */
  LIMIT_EXCEEDED("^[a-z ]*limit exceeded|^(target|label\\w*)_limit exceeded"),
  /** An answer that cannot be parsed. */
  NOT_METRICS(
      "^(expected |strconv\\.|invalid |\"INVALID\"|unexpected data after|data does not end with"
          + "|missing metric name|metric name |unsupported character|help text |unit \""
          + "|unknown metric type|histogram \"|received |cannot parse Content-Type"
          + "|could not parse received Content-Type|non-compliant scrape target)"),
  /** An answer to plain HTTP that begins as an alert of TLS does: with the byte 0x15. */
  SPEAKS_TLS("malformed HTTP response \"\\\\x15"),
  /** An answer of another protocol. */
  NOT_HTTP("^(net/http: HTTP/1.x transport connection broken: )?malformed "),
  /** An answer that ends too early, or is compressed badly. */
  CUT_OFF("^(net/http: HTTP/1.x transport connection broken: )?unexpected EOF|^(gzip|flate|zstd):"),
  /** A file that a job's tls_config names and that is not there, not readable, or no such thing. */
  FILE_UNUSABLE("^unable to (read|load|use) |^open /"),
  /** A name: pods are scraped by address, so that only a redirect leads to one. */
  NAME_UNKNOWN("\\blookup \\S+( on \\S+)?: "),
  /** Nothing listens. */
  CONNECTION_REFUSED("connect: connection refused"),
  /** No answer in time. */
  TIMED_OUT("deadline exceeded|Client\\.Timeout|\\btimeout\\b|connection timed out"),
  /** No answer in time to the beginning of TLS, as of a plain server that waits for a line. */
  TIMED_OUT_IN_TLS(TIMED_OUT),
  /** No way to the pod. */
  UNREACHABLE(
      "connect: (no route to host|network is unreachable|host is down|permission denied"
          + "|operation not permitted)"),
  /** The other side says that Prometheus' certificate has expired. */
  OWN_CERTIFICATE_EXPIRED("remote error: tls: expired certificate"),
  /** The other side wants a certificate, and was shown none. */
  OWN_CERTIFICATE_WANTED("remote error: tls: certificate required"),
  /** The other side does not take the certificate that it was shown. */
  OWN_CERTIFICATE_REFUSED(
      "remote error: tls: (unknown certificate authority|bad certificate|unknown certificate"
          + "|unsupported certificate|revoked certificate|access denied|error decrypting message)"),
  /** The other side's certificate has expired. */
  CERTIFICATE_EXPIRED("x509: certificate has expired"),
  /** The other side's certificate is not one that Prometheus takes. */
  CERTIFICATE_REFUSED("x509: "),
  /** An answer to TLS that is none. */
  SPEAKS_NO_TLS("server gave HTTP response to HTTPS client|first record does not look like a TLS"),
  /** Both speak TLS, and do not agree. */
  TLS_FAILED("\\btls: "),
  /** The connection ends without an answer: Prometheus has several words for it, by turns. */
  CLOSED(
      "connection reset by peer|broken pipe|\\bEOF$|server closed idle connection"
          + "|server sent GOAWAY|client connection lost"),
  /** The connection ends in the middle of TLS. */
  CLOSED_IN_TLS(CLOSED),
  /** Words that nothing is known of. */
  OTHER("");

  /** Of Go's url.Error: which request it was, and a URL that a redirect may have named. */
  private static final Pattern REQUEST =
      Pattern.compile("^Get \"(https?:)?(?:[^\"\\\\]|\\\\.)*\": ");

  private final Pattern words;

  ScrapeFault(String words) {
    this.words = Pattern.compile(words);
  }

  ScrapeFault(ScrapeFault same) {
    this.words = same.words;
  }

  /** What is wrong. */
  public static ScrapeFault of(String lastError) {
    Matcher request = REQUEST.matcher(lastError);
    boolean sent = request.lookingAt();
    String words = sent ? lastError.substring(request.end()) : lastError;
    ScrapeFault fault =
        Arrays.stream(values())
            .filter(candidate -> candidate.words.matcher(words).find())
            .findFirst()
            .orElse(OTHER);
    if (fault == CLOSED && !sent) {
      // without the request in front, it is the answer's body that ends
      return CUT_OFF;
    }
    return sent && "https:".equals(request.group(1)) ? fault.inTls() : fault;
  }

  private ScrapeFault inTls() {
    if (this == TIMED_OUT) {
      return TIMED_OUT_IN_TLS;
    }
    return this == CLOSED ? CLOSED_IN_TLS : this;
  }

  /**
   * Whether the other side may say this one time, and the other, which tells no more, another time.
   * With TLS 1.3 its alert races with the end of the connection; and what an app makes of TLS that
   * speaks none goes by the bytes, which differ: it answers, waits for more, or hangs up.
   */
  boolean racesWith(ScrapeFault other) {
    return switch (this) {
      case OWN_CERTIFICATE_EXPIRED, OWN_CERTIFICATE_WANTED, OWN_CERTIFICATE_REFUSED, TLS_FAILED ->
          other == CLOSED_IN_TLS;
      case SPEAKS_NO_TLS -> other == CLOSED_IN_TLS || other == TIMED_OUT_IN_TLS;
      case TIMED_OUT_IN_TLS -> other == CLOSED_IN_TLS;
      case CLOSED_IN_TLS -> other == TIMED_OUT_IN_TLS;
      default -> false;
    };
  }
}
