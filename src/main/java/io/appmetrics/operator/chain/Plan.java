package io.appmetrics.operator.chain;

import io.appmetrics.operator.scrapeconfig.SlotJobs;
import java.util.List;

/**
 * What is to be done for one AppMetrics.
 *
 * @param targets for each target, in the order of the spec
 * @param demand the jobs that it needs of the installation
 */
public record Plan(List<TargetPlan> targets, SlotJobs demand) {

  /** Whether all of every workload was seen, so that the demand is all that will be needed. */
  public boolean complete() {
    return targets.stream()
        .map(TargetPlan::seen)
        .allMatch(seen -> seen.workload() != null && seen.unreadable() == null);
  }

  /** Plans from what was seen. */
  public static Plan of(Observation seen) {
    List<TargetPlan> targets =
        seen.targets().stream().map(t -> TargetPlan.of(t, seen.slotLimit())).toList();
    return new Plan(
        targets,
        targets.stream()
            .map(target -> seen.suspended() ? target.standing() : target.demand())
            .reduce(SlotJobs.none(), SlotJobs::and));
  }
}
