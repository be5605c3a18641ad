package io.appmetrics.operator.runtime;

/** Why the operator does not start: one line that says what is wrong, where, and what to do. */
public final class CannotStart extends Exception {
  private static final long serialVersionUID = 1L;

  /** With a message of one line. */
  public CannotStart(String message) {
    super(message);
  }

  /** With a message of one line, and the failure that it tells of. */
  public CannotStart(String message, Throwable cause) {
    super(message, cause);
  }
}
