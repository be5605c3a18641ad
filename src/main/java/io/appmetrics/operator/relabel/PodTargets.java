package io.appmetrics.operator.relabel;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A pod, and its discovered targets, which are the same for all jobs; made when one asks. */
final class PodTargets {

  private final Pod pod;
  private final Dialect dialect;
  private @Nullable List<Labels> targets;

  PodTargets(Pod pod, Dialect dialect) {
    this.pod = pod;
    this.dialect = dialect;
  }

  Pod pod() {
    return pod;
  }

  /** To be copied before they are changed. */
  List<Labels> targets() {
    if (targets == null) {
      // a copy shares what it is made from
      targets = new PodDiscovery(dialect).targets(pod).stream().map(Labels::copy).toList();
    }
    return targets;
  }
}
