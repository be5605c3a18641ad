package io.appmetrics.operator.apiserver;

import io.fabric8.kubernetes.api.model.Pod;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;

/** Whether a pod is ready, as its kubelet tells. */
public final class PodReadiness {
  private PodReadiness() {}

  /** Since when it is, in whole seconds; empty while it is not. */
  public static Optional<Instant> since(Pod pod) {
    return Stream.ofNullable(pod.getStatus())
        .flatMap(status -> status.getConditions().stream())
        .filter(c -> c.getType().equals("Ready") && c.getStatus().equals("True"))
        .flatMap(c -> Stream.ofNullable(c.getLastTransitionTime()))
        .map(Instant::parse)
        .findFirst();
  }
}
