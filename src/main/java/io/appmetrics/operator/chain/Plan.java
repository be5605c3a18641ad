package io.appmetrics.operator.chain;

import io.appmetrics.operator.prometheus.Demand;
import io.appmetrics.operator.route.Route;
import io.appmetrics.operator.scrapeconfig.SlotJobs;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What is to be done for one AppMetrics.
 *
 * @param targets for each target, in the order of the spec
 * @param demand the jobs of ours that it needs of the installation
 * @param userJobs the jobs of the user's own that scrape for it
 * @param agents those of them that scrape Istio's agents, with the longest time between two scrapes
 */
public record Plan(
    List<TargetPlan> targets, SlotJobs demand, Set<String> userJobs, Map<String, Duration> agents) {

  /** The jobs that need the mesh's certificates, whoever wrote them, by name. */
  public SortedSet<String> mutualJobs() {
    SortedSet<String> jobs = new TreeSet<>();
    demand.mutual().forEach(slot -> jobs.add(SlotJobs.mutualJob(slot)));
    targets.forEach(target -> jobs.addAll(target.mutualUserJobs()));
    return jobs;
  }

  /** Whether all of every workload was seen, so that the demand is all that will be needed. */
  public boolean complete() {
    return targets.stream()
        .map(TargetPlan::seen)
        .allMatch(seen -> seen.workload() != null && seen.unreadable() == null);
  }

  /** Plans from what was seen. */
  public static Plan of(Observation seen) {
    List<TargetPlan> targets =
        seen.targets().stream().map(t -> TargetPlan.of(t, seen.slotLimit(), seen.facts())).toList();
    return new Plan(
        targets,
        targets.stream()
            .map(target -> seen.suspended() ? target.standing() : target.demand())
            .reduce(SlotJobs.none(), SlotJobs::and),
        targets.stream().flatMap(t -> t.userJobs().stream()).collect(Collectors.toSet()),
        targets.stream()
            .flatMap(TargetPlan::byAgent)
            .collect(
                Collectors.toMap(Route.ByUserJob::job, Route.ByUserJob::interval, Demand::longer)));
  }
}
