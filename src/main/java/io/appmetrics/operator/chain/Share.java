package io.appmetrics.operator.chain;

import io.appmetrics.operator.prometheus.ConfigFacts;
import io.appmetrics.operator.prometheus.Demand;
import io.appmetrics.operator.prometheus.ReplicaFacts;
import io.appmetrics.operator.prometheus.ScrapeFacts;
import io.appmetrics.operator.route.Route;
import io.appmetrics.operator.scrapeconfig.SlotJobs;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What one Prometheus installation is to do for one AppMetrics.
 *
 * @param sight the installation
 * @param source the one from which it pulls; null where it scrapes
 * @param targets for each target, in the order of the spec, with the routes of whoever scrapes
 * @param demand the jobs of ours that it needs there
 * @param userJobs the jobs of the user's own that scrape for it there
 * @param agents those of them that scrape Istio's agents, with the longest time between two scrapes
 * @param federated the label {@code job} of what is pulled, with that time
 */
public record Share(
    Sight sight,
    @Nullable Sight source,
    List<TargetPlan> targets,
    SlotJobs demand,
    Set<String> userJobs,
    Map<String, Duration> agents,
    Map<String, Duration> federated) {

  static Share scraping(Sight sight, List<TargetPlan> targets, boolean suspended) {
    String reader = sight.installation().path();
    return new Share(
        sight,
        null,
        targets,
        targets.stream()
            .map(target -> suspended ? target.standing(reader) : target.demand())
            .reduce(SlotJobs.none(), SlotJobs::and),
        targets.stream().flatMap(t -> t.userJobs().stream()).collect(Collectors.toSet()),
        targets.stream()
            .flatMap(TargetPlan::byAgent)
            .collect(
                Collectors.toMap(Route.ByUserJob::job, Route.ByUserJob::interval, Demand::longer)),
        Map.of());
  }

  static Share pulling(Sight sight, Sight source, List<TargetPlan> targets) {
    Map<String, Duration> federated = Federated.jobs(targets, source.facts());
    return new Share(
        sight,
        source,
        targets,
        federated.isEmpty() ? SlotJobs.none() : SlotJobs.federate(),
        Set.of(),
        Map.of(),
        federated);
  }

  /** Whether it has what another one scrapes. */
  boolean pulls() {
    return source != null;
  }

  /** The same as some of the Prometheus pods there show it. */
  Share seenBy(List<ReplicaFacts> some) {
    ScrapeFacts facts = Objects.requireNonNull(sight.facts(), "somebody has shown it");
    return new Share(
        new Sight(sight.installation(), facts.with(some), sight.federates()),
        source,
        targets,
        demand,
        userJobs,
        agents,
        federated);
  }

  /** The jobs that need the mesh's certificates there, whoever wrote them, by name. */
  SortedSet<String> mutualJobs() {
    if (pulls()) {
      return Collections.emptySortedSet();
    }
    SortedSet<String> jobs = new TreeSet<>();
    demand.mutual().forEach(slot -> jobs.add(SlotJobs.mutualJob(slot)));
    targets.forEach(target -> jobs.addAll(target.mutualUserJobs()));
    return jobs;
  }

  /** Whether what is known of the installation says something of these targets. */
  boolean isHeard() {
    ScrapeFacts facts = sight.facts();
    return facts != null
        && facts.speakOf(userJobs, agents.keySet())
        && (facts.config().state() == ConfigFacts.State.UNREADABLE
            || facts.replicas().stream()
                .filter(replica -> replica.answered() && replica.reachable())
                .allMatch(replica -> replica.arrivals().asked().containsAll(federated.keySet())));
  }
}
