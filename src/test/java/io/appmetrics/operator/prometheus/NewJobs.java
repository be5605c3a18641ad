package io.appmetrics.operator.prometheus;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Instant;

/** What it costs a Prometheus to load jobs that are new, by the ladder that the operator climbs. */
public final class NewJobs {
  private static final Instant NUDGED = Instant.parse("2026-03-01T10:00:00Z");
  private static final Instant LONG_AFTER = Instant.parse("2026-03-01T11:00:00Z");

  private NewJobs() {}

  /** The last rung, in the words of docs/support.md. */
  public static String cost(Deployment prometheus) {
    var installation = (Installation) Installation.of(prometheus);
    var step =
        Healing.forText(
            Attempts.NONE
                .nudged("pod", Attempts.text("digest"), NUDGED)
                .on("pod", Attempts.text("digest")),
            Healing.Means.of(installation),
            LONG_AFTER);
    return switch (step.kind()) {
      case WAIT, NUDGE -> "nothing";
      case RELOAD -> "a reload";
      case RESTART ->
          installation.rollout().obstacle() == null
              ? "a restart"
              : "a restart, which is impossible";
    };
  }
}
