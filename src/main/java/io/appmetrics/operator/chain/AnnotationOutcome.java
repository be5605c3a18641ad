package io.appmetrics.operator.chain;

/**
 * What became of the last attempt to write a workload's annotations.
 *
 * @param kind what became of it
 * @param message the reason in the API server's words where it was refused; empty otherwise
 * @param templateWrites how often the template was written for the present declaration
 */
public record AnnotationOutcome(Kind kind, String message, int templateWrites) {

  /** The possible ends of an attempt. */
  public enum Kind {
    /** Nothing had to be written. */
    UP_TO_DATE,
    /** It was written just now. */
    WRITTEN,
    /** Somebody else wrote at the same moment, or the object is gone: look again soon. */
    AGAIN,
    /** Another field manager owns a key that we need. */
    CONFLICT,
    /** Somebody keeps taking our annotations away. */
    REVERTED,
    /** A controller owns the workload and would undo the write. */
    OWNED,
    /** The API server refused: quota, webhook, policy, rights. */
    REFUSED
  }

  /** The same once a pod of the workload was written, too; what went wrong there is told. */
  public AnnotationOutcome and(AnnotationOutcome ofPod) {
    boolean well = kind == Kind.UP_TO_DATE || kind == Kind.WRITTEN;
    return well && ofPod.kind != Kind.UP_TO_DATE
        ? new AnnotationOutcome(ofPod.kind, ofPod.message, templateWrites)
        : this;
  }

  /** Whether what was seen is not what is there any more. */
  public boolean isOutdated() {
    return kind == Kind.WRITTEN || kind == Kind.AGAIN;
  }
}
