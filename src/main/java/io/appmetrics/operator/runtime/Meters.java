package io.appmetrics.operator.runtime;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What the operator counts of itself: nothing per AppMetrics, so that the number of series does not
 * depend on how many there are.
 */
public final class Meters {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  private final Counter configWrites =
      counter("appmetrics.config.writes", "Writes of a Prometheus ConfigMap.");
  private final Counter configConflicts =
      counter(
          "appmetrics.config.conflicts",
          "Writes of a Prometheus ConfigMap that lost to another writer, and were done again.");
  private final Counter reloads =
      counter("appmetrics.reloads", "Reloads of a Prometheus replica asked for.");
  private final Counter restarts = counter("appmetrics.restarts", "Restarts of Prometheus.");
  private final Counter nudges =
      counter(
          "appmetrics.nudges",
          "Annotations of a Prometheus pod, written so that the kubelet projects at once.");
  private final Counter templateWrites =
      counter(
          "appmetrics.template.writes",
          "Writes of a pod template's annotations: each is a rollout.");
  private final Counter statusWrites =
      counter("appmetrics.status.writes", "Writes of an AppMetrics' status.");
  private final Timer polls =
      Timer.builder("appmetrics.poll")
          .description("How long it took to ask all replicas of a Prometheus once.")
          .register(registry);
  private final AtomicInteger ready = resources("True");
  private final AtomicInteger notReady = resources("False");
  private final AtomicInteger unknown = resources("Unknown");

  /** With a registry of its own. */
  public Meters() {
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
  }

  /** {@code appmetrics_config_writes_total}. */
  public void configWritten() {
    configWrites.increment();
  }

  /** {@code appmetrics_config_conflicts_total}. */
  public void configConflicted() {
    configConflicts.increment();
  }

  /** {@code appmetrics_reloads_total}. */
  public void reloaded() {
    reloads.increment();
  }

  /** {@code appmetrics_restarts_total}. */
  public void restarted() {
    restarts.increment();
  }

  /** {@code appmetrics_nudges_total}. */
  public void nudged() {
    nudges.increment();
  }

  /** {@code appmetrics_template_writes_total}. */
  public void templateWritten() {
    templateWrites.increment();
  }

  /** {@code appmetrics_status_writes_total}. */
  public void statusWritten() {
    statusWrites.increment();
  }

  /** {@code appmetrics_poll_seconds}: count, sum, and the longest of the last minutes. */
  public void polled(Duration took) {
    polls.record(took);
  }

  /** {@code appmetrics_resources{ready="True|False|Unknown"}}: how many AppMetrics there are. */
  public void resources(int isReady, int isNotReady, int isUnknown) {
    ready.set(isReady);
    notReady.set(isNotReady);
    unknown.set(isUnknown);
  }

  /** Everything, in the text format 0.0.4 of Prometheus. */
  String scrape() {
    return registry.scrape();
  }

  private Counter counter(String name, String description) {
    return Counter.builder(name).description(description).register(registry);
  }

  private AtomicInteger resources(String state) {
    AtomicInteger number = new AtomicInteger();
    Gauge.builder("appmetrics.resources", number, AtomicInteger::get)
        .description("AppMetrics by the status of their condition Ready.")
        .tag("ready", state)
        .strongReference(true)
        .register(registry);
    return number;
  }
}
