package io.appmetrics.operator.cluster.app;

import java.util.Locale;

/**
 * How one port of the demo app behaves, written as a connection and, optionally, an answer: {@code
 * plain}, {@code mtls}, {@code down}, {@code hang}; {@code plain html}, {@code mtls 403}, {@code
 * plain many}.
 */
record Behaviour(Connection connection, String answer) {

  static final String METRICS = "metrics";
  static final String MANY = "many";
  static final String HTML = "html";

  /** What happens to a connection. */
  enum Connection {
    /** Answers HTTP. */
    PLAIN,
    /** Answers HTTPS to clients with a certificate of the mesh, as Envoy does under STRICT. */
    MTLS,
    /** Refuses connections. */
    DOWN,
    /** Accepts, and never answers. */
    HANG
  }

  /** Throws IllegalArgumentException for a text that is none. */
  static Behaviour parse(String text) {
    var words = text.strip().split("\\s+", -1);
    var connection = Connection.valueOf(words[0].toUpperCase(Locale.ROOT));
    var answer = words.length > 1 ? words[1] : METRICS;
    if (words.length > 2 || !answer.matches("metrics|many|html|[1-5]\\d\\d")) {
      throw new IllegalArgumentException(
          "no behaviour: " + text + " (wanted: plain|mtls|down|hang [metrics|many|html|<status>])");
    }
    return new Behaviour(connection, answer);
  }
}
