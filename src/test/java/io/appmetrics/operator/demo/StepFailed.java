package io.appmetrics.operator.demo;

/** A step of the demo was not as it should be: what was wanted, and what was seen instead. */
final class StepFailed extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StepFailed(String wanted, String seen) {
    super(wanted + System.lineSeparator() + "seen: " + seen);
  }

  /** Goes on when it is so. */
  static void unless(boolean so, String wanted, String seen) {
    if (!so) {
      throw new StepFailed(wanted, seen);
    }
  }
}
