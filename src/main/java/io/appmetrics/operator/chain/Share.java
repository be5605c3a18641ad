package io.appmetrics.operator.chain;

import io.appmetrics.operator.prometheus.Demand;
import io.appmetrics.operator.prometheus.ScrapeFacts;
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
 * What one Prometheus installation is to do for one AppMetrics.
 *
 * @param sight the installation
 * @param targets for each target, in the order of the spec, with the routes of this installation
 * @param demand the jobs of ours that it needs there
 * @param userJobs the jobs of the user's own that scrape for it there
 * @param agents those of them that scrape Istio's agents, with the longest time between two scrapes
 */
public record Share(
    Sight sight,
    List<TargetPlan> targets,
    SlotJobs demand,
    Set<String> userJobs,
    Map<String, Duration> agents) {

  static Share of(Sight sight, List<TargetPlan> targets, boolean suspended) {
    String reader = sight.installation().path();
    return new Share(
        sight,
        targets,
        targets.stream()
            .map(target -> suspended ? target.standing(reader) : target.demand())
            .reduce(SlotJobs.none(), SlotJobs::and),
        targets.stream().flatMap(t -> t.userJobs().stream()).collect(Collectors.toSet()),
        targets.stream()
            .flatMap(TargetPlan::byAgent)
            .collect(
                Collectors.toMap(Route.ByUserJob::job, Route.ByUserJob::interval, Demand::longer)));
  }

  /** The jobs that need the mesh's certificates, whoever wrote them, by name. */
  SortedSet<String> mutualJobs() {
    SortedSet<String> jobs = new TreeSet<>();
    demand.mutual().forEach(slot -> jobs.add(SlotJobs.mutualJob(slot)));
    targets.forEach(target -> jobs.addAll(target.mutualUserJobs()));
    return jobs;
  }

  /** Whether what is known of the installation says something of these targets. */
  boolean isHeard() {
    ScrapeFacts facts = sight.facts();
    return facts != null && facts.speakOf(userJobs, agents.keySet());
  }
}
