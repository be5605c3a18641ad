package io.appmetrics.operator.cluster.node;

/** Something that a pod needs is not there (yet); the message is the kubelet's. */
final class NotYet extends Exception {

  private static final long serialVersionUID = 1L;

  private final String reason;
  private final String why;

  NotYet(String reason, String why) {
    super(why);
    this.reason = reason;
    this.why = why;
  }

  /** What a container needs cannot be had. */
  NotYet(String why) {
    this("CreateContainerConfigError", why);
  }

  /** The reason for a container to wait. */
  String reason() {
    return reason;
  }

  /** The message. */
  String why() {
    return why;
  }
}
