package io.appmetrics.operator.cluster.program;

import org.jspecify.annotations.Nullable;

/** A program of the test cluster is not there and cannot be built; the message says what to do. */
public final class BinaryMissing extends RuntimeException {

  private static final long serialVersionUID = 1L;

  BinaryMissing(String message) {
    this(message, null);
  }

  BinaryMissing(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
