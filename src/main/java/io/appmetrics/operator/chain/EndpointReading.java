package io.appmetrics.operator.chain;

import io.appmetrics.operator.prometheus.ScrapeFacts;
import io.appmetrics.operator.prometheus.Uptime;
import io.appmetrics.operator.route.Endpoint;
import io.appmetrics.operator.route.Route;
import io.appmetrics.operator.route.Scheme;
import io.appmetrics.operator.route.Slot;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One endpoint, as one Prometheus installation has it.
 *
 * @param sight which one
 * @param target the target that it belongs to
 * @param endpoint the endpoint
 * @param route how it gets scraped; null when there is none
 * @param scheme the scheme by which its first pod is scraped; null when there is none
 * @param up pods on which it is up, on every replica
 * @param counted pods that count: settled, or up earlier
 * @param settles when the next new pod will count; null when there is none
 * @param trouble the worst of the pods that count, or of the new ones while none counts; null when
 *     there is no pod, or all are up
 */
public record EndpointReading(
    Sight sight,
    TargetPlan target,
    Endpoint endpoint,
    @Nullable Route route,
    @Nullable Scheme scheme,
    int up,
    int counted,
    @Nullable Instant settles,
    @Nullable PodScrape trouble) {

  /** Whether it is scraped on every pod that counts, and on at least one. */
  public boolean scraped() {
    return up > 0 && up >= counted;
  }

  static List<EndpointReading> all(Observation seen, Share share) {
    return share.targets().stream()
        .flatMap(
            target ->
                target.endpoints().resolved().stream()
                    .map(endpoint -> of(new Declared(share, target, endpoint), seen.now())))
        .toList();
  }

  /** An endpoint that an installation is to scrape. */
  private record Declared(Share share, TargetPlan target, Endpoint endpoint) {
    @Nullable Route route() {
      return target.workload().routes().get(endpoint.key());
    }

    EndpointReading unread() {
      return new EndpointReading(share.sight(), target, endpoint, route(), null, 0, 0, null, null);
    }
  }

  /** For how long what is to scrape these endpoints, or a pod that serves them, is new. */
  static Duration settling(Share share) {
    ScrapeFacts facts = share.sight().facts();
    return share.targets().stream()
        .flatMap(
            target ->
                target.endpoints().resolved().stream()
                    .map(endpoint -> new Declared(share, target, endpoint)))
        .flatMap(declared -> facts == null ? Stream.of() : Stream.of(settling(declared, facts)))
        .max(Comparator.naturalOrder())
        .orElse(Uptime.settling(Duration.ZERO));
  }

  /** New for two intervals, so that rollouts and autoscaling do not make Ready flap. */
  private static Duration settling(Declared declared, ScrapeFacts facts) {
    Sight source = declared.share().source();
    if (source != null) {
      return Uptime.settling(
          Federated.interval(declared.endpoint(), source.facts()).plus(facts.scrapeInterval()));
    }
    return Uptime.settling(
        declared.route() instanceof Route.ByUserJob byJob
            ? byJob.interval()
            : Federated.interval(declared.endpoint(), facts));
  }

  private static EndpointReading of(Declared declared, Instant now) {
    ScrapeFacts facts = declared.share().sight().facts();
    if (facts == null) {
      return declared.unread();
    }
    Duration settling = settling(declared, facts);
    Sight source = declared.share().source();
    if (source != null) {
      ScrapeFacts scraper = source.facts();
      return of(
          declared,
          now,
          settling,
          pod -> null,
          pod -> Federated.scrape(declared.target(), declared.endpoint(), pod, scraper, facts));
    }
    if (declared.route() instanceof Route.ByUserJob byJob) {
      return of(
          declared,
          now,
          settling,
          pod -> byJob.scheme(),
          pod -> PodScrape.of(byJob, declared.target(), declared.endpoint(), pod, facts));
    }
    Slot slot = declared.target().workload().slotOf(declared.endpoint().key()).orElse(null);
    return slot == null
        ? declared.unread()
        : of(
            declared,
            now,
            settling,
            pod -> PodScrape.schemeOn(slot, pod),
            pod -> PodScrape.of(slot, pod, facts));
  }

  private static EndpointReading of(
      Declared declared,
      Instant now,
      Duration settling,
      Function<PodFacts, @Nullable Scheme> scheme,
      Function<PodFacts, PodScrape> scrape) {
    List<PodScrape> pods = declared.target().serving().stream().map(scrape).toList();
    Map<Boolean, List<PodScrape>> byCounting =
        pods.stream()
            .collect(
                Collectors.partitioningBy(
                    pod -> pod.up() || !now.isBefore(countsFrom(pod, settling))));
    List<PodScrape> counted = byCounting.getOrDefault(true, List.of());
    List<PodScrape> joining = byCounting.getOrDefault(false, List.of());
    return new EndpointReading(
        declared.share().sight(),
        declared.target(),
        declared.endpoint(),
        declared.route(),
        pods.isEmpty() ? null : scheme.apply(pods.get(0).pod()),
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
}
