package io.appmetrics.operator.chain;

import java.util.ArrayList;
import java.util.List;

/**
 * What is to be done for one AppMetrics.
 *
 * @param shares of each Prometheus installation, in the order in which the admin names them
 */
public record Plan(List<Share> shares) {

  /** Plans from what was seen. */
  public static Plan of(Observation seen) {
    List<List<TargetPlan>> bySight = new ArrayList<>();
    seen.sights().forEach(sight -> bySight.add(new ArrayList<>()));
    for (TargetObservation target : seen.targets()) {
      List<TargetPlan> plans = TargetPlan.of(target, seen.slotLimit(), seen.sights());
      for (int i = 0; i < plans.size(); i++) {
        bySight.get(i).add(plans.get(i));
      }
    }
    List<Share> shares = new ArrayList<>();
    for (int i = 0; i < bySight.size(); i++) {
      shares.add(share(seen, seen.sights().get(i), List.copyOf(bySight.get(i))));
    }
    return new Plan(List.copyOf(shares));
  }

  private static Share share(Observation seen, Sight sight, List<TargetPlan> targets) {
    return seen.sights().stream()
        .filter(other -> other.installation().equals(sight.federates()))
        .findFirst()
        .map(source -> Share.pulling(sight, source, targets))
        .orElseGet(() -> Share.scraping(sight, targets, seen.suspended()));
  }

  /** The targets: what is to stand on them is the same for all installations. */
  public List<TargetPlan> targets() {
    return shares.get(0).targets();
  }

  /** Whether all of every workload was seen, so that the demand is all that will be needed. */
  public boolean complete() {
    return targets().stream()
        .map(TargetPlan::seen)
        .allMatch(seen -> seen.workload() != null && seen.unreadable() == null);
  }

  /** Whether every installation was looked at as far as this plan needs it. */
  public boolean isHeard() {
    return shares.stream().allMatch(Share::isHeard);
  }
}
