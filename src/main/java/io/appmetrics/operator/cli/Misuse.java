package io.appmetrics.operator.cli;

/** What the user has given cannot be used; the message is one line for them. */
final class Misuse extends Exception {
  private static final long serialVersionUID = 1L;

  Misuse(String message) {
    super(message);
  }
}
