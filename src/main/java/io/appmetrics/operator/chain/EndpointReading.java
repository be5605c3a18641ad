package io.appmetrics.operator.chain;

import io.appmetrics.operator.prometheus.ActiveTarget;
import io.appmetrics.operator.prometheus.ReplicaFacts;
import io.appmetrics.operator.prometheus.ScrapeFacts;
import io.appmetrics.operator.prometheus.TargetHealth;
import io.appmetrics.operator.route.Endpoint;
import io.appmetrics.operator.route.Scheme;
import io.appmetrics.operator.route.Slot;
import io.appmetrics.operator.route.SlotAnnotations;
import io.appmetrics.operator.scrapeconfig.PrometheusDuration;
import io.appmetrics.operator.scrapeconfig.SlotJobs;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One endpoint, as Prometheus has it.
 *
 * @param target the target that it belongs to
 * @param endpoint the endpoint
 * @param slot the slot that serves it; null when it has none
 * @param scheme the scheme by which its first pod is scraped; null when there is none
 * @param up pods on which it is up, on every replica
 * @param counted pods that count: settled, or up earlier
 * @param settles when the next new pod will count; null when there is none
 * @param trouble the first trouble of a pod that counts, or of a new one while none counts
 */
public record EndpointReading(
    TargetPlan target,
    Endpoint endpoint,
    @Nullable Slot slot,
    @Nullable Scheme scheme,
    int up,
    int counted,
    @Nullable Instant settles,
    @Nullable Trouble trouble) {

  /** A pod is new for at least this long after it became ready. */
  private static final Duration NEW = Duration.ofSeconds(30);

  /**
   * Why an endpoint is not up on a pod.
   *
   * @param pod the pod
   * @param replica the Prometheus pod that says so
   * @param error Prometheus' own words; null when it has no such target, or has not scraped it yet
   */
  public record Trouble(PodFacts pod, String replica, @Nullable String error) {}

  /** Whether it is scraped on every pod that counts, and on at least one. */
  public boolean scraped() {
    return up > 0 && up >= counted;
  }

  static List<EndpointReading> all(Observation seen, Plan plan) {
    List<EndpointReading> readings = new ArrayList<>();
    for (TargetPlan target : plan.targets()) {
      for (Endpoint endpoint : target.endpoints().resolved()) {
        readings.add(of(seen, target, endpoint));
      }
    }
    return readings;
  }

  private static EndpointReading of(Observation seen, TargetPlan target, Endpoint endpoint) {
    Slot slot = target.workload().slotOf(endpoint.key()).orElse(null);
    ScrapeFacts facts = seen.facts();
    if (slot == null || facts == null) {
      return new EndpointReading(target, endpoint, slot, null, 0, 0, null, null);
    }
    Duration settling = settling(endpoint, facts);
    int up = 0;
    int counted = 0;
    Scheme scheme = null;
    Instant settles = null;
    Trouble settledTrouble = null;
    Trouble newTrouble = null;
    for (PodFacts pod : target.serving()) {
      scheme = scheme == null ? schemeOn(slot, pod) : scheme;
      Optional<Trouble> trouble = trouble(slot, pod, facts);
      Instant countsFrom = Objects.requireNonNull(pod.readySince()).plus(settling);
      boolean settled = !seen.now().isBefore(countsFrom);
      if (trouble.isEmpty()) {
        up++;
        counted++;
      } else if (settled) {
        counted++;
        settledTrouble = settledTrouble == null ? trouble.get() : settledTrouble;
      } else {
        settles = settles == null || countsFrom.isBefore(settles) ? countsFrom : settles;
        newTrouble = louder(newTrouble, trouble.get());
      }
    }
    Trouble trouble = settledTrouble != null ? settledTrouble : counted == 0 ? newTrouble : null;
    return new EndpointReading(target, endpoint, slot, scheme, up, counted, settles, trouble);
  }

  /** Of two new pods, the one with an error tells more than the one not yet scraped. */
  private static Trouble louder(@Nullable Trouble a, Trouble b) {
    return a == null || (a.error() == null && b.error() != null) ? b : a;
  }

  /** New for two intervals, so that rollouts and autoscaling do not make Ready flap. */
  private static Duration settling(Endpoint endpoint, ScrapeFacts facts) {
    Duration interval =
        Optional.ofNullable(endpoint.interval())
            .flatMap(PrometheusDuration::parse)
            .orElse(facts.scrapeInterval());
    Duration two = interval.multipliedBy(2);
    return two.compareTo(NEW) > 0 ? two : NEW;
  }

  private static Scheme schemeOn(Slot slot, PodFacts pod) {
    return SlotAnnotations.schemeOf(slot.number(), pod.annotations()).orElse(slot.scheme());
  }

  /** The first replica on which this endpoint of this pod is not up; empty when it is on all. */
  private static Optional<Trouble> trouble(Slot slot, PodFacts pod, ScrapeFacts facts) {
    String job =
        schemeOn(slot, pod) == Scheme.ISTIO_MUTUAL
            ? SlotJobs.mutualJob(slot.number())
            : SlotJobs.plainJob(slot.number());
    if (facts.replicas().isEmpty()) {
      return Optional.of(new Trouble(pod, "no Prometheus pod", null));
    }
    for (ReplicaFacts replica : facts.replicas()) {
      Optional<ActiveTarget> target =
          replica.targetsOf(pod.uid()).stream()
              .filter(t -> t.pool().equals(job) && serves(t, slot))
              .findFirst();
      if (target.isEmpty() || !scrapedSinceStart(target.get(), pod)) {
        return Optional.of(new Trouble(pod, replica.pod(), null));
      }
      if (target.get().health() != TargetHealth.UP) {
        String error = target.get().lastError();
        return Optional.of(new Trouble(pod, replica.pod(), error.isEmpty() ? null : error));
      }
    }
    return Optional.empty();
  }

  /** A recreated container inherits {@code up} from the one before it until the next scrape. */
  private static boolean scrapedSinceStart(ActiveTarget target, PodFacts pod) {
    Instant started = pod.startedAt();
    return target.health() != TargetHealth.UP
        || started == null
        || !target.lastScrape().isBefore(started);
  }

  private static boolean serves(ActiveTarget target, Slot slot) {
    URI url = URI.create(target.scrapeUrl());
    return url.getPort() == slot.port() && Objects.equals(url.getPath(), slot.path());
  }
}
