package io.appmetrics.operator.chain;

import io.appmetrics.operator.prometheus.ActiveTarget;
import io.appmetrics.operator.prometheus.ReplicaFacts;
import io.appmetrics.operator.prometheus.ScrapeFacts;
import io.appmetrics.operator.prometheus.TargetHealth;
import io.appmetrics.operator.route.Scheme;
import io.appmetrics.operator.route.Slot;
import io.appmetrics.operator.route.SlotAnnotations;
import io.appmetrics.operator.scrapeconfig.SlotJobs;
import java.net.URI;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * One endpoint on one pod, as Prometheus has it.
 *
 * @param pod the pod
 * @param state how far it is, on the replica on which it is not up; UP when it is on all
 * @param replica the Prometheus pod that says so
 * @param error Prometheus' own words for a scrape that failed; else empty
 */
public record PodScrape(PodFacts pod, State state, String replica, String error) {

  /** How far an endpoint of a pod is. */
  public enum State {
    /** The last scrape succeeded. */
    UP,
    /** Prometheus has no such target. */
    ABSENT,
    /** It is a target, and this container of it has not been scraped yet. */
    AWAITED,
    /** The last scrape failed. */
    FAILED
  }

  /** The first replica on which the endpoint is not up decides: all of them are to have it. */
  static PodScrape of(Slot slot, PodFacts pod, ScrapeFacts facts) {
    Scheme scheme = schemeOn(slot, pod);
    String job =
        scheme == Scheme.ISTIO_MUTUAL
            ? SlotJobs.mutualJob(slot.number())
            : SlotJobs.plainJob(slot.number());
    return facts.replicas().stream()
        .map(replica -> of(slot, scheme, job, pod, replica))
        .filter(scrape -> !scrape.up())
        .findFirst()
        .orElse(
            facts.replicas().isEmpty()
                ? new PodScrape(pod, State.ABSENT, "no Prometheus pod", "")
                : new PodScrape(pod, State.UP, facts.replicas().get(0).pod(), ""));
  }

  private static PodScrape of(
      Slot slot, Scheme scheme, String job, PodFacts pod, ReplicaFacts replica) {
    Optional<ActiveTarget> target =
        replica.targetsOf(pod.uid()).stream()
            .filter(t -> t.pool().equals(job) && serves(t, slot, scheme))
            .findFirst();
    String error = target.map(ActiveTarget::lastError).orElse("");
    return new PodScrape(
        pod, target.map(t -> state(t, pod)).orElse(State.ABSENT), replica.pod(), error);
  }

  private static State state(ActiveTarget target, PodFacts pod) {
    return switch (target.health()) {
      case UP -> scrapedSinceStart(target, pod) ? State.UP : State.AWAITED;
      case DOWN -> State.FAILED;
      case UNKNOWN -> State.AWAITED;
    };
  }

  /**
   * A recreated container inherits {@link TargetHealth#UP} from the one before it. Kubernetes cuts
   * its start down to the second.
   */
  private static boolean scrapedSinceStart(ActiveTarget target, PodFacts pod) {
    Instant started = pod.startedAt();
    return started == null || !target.lastScrape().isBefore(started.plusSeconds(1));
  }

  /** The job of a slot scrapes http and https: while a pod changes over, the old target stands. */
  private static boolean serves(ActiveTarget target, Slot slot, Scheme scheme) {
    URI url = URI.create(target.scrapeUrl());
    return url.getPort() == slot.port()
        && Objects.equals(url.getPath(), slot.path())
        && Objects.equals(url.getScheme(), scheme == Scheme.HTTP ? "http" : "https");
  }

  /** The scheme by which the slot jobs scrape this pod. */
  static Scheme schemeOn(Slot slot, PodFacts pod) {
    return SlotAnnotations.schemeOf(slot.number(), pod.annotations()).orElse(slot.scheme());
  }

  boolean up() {
    return state == State.UP;
  }

  boolean failed() {
    return state == State.FAILED;
  }
}
