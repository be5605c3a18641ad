package io.appmetrics.operator.cel;

/** A rule says nothing of a value: CEL has no such operation on it. */
public final class NotEvaluable extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NotEvaluable(String message) {
    super(message);
  }
}
