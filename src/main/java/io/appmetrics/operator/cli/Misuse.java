package io.appmetrics.operator.cli;

import java.util.List;

/** What the user has given cannot be used; the message is for them, one line for each mistake. */
final class Misuse extends Exception {
  private static final long serialVersionUID = 1L;

  Misuse(String message) {
    super(message);
  }

  Misuse(List<String> messages) {
    super(String.join("\n", messages));
  }
}
