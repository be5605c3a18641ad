package io.appmetrics.operator.prometheus;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One Prometheus pod, as its own API tells.
 *
 * @param pod namespace/name
 * @param reachable false once it has not answered for so long that nothing is known any more
 * @param problem why it did not answer the last time; null when it did
 * @param digests of our blocks that it has loaded: none, one, or more while a reload goes on
 * @param rejection why its last reload failed, in its own words; null when it succeeded
 * @param pools the names of its scrape pools
 * @param targets the targets of our pools, by pod uid
 */
public record ReplicaFacts(
    String pod,
    boolean reachable,
    @Nullable String problem,
    Set<String> digests,
    @Nullable String rejection,
    Set<String> pools,
    Map<String, List<ActiveTarget>> targets) {

  /** The targets that this replica has for a pod. */
  public Collection<ActiveTarget> targetsOf(String podUid) {
    return targets.getOrDefault(podUid, List.of());
  }
}
