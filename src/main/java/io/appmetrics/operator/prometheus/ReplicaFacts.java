package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.scrapeconfig.SlotJobs;
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
 * @param answered whether it has ever answered: what follows is what it said the last time
 * @param problem why it did not answer the last time; null when it did
 * @param loaded the slot jobs in the configuration that it runs
 * @param rejection why its last reload failed, in its own words; null when it succeeded
 * @param pools the names of its scrape pools
 * @param targets the targets of our pools, by pod uid
 */
public record ReplicaFacts(
    String pod,
    boolean reachable,
    boolean answered,
    @Nullable String problem,
    SlotJobs loaded,
    @Nullable String rejection,
    Set<String> pools,
    Map<String, List<ActiveTarget>> targets) {

  /** The targets that this replica has for a pod. */
  public Collection<ActiveTarget> targetsOf(String podUid) {
    return targets.getOrDefault(podUid, List.of());
  }
}
