package io.appmetrics.operator.chain;

import io.appmetrics.operator.prometheus.ScrapeFacts;
import io.appmetrics.operator.route.Endpoint;
import io.appmetrics.operator.route.Scheme;
import io.appmetrics.operator.route.Slot;
import io.appmetrics.operator.scrapeconfig.PrometheusDuration;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
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
 * @param trouble the worst of the pods that count, or of the new ones while none counts; null when
 *     there is no pod, or all are up
 */
public record EndpointReading(
    TargetPlan target,
    Endpoint endpoint,
    @Nullable Slot slot,
    @Nullable Scheme scheme,
    int up,
    int counted,
    @Nullable Instant settles,
    @Nullable PodScrape trouble) {

  /** A pod is new for at least this long after it became ready. */
  private static final Duration NEW = Duration.ofSeconds(30);

  /** Whether it is scraped on every pod that counts, and on at least one. */
  public boolean scraped() {
    return up > 0 && up >= counted;
  }

  static List<EndpointReading> all(Observation seen, Plan plan) {
    return plan.targets().stream()
        .flatMap(
            target ->
                target.endpoints().resolved().stream().map(endpoint -> of(seen, target, endpoint)))
        .toList();
  }

  private static EndpointReading of(Observation seen, TargetPlan target, Endpoint endpoint) {
    Slot slot = target.workload().slotOf(endpoint.key()).orElse(null);
    ScrapeFacts facts = seen.facts();
    if (slot == null || facts == null) {
      return new EndpointReading(target, endpoint, slot, null, 0, 0, null, null);
    }
    Duration settling = settling(endpoint, facts);
    List<PodScrape> pods =
        target.serving().stream().map(pod -> PodScrape.of(slot, pod, facts)).toList();
    Map<Boolean, List<PodScrape>> byCounting =
        pods.stream()
            .collect(
                Collectors.partitioningBy(
                    pod -> pod.up() || !seen.now().isBefore(countsFrom(pod, settling))));
    List<PodScrape> counted = byCounting.getOrDefault(true, List.of());
    List<PodScrape> joining = byCounting.getOrDefault(false, List.of());
    return new EndpointReading(
        target,
        endpoint,
        slot,
        pods.stream().findFirst().map(pod -> PodScrape.schemeOn(slot, pod.pod())).orElse(null),
        (int) counted.stream().filter(PodScrape::up).count(),
        counted.size(),
        joining.stream()
            .map(pod -> countsFrom(pod, settling))
            .min(Comparator.naturalOrder())
            .orElse(null),
        worst(counted.isEmpty() ? joining : counted));
  }

  private static @Nullable PodScrape worst(List<PodScrape> pods) {
    return pods.stream().filter(pod -> !pod.up()).min(PodScrape.MOST_TELLING_FIRST).orElse(null);
  }

  private static Instant countsFrom(PodScrape scrape, Duration settling) {
    return Objects.requireNonNull(scrape.pod().readySince(), "it serves").plus(settling);
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
}
