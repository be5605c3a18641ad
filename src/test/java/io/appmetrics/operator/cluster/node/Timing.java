package io.appmetrics.operator.cluster.node;

import java.time.Duration;

/**
 * How slow the node is to do what a real kubelet is slow to do.
 *
 * @param propagation from the change of a ConfigMap or Secret until it is in the containers, when
 *     nothing else happens to the pod; measured on a real kubelet: 4 to 76 s
 * @param reaction from the change of a pod until its volumes are projected anew; measured on a real
 *     kubelet: 0.1 to 0.25 s, that is, later than Prometheus hears of the same change
 * @param backOff the wait before the second restart of a container, doubled for each further one
 */
public record Timing(Duration propagation, Duration reaction, Duration backOff) {

  /** As a real kubelet, but for the propagation, which takes half a second. */
  public static final Timing QUICK =
      new Timing(Duration.ofMillis(500), Duration.ofMillis(150), Duration.ofSeconds(10));

  /** The same with another propagation. */
  public Timing withPropagation(Duration other) {
    return new Timing(other, reaction, backOff);
  }

  /** The same with another reaction. */
  public Timing withReaction(Duration other) {
    return new Timing(propagation, other, backOff);
  }

  /** The same with another back-off. */
  public Timing withBackOff(Duration other) {
    return new Timing(propagation, reaction, other);
  }
}
