package io.appmetrics.operator.cluster.node;

/** Something that a pod needs is not there (yet); the message is the kubelet's. */
final class NotYet extends Exception {

  private static final long serialVersionUID = 1L;

  private final String why;

  NotYet(String why) {
    super(why);
    this.why = why;
  }

  /** The message. */
  String why() {
    return why;
  }
}
