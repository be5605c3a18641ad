package io.appmetrics.operator.chain;

import io.appmetrics.operator.mesh.Dataplane;
import io.appmetrics.operator.mesh.MeshPod;
import io.appmetrics.operator.relabel.Pod;
import io.appmetrics.operator.route.Endpoint;
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
 * @param createdAt when it was made
 * @param readySince when it became ready; null while it is not
 * @param startedAt when the last of its containers started; null when none runs
 * @param terminating whether it is about to go
 * @param mesh as the mesh's policies see it
 * @param annotations its annotations
 * @param ports the ports that its containers declare
 * @param merged the endpoint of its app that Istio's agent serves among its own metrics; null where
 *     it serves none
 * @param discovered as Prometheus' pod discovery sees it
 */
public record PodFacts(
    String namespace,
    String name,
    String uid,
    Instant createdAt,
    @Nullable Instant readySince,
    @Nullable Instant startedAt,
    boolean terminating,
    MeshPod mesh,
    Map<String, String> annotations,
    List<Workload.DeclaredPort> ports,
    Endpoint.@Nullable Key merged,
    Pod discovered) {

  /** Whether Istio's proxy runs in it. */
  public boolean sidecar() {
    return mesh.dataplane() == Dataplane.SIDECAR;
  }

  /** Whether it serves: ready, and not about to go. */
  public boolean serving() {
    return readySince != null && !terminating;
  }
}
