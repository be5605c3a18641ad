package io.appmetrics.operator.appmetrics;

import io.appmetrics.operator.chain.Workload;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Takes our annotations off workloads that no AppMetrics names any more: what a finalizer would do,
 * without its hanging when the operator is gone.
 */
public final class Sweep {
  private final Workloads workloads;
  private final WorkloadAnnotator annotator;
  private final Supplier<Set<Workload.Key>> named;

  /**
   * Creates a sweep.
   *
   * @param named the workloads that some AppMetrics names; asked only once the caches are filled
   */
  public Sweep(
      Workloads workloads, WorkloadAnnotator annotator, Supplier<Set<Workload.Key>> named) {
    this.workloads = workloads;
    this.annotator = annotator;
    this.named = named;
  }

  /** Sweeps every namespace that the operator watches. */
  public void run() {
    Set<Workload.Key> wanted = named.get();
    workloads.marked().stream()
        .filter(workload -> !wanted.contains(workload.key()))
        .forEach(annotator::strip);
  }
}
