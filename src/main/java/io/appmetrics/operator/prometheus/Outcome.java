package io.appmetrics.operator.prometheus;

/**
 * What came of an action.
 *
 * @param kind how it ended
 * @param words for the log and the event
 */
public record Outcome(Kind kind, String words) {

  /** The ways in which an action ends. */
  public enum Kind {
    /** It was done. */
    DONE,
    /** Somebody else wrote at the same moment: it is decided anew. */
    OVERTAKEN,
    /** It was refused. */
    REFUSED,
    /** Nobody answered, or not now: it is decided anew at the next pass. */
    UNAVAILABLE
  }

  static final Outcome DONE = new Outcome(Kind.DONE, "done");
  static final Outcome OVERTAKEN =
      new Outcome(Kind.OVERTAKEN, "somebody wrote it at the same moment; looking again");

  static Outcome unavailable(String words) {
    return new Outcome(Kind.UNAVAILABLE, "not done: " + words);
  }

  static Outcome refused(String words) {
    return new Outcome(Kind.REFUSED, "refused: " + words);
  }
}
