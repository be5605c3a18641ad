package io.appmetrics.operator.chain;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the operator needs to know of a pod.
 *
 * @param namespace the namespace
 * @param name the name
 * @param uid the identity of this very pod
 * @param readySince when it became ready; null while it is not
 * @param startedAt when the last of its containers started; null when none runs
 * @param terminating whether it is about to go
 * @param sidecar whether Istio's proxy runs in it
 * @param annotations its annotations
 * @param ports the ports that its containers declare
 */
public record PodFacts(
    String namespace,
    String name,
    String uid,
    @Nullable Instant readySince,
    @Nullable Instant startedAt,
    boolean terminating,
    boolean sidecar,
    Map<String, String> annotations,
    List<Workload.DeclaredPort> ports) {

  /** Whether it serves: ready, and not about to go. */
  public boolean serving() {
    return readySince != null && !terminating;
  }
}
