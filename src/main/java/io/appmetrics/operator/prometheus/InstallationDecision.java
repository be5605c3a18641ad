package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.scrapeconfig.LoadedConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What one pass of the installation loop does and says: a pure function of what it saw.
 *
 * @param action the one thing to do
 * @param facts what to tell the AppMetrics
 * @param again when something is due; null when nothing is
 * @param cured the uids of the replicas that suffer from nothing: what was tried on them is over
 * @param heard whether every replica that runs has answered, or has been silent for so long that
 *     this says something, too
 */
record InstallationDecision(
    Action action, ScrapeFacts facts, @Nullable Instant again, Set<String> cured, boolean heard) {

  static InstallationDecision of(InstallationObservation seen, Attempts attempts, Instant now) {
    boolean heard = heard(seen, now);
    ConfigDecision config = ConfigDecision.of(seen);
    CertificateFacts certificates = CertificateFacts.of(seen.workload(), seen.certificates(), now);
    ScrapeFacts facts =
        new ScrapeFacts(
            seen.workload(),
            config.facts(),
            certificates,
            seen.replicas().stream()
                .filter(replica -> counts(replica, seen.replicas(), now))
                .map(replica -> ReplicaFacts.of(seen.workload(), replica, attempts, now))
                .toList(),
            seen.demand().userJobs(),
            scrapeInterval(seen));
    if (!(config.action() instanceof Action.None)
        || config.facts().isInTheWay()
        || !(seen.discovery().orElse(null) instanceof Installation installation)) {
      return new InstallationDecision(config.action(), facts, null, Set.of(), heard);
    }
    // A text that cannot be changed just now is still the text that the replicas should run.
    Diagnosis diagnosis = new Diagnosis(installation, config.facts(), certificates, attempts, now);
    List<Treatment> treatments =
        seen.replicas().stream().map(diagnosis::treat).flatMap(Optional::stream).toList();
    return new InstallationDecision(
        treatments.stream()
            .filter(Treatment::due)
            .findFirst()
            .map(Treatment::action)
            .orElseGet(Action.None::new),
        facts,
        treatments.stream()
            .filter(treatment -> !treatment.due())
            .map(treatment -> treatment.step().again())
            .min(Comparator.naturalOrder())
            .orElse(null),
        cured(seen.replicas(), treatments),
        heard);
  }

  /**
   * A pod that is only on its way says nothing against the others, which scrape: a rolling update
   * makes nobody Unknown. It counts once it has answered, or should have.
   */
  private static boolean counts(ReplicaReading replica, List<ReplicaReading> all, Instant now) {
    boolean onItsWay =
        replica.answer() == null && (!replica.container().running() || !replica.lost(now));
    return !onItsWay || all.stream().noneMatch(other -> other.answer() != null && !other.lost(now));
  }

  private static Set<String> cured(List<ReplicaReading> replicas, List<Treatment> treatments) {
    Set<String> cured =
        replicas.stream()
            .filter(ReplicaReading::answers)
            .map(ReplicaReading::uid)
            .collect(Collectors.toCollection(TreeSet::new));
    treatments.forEach(treatment -> cured.remove(treatment.replica().uid()));
    return cured;
  }

  private static boolean heard(InstallationObservation seen, Instant now) {
    return seen.replicas().stream()
        .allMatch(r -> r.answer() != null || !r.container().running() || r.lost(now));
  }

  private static Duration scrapeInterval(InstallationObservation seen) {
    return seen.replicas().stream()
        .map(ReplicaReading::answer)
        .flatMap(Stream::ofNullable)
        .map(answer -> answer.config().globalScrapeInterval())
        .findFirst()
        .orElse(LoadedConfig.DEFAULT_SCRAPE_INTERVAL);
  }
}
