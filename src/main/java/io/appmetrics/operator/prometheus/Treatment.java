package io.appmetrics.operator.prometheus;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The next step against what a replica suffers from.
 *
 * @param replica the replica
 * @param cause what it suffers from
 * @param step the step, and when to look again
 * @param restart the restart, where that is the step; else null
 * @param prognosis what becomes of it
 */
record Treatment(
    ReplicaReading replica,
    Action.Cause cause,
    Healing.Step step,
    Action.@Nullable Restart restart,
    Prognosis prognosis) {

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
      case RESTART -> Objects.requireNonNull(restart, "the step is a restart");
    };
  }
}
