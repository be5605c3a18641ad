package io.appmetrics.operator.runtime;

import io.appmetrics.operator.prometheus.Action;
import io.appmetrics.operator.prometheus.Outcome;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;

/**
 * What the operator counts of one Prometheus, told from others by the label {@code installation}.
 */
public final class InstallationMeters {
  private static final String INSTALLATION = "installation";

  private final MeterRegistry registry;
  private final String name;
  private final Counter configWrites;
  private final Counter configConflicts;
  private final Counter reloads;
  private final Counter restarts;
  private final Counter nudges;
  private final Timer polls;

  /**
   * All of them, at zero.
   *
   * @param name namespace/name
   */
  InstallationMeters(MeterRegistry registry, String name) {
    this.registry = registry;
    this.name = name;
    this.configWrites = counter("appmetrics.config.writes", "Writes of a Prometheus ConfigMap.");
    this.configConflicts =
        counter(
            "appmetrics.config.conflicts",
            "Writes of a Prometheus ConfigMap that lost to another writer, and were done again.");
    this.reloads = counter("appmetrics.reloads", "Reloads of a Prometheus replica asked for.");
    this.restarts = counter("appmetrics.restarts", "Restarts of Prometheus.");
    this.nudges =
        counter(
            "appmetrics.nudges",
            "Annotations of a Prometheus pod, written so that the kubelet projects at once.");
    this.polls =
        Timer.builder("appmetrics.poll")
            .description("How long it took to ask all replicas of a Prometheus once.")
            .tag(INSTALLATION, name)
            .register(registry);
  }

  /** What has ended well, but for nudges and reloads: those count as soon as they are asked for. */
  void acted(Action action, Outcome outcome) {
    boolean done = outcome.kind() == Outcome.Kind.DONE;
    if (action instanceof Action.WriteConfig) {
      if (done) {
        configWrites.increment();
      } else if (outcome.kind() == Outcome.Kind.OVERTAKEN) {
        configConflicts.increment();
      } // else said in the condition ConfigWritten, and tried again
    } else if (action instanceof Action.Nudge) {
      nudges.increment();
    } else if (action instanceof Action.Reload) {
      reloads.increment();
    } else if (action instanceof Action.Restart && done) {
      restarts.increment();
    }
  }

  /** {@code appmetrics_poll_seconds}: count, sum, and the longest of the last minutes. */
  void polled(Duration took) {
    polls.record(took);
  }

  private Counter counter(String meter, String description) {
    return Counter.builder(meter)
        .description(description)
        .tag(INSTALLATION, name)
        .register(registry);
  }
}
