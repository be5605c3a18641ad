package io.appmetrics.operator.chain;

import io.appmetrics.operator.api.Target;
import io.appmetrics.operator.mesh.MeshPolicy;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was seen of one target.
 *
 * @param target the declaration
 * @param workload the workload that it names; null when there is none
 * @param pods the pods of the workload
 * @param unreadable the API server's words when it refused to show the pods, or the Services that a
 *     policy of the mesh is for, else null
 * @param claimants every AppMetrics that names the workload, this one included
 * @param policy the policies of the mesh for this namespace
 */
public record TargetObservation(
    Target target,
    @Nullable Workload workload,
    List<PodFacts> pods,
    @Nullable String unreadable,
    List<Claimant> claimants,
    MeshPolicy policy) {

  /**
   * An AppMetrics that names the workload.
   *
   * @param name its name
   * @param created when it was created
   * @param suspended whether nothing is to be written for it
   * @param target its declaration for this workload
   */
  public record Claimant(String name, Instant created, boolean suspended, Target target) {}
}
