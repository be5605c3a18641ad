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

  /** The first rule whose words are found decides. */
  private static final List<Rule> RULES =
      List.of(
          rule(
              "connection refused",
              Reason.CONNECTION_REFUSED,
              "nothing listens there: declare the port that the app listens on in its container"),
          rule(
              "sample limit|label_limit|label limit|body size limit|limit exceeded",
              Reason.LIMIT_EXCEEDED,
              "it serves more than a limit allows: let it serve less, or raise the limit"),
          rule(
              "deadline exceeded|Client\\.Timeout|i/o timeout",
              Reason.SCRAPE_TIMEOUT,
              "it does not answer in time: raise timeout and interval, or look at the app"),
          rule(
              "server gave HTTP response to HTTPS client",
              Reason.TLS_HANDSHAKE_FAILED,
              "it speaks plain HTTP: set scheme HTTP"),
          rule(
              "HTTP status 40[13]",
              Reason.FORBIDDEN,
              "the app or an AuthorizationPolicy refuses Prometheus: allow it to read that path"),
          rule(
              "tls:|x509:|connection reset by peer|: EOF$|malformed HTTP response",
              Reason.TLS_HANDSHAKE_FAILED,
              "the two sides do not agree on TLS: leave scheme to Auto, and see what"
                  + " PeerAuthentication says for this workload"),
          rule(
              "HTTP status \\d+",
              Reason.NOT_METRICS,
              "there are no metrics at that path: correct path or port"),
          rule(
              "Content-Type|expected |invalid|unexpected|text format|strconv|start token|no token",
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
