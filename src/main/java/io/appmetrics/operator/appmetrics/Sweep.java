package io.appmetrics.operator.appmetrics;

import io.appmetrics.operator.apiserver.ApiFailure;
import io.appmetrics.operator.chain.Workload;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes our annotations off workloads that no AppMetrics names any more: what a finalizer would do,
 * without its hanging when the operator is gone.
 */
public final class Sweep {
  private static final Logger log = LoggerFactory.getLogger(Sweep.class);

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

  /** Sweeps every namespace that the operator watches; returns whether all is clean. */
  public boolean run() {
    Set<Workload.Key> wanted = named.get();
    annotator.retain(workloads.keys());
    return workloads.marked().stream()
        .filter(workload -> !wanted.contains(workload.key()))
        .map(this::strip)
        .reduce(true, Boolean::logicalAnd);
  }

  /** Sweeps one workload; returns whether it is clean. */
  public boolean run(Workload.Key key) {
    // most workloads of a cluster are not marked, and every change of any of them is asked about
    return workloads
        .marked(key)
        .filter(workload -> !named.get().contains(key))
        .map(this::strip)
        .orElse(true);
  }

  /** One that fails stops no other. */
  private boolean strip(Workload workload) {
    try {
      return switch (annotator.strip(workload).kind()) {
        case UP_TO_DATE, WRITTEN -> true;
        // AGAIN: the newer object that was in the way is about to be heard of, and swept
        case AGAIN, CONFLICT, REVERTED, OWNED, REFUSED -> false;
      };
    } catch (KubernetesClientException e) {
      log.info("{}: not swept yet: {}", workload.key(), ApiFailure.of(e).words());
      return false;
    }
  }
}
