package io.appmetrics.operator.chain;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Tells from Prometheus' words for a failed scrape what is wrong.
 *
 * @param reason the kind of trouble
 * @param advice what to do
 */
record ScrapeError(Reason reason, String advice) {

  private record Rule(Pattern words, ScrapeError error) {}

  private static final String NO_AGREEMENT =
      "the two sides do not agree on TLS: leave scheme to Auto, and see what PeerAuthentication"
          + " says for this workload";

  /**
   * The first rule whose words are found decides. What every scrape of ours meets at its own end
   * comes first, then what a TLS connection says, then answers of HTTP, then the text in them.
   */
  private static final List<Rule> RULES =
      List.of(
          rule(
              "connect: connection refused",
              Reason.CONNECTION_REFUSED,
              "nothing listens there: declare the port that the app listens on in its container"),
          rule(
              "limit exceeded|label_\\w+ exceeded",
              Reason.LIMIT_EXCEEDED,
              "it serves more than a limit allows: let it serve less, or raise the limit"),
          rule(
              "deadline exceeded|Client\\.Timeout|i/o timeout",
              Reason.SCRAPE_TIMEOUT,
              "it does not answer in time: raise timeout and interval, or look at the app"),
          rule(
              "\\bopen /.*: no such file or directory",
              Reason.TLS_HANDSHAKE_FAILED,
              "Prometheus has lost its own certificate: see who writes that file"),
          rule(
              "remote error: tls: expired certificate",
              Reason.TLS_HANDSHAKE_FAILED,
              "the certificate that Prometheus shows has expired: renew it"),
          rule(
              "remote error: tls: (unknown certificate authority|bad certificate)",
              Reason.TLS_HANDSHAKE_FAILED,
              "it does not accept the certificate that Prometheus shows: give Prometheus one of"
                  + " this mesh"),
          rule(
              "x509:",
              Reason.TLS_HANDSHAKE_FAILED,
              "its certificate does not convince Prometheus: let it be valid for the pod's address,"
                  + " or serve the metrics as plain HTTP"),
          rule(
              "server gave HTTP response to HTTPS client",
              Reason.TLS_HANDSHAKE_FAILED,
              "it speaks plain HTTP: set scheme HTTP"),
          // \x15 is an alert of TLS. Prometheus gives several of these words by turns.
          rule(
              "tls:|connection reset by peer|: EOF$|server closed idle connection"
                  + "|malformed HTTP response \"\\\\x15",
              Reason.TLS_HANDSHAKE_FAILED,
              NO_AGREEMENT),
          rule(
              "malformed HTTP",
              Reason.NOT_METRICS,
              "what answers there does not speak HTTP: correct the port"),
          rule(
              "HTTP status 40[13]",
              Reason.FORBIDDEN,
              "the app or an AuthorizationPolicy refuses Prometheus: allow it to read that path"),
          rule(
              "HTTP status (5\\d\\d|429)",
              Reason.SCRAPE_FAILED,
              "the app, or the sidecar before it, answers with an error: see whether the app listens"
                  + " on that port, and what its log says"),
          rule(
              "HTTP status \\d+|stopped after \\d+ redirects",
              Reason.NOT_METRICS,
              "there are no metrics at that path: correct path or port"),
          rule(
              "unexpected EOF",
              Reason.SCRAPE_FAILED,
              "its answer ends before it is complete: look at the app"),
          rule(
              "^(?!Get ).*(Content-Type|expected |invalid |unexpected |strconv|start token|# EOF)",
              Reason.NOT_METRICS,
              "what it answers is not metrics: correct path or port"));

  private static Rule rule(String words, Reason reason, String advice) {
    return new Rule(Pattern.compile(words), new ScrapeError(reason, advice));
  }

  static ScrapeError of(String lastError) {
    return RULES.stream()
        .filter(rule -> rule.words().matcher(lastError).find())
        .findFirst()
        .map(Rule::error)
        .orElse(new ScrapeError(Reason.SCRAPE_FAILED, "look at the app and at the network"));
  }
}
