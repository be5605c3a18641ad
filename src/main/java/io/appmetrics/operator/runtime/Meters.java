package io.appmetrics.operator.runtime;

import io.appmetrics.operator.prometheus.WorkloadRef;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What the operator counts of itself: some of it for each Prometheus that it serves, nothing for
 * each AppMetrics, so that the number of series does not depend on how many there are.
 */
public final class Meters {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  private final Counter templateWrites =
      counter(
          "appmetrics.template.writes",
          "Writes of a pod template's annotations: each is a rollout.");
  private final Counter statusWrites =
      counter("appmetrics.status.writes", "Writes of an AppMetrics' status.");
  private final AtomicInteger ready = resources("True");
  private final AtomicInteger notReady = resources("False");
  private final AtomicInteger unknown = resources("Unknown");

  /** With a registry of its own. */
  public Meters() {
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
  }

  /** What is counted of one Prometheus; once for each. */
  public InstallationMeters of(WorkloadRef installation) {
    return new InstallationMeters(registry, installation.path());
  }

  /** {@code appmetrics_template_writes_total}. */
  public void templateWritten() {
    templateWrites.increment();
  }

  /** {@code appmetrics_status_writes_total}. */
  public void statusWritten() {
    statusWrites.increment();
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
