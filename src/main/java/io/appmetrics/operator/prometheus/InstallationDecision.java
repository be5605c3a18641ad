package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.scrapeconfig.LoadedConfig;
import io.appmetrics.operator.scrapeconfig.ScrapeJob;
import io.appmetrics.operator.scrapeconfig.TlsFiles;
import io.appmetrics.operator.scrapeconfig.UnparsableConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
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
    ConfigDecision config = ConfigDecision.of(seen, attempts, now);
    CertificateFacts certificates = CertificateFacts.of(seen.workload(), seen.certificates(), now);
    List<Treatment> treatments = List.of();
    Action.@Nullable NoteCure cure = null;
    Optional<InstallationState.Restart> restarting = Optional.empty();
    if (!config.facts().isInTheWay()
        && seen.discovery().orElse(null) instanceof Installation installation) {
      Restarts restarts =
          new Restarts(installation, seen.replicas(), seen.state(), seen.policy(), attempts, now);
      // A text that cannot be changed just now is still the text that the replicas should run.
      Diagnosis diagnosis =
          new Diagnosis(
              installation,
              config.facts(),
              mutualUserJobs(seen),
              certificates,
              attempts,
              restarts,
              now);
      treatments =
          seen.replicas().stream().map(diagnosis::treat).flatMap(Optional::stream).toList();
      cure = diagnosis.cure(treatments).orElse(null);
      restarting = restarts.comingBack();
    }
    Map<String, Prognosis> prognoses =
        treatments.stream()
            .collect(Collectors.toMap(t -> t.replica().uid(), Treatment::prognosis, (a, b) -> a));
    List<ReplicaFacts> replicas = replicas(seen, attempts, prognoses, restarting, now);
    ScrapeFacts facts =
        new ScrapeFacts(
            seen.workload(),
            config.facts(),
            certificates,
            replicas,
            seen.demand().userJobs(),
            seen.demand().agents().keySet(),
            scrapeInterval(seen),
            gap(replicas, seen, now));
    boolean writes = !(config.action() instanceof Action.None);
    return new InstallationDecision(
        writes ? config.action() : action(treatments, cure, config.good()),
        facts,
        writes
            ? null
            : Stream.concat(
                    treatments.stream()
                        .filter(treatment -> !treatment.due())
                        .map(treatment -> treatment.step().again()),
                    Stream.ofNullable(config.again()))
                .min(Comparator.naturalOrder())
                .orElse(null),
        writes || config.facts().isInTheWay() ? Set.of() : cured(seen.replicas(), treatments),
        heard(seen, now));
  }

  private static Action action(
      List<Treatment> treatments, Action.@Nullable NoteCure cure, Action.@Nullable NoteGood good) {
    return treatments.stream()
        .filter(Treatment::due)
        .findFirst()
        .map(Treatment::action)
        .orElse(cure != null ? cure : good != null ? good : new Action.None());
  }

  /** The jobs of the user's own that scrape for us with the certificates that we know of. */
  private static List<ScrapeJob> mutualUserJobs(InstallationObservation seen) {
    Optional<TlsFiles> files = seen.certificates().source().map(CertificateFiles::files);
    if (seen.configMap().isEmpty() || files.isEmpty()) {
      return List.of();
    }
    try {
      return seen.configMap().get().yaml().jobs().stream()
          .filter(job -> seen.demand().userJobs().contains(job.name()))
          .filter(job -> files.get().equals(job.tlsFiles()))
          .toList();
    } catch (UnparsableConfig e) {
      return List.of(); // then nothing is decided
    }
  }

  /**
   * Who counts. While a restart of ours is under way, those that it has not brought back say
   * nothing against the others; and with no others what was known before holds, so that nobody
   * hears of a loss that is wanted and short.
   */
  private static List<ReplicaFacts> replicas(
      InstallationObservation seen,
      Attempts attempts,
      Map<String, Prognosis> prognoses,
      Optional<InstallationState.Restart> restarting,
      Instant now) {
    List<ReplicaFacts> counted =
        seen.counted(now).stream()
            .filter(replica -> restarting.isEmpty() || isBack(replica, restarting.get(), seen, now))
            .map(
                replica ->
                    ReplicaFacts.of(
                        seen.workload(),
                        replica,
                        attempts,
                        prognoses.get(replica.uid()),
                        Uptime.of(replica, uptimeBefore(replica, seen), now),
                        now))
            .toList();
    ScrapeFacts before = seen.before();
    return counted.isEmpty() && restarting.isPresent() && before != null
        ? before.replicas()
        : counted;
  }

  /**
   * Whether a replica says something while it, or another, is restarted: one that has started since
   * has its targets only after discovery and an interval.
   */
  private static boolean isBack(
      ReplicaReading replica,
      InstallationState.Restart restart,
      InstallationObservation seen,
      Instant now) {
    ReplicaReading.Answer answer = replica.answer();
    if (answer == null || !replica.answers()) {
      return false;
    }
    boolean old =
        restart.isOf(replica.uid(), answer.runtime().startTime())
            || answer.runtime().startTime().isBefore(restart.at());
    Duration grown = Healing.DISCOVERY.plus(scrapeInterval(seen).multipliedBy(2));
    return old
        || up(answer.targets()) >= upBefore(seen)
        || !now.isBefore(answer.runtime().startTime().plus(grown));
  }

  private static @Nullable Uptime uptimeBefore(
      ReplicaReading replica, InstallationObservation seen) {
    ScrapeFacts before = seen.before();
    return before == null
        ? null
        : before.replicas().stream()
            .filter(known -> known.pod().equals(seen.workload().namespace() + "/" + replica.pod()))
            .map(ReplicaFacts::uptime)
            .findFirst()
            .orElse(null);
  }

  /**
   * Since when none answers that is not new. It lasts over all that come and go: one that ends
   * again and again must not be new for ever. A restart of ours has its own time.
   */
  private static @Nullable Instant gap(
      List<ReplicaFacts> replicas, InstallationObservation seen, Instant now) {
    Duration settling = Uptime.settling(scrapeInterval(seen));
    boolean none =
        replicas.stream()
            .filter(ReplicaFacts::answers)
            .allMatch(replica -> now.isBefore(replica.uptime().counts(settling)));
    ScrapeFacts before = seen.before();
    Instant since = before == null ? null : before.gap();
    return !none ? null : since != null ? since : now;
  }

  private static long upBefore(InstallationObservation seen) {
    ScrapeFacts before = seen.before();
    return before == null
        ? 0
        : before.replicas().stream().mapToLong(r -> up(r.targets())).max().orElse(0);
  }

  private static long up(Map<String, List<ActiveTarget>> targets) {
    return targets.values().stream()
        .flatMap(List::stream)
        .filter(target -> target.health() == TargetHealth.UP)
        .filter(target -> target.app() != AppFetch.UNPROVEN)
        .count();
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
        .or(() -> Optional.ofNullable(seen.before()).map(ScrapeFacts::scrapeInterval))
        .orElse(LoadedConfig.DEFAULT_SCRAPE_INTERVAL);
  }
}
