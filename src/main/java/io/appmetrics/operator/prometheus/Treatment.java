package io.appmetrics.operator.prometheus;

/**
 * The next step against what a replica suffers from.
 *
 * @param replica the replica
 * @param cause what it suffers from
 * @param step the step, and when to look again
 */
record Treatment(ReplicaReading replica, Action.Cause cause, Healing.Step step) {

  /** Whether there is something to do now. */
  boolean due() {
    return step.kind() != Healing.Kind.WAIT;
  }

  /** What to do now. */
  Action action() {
    return switch (step.kind()) {
      case WAIT -> new Action.None();
      case NUDGE -> new Action.Nudge(replica, cause);
      case RELOAD -> new Action.Reload(replica, cause);
    };
  }
}
