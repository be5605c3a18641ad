package io.appmetrics.operator.chain;

import io.appmetrics.operator.prometheus.ReplicaFacts;
import io.appmetrics.operator.prometheus.ScrapeFacts;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The Prometheus pods of an installation that are new: what they do not show yet takes no Ready
 * away, as little as a pod of a workload does that joins. It gives none, either.
 *
 * @param others what the installation is to do, as the pods show it that are not new
 * @param excused the reasons that say nothing where no other pod tells; empty where others do
 * @param until when this may be over, if not earlier
 * @param words who is new, and until when that is an excuse
 */
public record Joining(Share others, Set<Reason> excused, Instant until, String words) {

  /** While nobody answers, what was last known stays for as long as with one who falls silent. */
  private static final Duration SILENCE = Duration.ofSeconds(30);

  /** What one that is new shows for no other reason. All else that it shows is so. */
  private static final Set<Reason> NOT_YET =
      EnumSet.of(
          Reason.PROPAGATION_PENDING,
          Reason.PROMETHEUS_UNREACHABLE,
          Reason.CERTIFICATE_MISSING,
          Reason.SCRAPE_POOL_MISSING,
          Reason.PODS_JOINING,
          Reason.TARGET_MISSING,
          Reason.NOT_FEDERATED);

  /** What one shows that pulls from it. */
  private static final Set<Reason> NOT_PULLED_YET =
      EnumSet.of(Reason.PODS_JOINING, Reason.NOT_FEDERATED);

  /** Empty where none is new, or has been so for too long. */
  static Optional<Joining> of(Share share, Instant now) {
    Duration settling = EndpointReading.settling(share);
    return of(share, share.sight(), settling, now)
        .or(
            () ->
                Optional.ofNullable(share.source())
                    .flatMap(source -> of(share, source, settling, now))
                    .map(there -> there.pulledBy(share)));
  }

  private static Optional<Joining> of(Share share, Sight sight, Duration settling, Instant now) {
    ScrapeFacts facts = sight.facts();
    if (facts == null) {
      return Optional.empty();
    }
    List<ReplicaFacts> fresh =
        facts.replicas().stream()
            .filter(replica -> now.isBefore(replica.uptime().counts(settling)))
            .toList();
    List<ReplicaFacts> rest =
        facts.replicas().stream().filter(replica -> !fresh.contains(replica)).toList();
    return rest.isEmpty()
        ? alone(share, facts, fresh, settling).filter(joining -> now.isBefore(joining.until()))
        : beside(sight.equals(share.sight()) ? share.seenBy(rest) : share, fresh, settling);
  }

  private static Optional<Joining> beside(
      Share others, List<ReplicaFacts> fresh, Duration settling) {
    return fresh.stream()
        .map(replica -> replica.uptime().counts(settling))
        .min(Comparator.naturalOrder())
        .map(
            until ->
                new Joining(
                    others,
                    Set.of(),
                    until,
                    fresh.stream()
                        .map(replica -> words(replica, settling))
                        .collect(Collectors.joining("; "))));
  }

  private static String words(ReplicaFacts replica, Duration settling) {
    return "Prometheus pod %s is %s, and does not show all of it yet: it counts from %s on"
        .formatted(
            replica.pod(),
            replica.uptime().ready() ? "new" : "not ready",
            told(replica.uptime().counts(settling)));
  }

  private static Optional<Joining> alone(
      Share share, ScrapeFacts facts, List<ReplicaFacts> fresh, Duration settling) {
    Optional<Instant> counts =
        fresh.stream()
            .filter(ReplicaFacts::answers)
            .map(replica -> replica.uptime().counts(settling))
            .max(Comparator.naturalOrder());
    Instant gap = facts.gap();
    return (gap == null ? counts : Optional.of(end(gap, counts, settling)))
        .map(
            until ->
                new Joining(
                    share,
                    NOT_YET,
                    until,
                    "What was scraped before counts until %s at the latest: %s"
                        .formatted(told(until), who(facts, fresh, gap))));
  }

  /** However many come and go. */
  private static Instant end(Instant gap, Optional<Instant> counts, Duration settling) {
    Instant unheard = gap.plus(SILENCE);
    Instant unsettled = unheard.plus(settling);
    return counts.map(end -> end.isBefore(unsettled) ? end : unsettled).orElse(unheard);
  }

  private static String who(ScrapeFacts facts, List<ReplicaFacts> fresh, @Nullable Instant gap) {
    String since = gap == null ? "" : " since " + told(gap);
    return fresh.isEmpty()
        ? "%s has no pod that runs%s".formatted(facts.installation(), since)
        : "%s has no pod but new ones%s, and these do not show all of it yet: %s"
            .formatted(
                facts.installation(),
                since,
                fresh.stream().map(ReplicaFacts::pod).collect(Collectors.joining(", ")));
  }

  private static Instant told(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS);
  }

  /** The same for one that pulls: it can have nothing that is not scraped yet. */
  private Joining pulledBy(Share share) {
    return new Joining(share, NOT_PULLED_YET, until, words);
  }

  /** Whether no other pod tells anything. */
  boolean alone() {
    return !excused.isEmpty();
  }

  /** What a link says while the new ones do not count. */
  Finding of(Finding finding) {
    if (alone()) {
      return finding.why().filter(excused::contains).isPresent() ? Finding.held(words) : finding;
    }
    return finding.ok() ? Finding.held(finding.message() + "; " + words) : finding;
  }
}
