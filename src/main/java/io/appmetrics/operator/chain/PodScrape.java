package io.appmetrics.operator.chain;

import io.appmetrics.operator.prometheus.ActiveTarget;
import io.appmetrics.operator.prometheus.ReplicaFacts;
import io.appmetrics.operator.prometheus.ScrapeFacts;
import io.appmetrics.operator.prometheus.TargetHealth;
import io.appmetrics.operator.relabel.Drop;
import io.appmetrics.operator.relabel.PredictedTarget;
import io.appmetrics.operator.relabel.Prediction;
import io.appmetrics.operator.relabel.RelabelModel;
import io.appmetrics.operator.route.Endpoint;
import io.appmetrics.operator.route.Route;
import io.appmetrics.operator.route.Scheme;
import io.appmetrics.operator.route.Slot;
import io.appmetrics.operator.route.SlotAnnotations;
import io.appmetrics.operator.scrapeconfig.SlotJobs;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * One endpoint on one pod, as Prometheus has it.
 *
 * @param pod the pod
 * @param state how far it is, on the replica on which it is not up; UP when it is on all
 * @param replica the Prometheus pod that says so
 * @param error Prometheus' own words for a scrape that failed, the count that tells of it, or the
 *     rule that drops the pod; else empty
 */
public record PodScrape(PodFacts pod, State state, String replica, String error) {

  private static final String UNMERGED =
      "istio_agent_scrape_failures_total{type=\"application\"} grows";

  /** How far an endpoint of a pod is. */
  public enum State {
    /** The last scrape succeeded. */
    UP,
    /** Prometheus has no such target. */
    ABSENT,
    /** It is a target, and this container of it has not been scraped yet. */
    AWAITED,
    /** The last scrape failed. */
    FAILED,
    /** The last scrape succeeded, but Istio's agent, which answers it, does not get at the app. */
    UNMERGED,
    /** The rules of the job drop the pod. */
    DROPPED,
    /** The rules of the job leave the pod to another Prometheus, by a hash. */
    LEFT_OUT,
    /** It has not come from the Prometheus that scrapes it. */
    UNFEDERATED
  }

  /**
   * What tells most comes first: a missing file of Prometheus' own, which breaks an earlier link,
   * then any error, then a target that is only not there yet; then by name, so that the same
   * trouble is told in the same words, however the pods are listed.
   */
  static final Comparator<PodScrape> MOST_TELLING_FIRST =
      Comparator.comparing((PodScrape scrape) -> !scrape.lacksFile())
          .thenComparing(scrape -> !scrape.failed())
          .thenComparing(scrape -> scrape.pod().name())
          .thenComparing(PodScrape::replica);

  /**
   * The target that is looked for.
   *
   * @param job that makes it
   * @param scheme of its URL: {@code http} or {@code https}
   */
  record Expected(String job, String scheme, int port, String path) {

    /** Of an endpoint, by the route that it has; empty while it has none. */
    static Optional<Expected> of(
        TargetPlan target, Endpoint endpoint, PodFacts pod, RelabelModel model) {
      return target
          .byUserJob(endpoint, pod, model)
          .or(() -> target.byUserJob(endpoint))
          .map(Expected::of)
          .or(() -> target.workload().slotOf(endpoint.key()).map(slot -> of(slot, pod)));
    }

    static Expected of(Slot slot, PodFacts pod) {
      Scheme scheme = schemeOn(slot, pod);
      return new Expected(
          scheme == Scheme.ISTIO_MUTUAL
              ? SlotJobs.mutualJob(slot.number())
              : SlotJobs.plainJob(slot.number()),
          ofUrl(scheme),
          slot.port(),
          slot.path());
    }

    static Expected of(Route.ByUserJob route) {
      return new Expected(route.job(), ofUrl(route.scheme()), route.port(), route.path());
    }

    private static String ofUrl(Scheme scheme) {
      return scheme == Scheme.HTTP ? "http" : "https";
    }

    /**
     * The job of a slot scrapes http and https: while a pod changes over, the old target stands.
     */
    boolean is(String targetUrl) {
      URI url;
      try {
        url = new URI(targetUrl);
      } catch (URISyntaxException e) {
        return false; // rules of the user's own may make anything
      }
      int implied = "https".equals(url.getScheme()) ? 443 : 80;
      return (url.getPort() < 0 ? implied : url.getPort()) == port
          && Objects.equals(url.getPath(), path)
          && Objects.equals(url.getScheme(), scheme);
    }
  }

  static PodScrape of(Slot slot, PodFacts pod, ScrapeFacts facts) {
    Expected expected = Expected.of(slot, pod);
    return of(pod, facts, replica -> of(expected, pod, replica));
  }

  static PodScrape of(
      Route.ByUserJob route,
      TargetPlan target,
      Endpoint endpoint,
      PodFacts pod,
      ScrapeFacts facts) {
    return of(
        pod,
        facts,
        replica -> {
          Route.ByUserJob there = there(route, target, endpoint, pod, replica);
          PodScrape scrape = of(Expected.of(there), pod, replica);
          // up says nothing of the app behind an agent until the agents of this job are asked about
          return scrape.up() && there.byAgent() && !facts.agentJobs().contains(there.job())
              ? new PodScrape(pod, State.AWAITED, scrape.replica(), "")
              : scrape;
        });
  }

  /** The route is that of the newest pod: where it does not hold, this one's own target counts. */
  private static Route.ByUserJob there(
      Route.ByUserJob route,
      TargetPlan target,
      Endpoint endpoint,
      PodFacts pod,
      ReplicaFacts replica) {
    return found(Expected.of(route), pod, replica).isPresent()
        ? route
        : target.byUserJob(endpoint, pod, replica.model()).orElse(route);
  }

  /**
   * A replica on which the endpoint is not up decides: all of them are to have it, but for those in
   * whose share the pod is not.
   */
  private static PodScrape of(
      PodFacts pod, ScrapeFacts facts, Function<ReplicaFacts, PodScrape> onReplica) {
    List<PodScrape> scrapes = facts.replicas().stream().map(onReplica).toList();
    return scrapes.stream()
        .filter(scrape -> scrape.state() != State.LEFT_OUT)
        .min(Comparator.comparing(PodScrape::up).thenComparing(MOST_TELLING_FIRST))
        .or(() -> scrapes.stream().min(MOST_TELLING_FIRST))
        .orElse(new PodScrape(pod, State.ABSENT, "no Prometheus pod", ""));
  }

  private static PodScrape of(Expected expected, PodFacts pod, ReplicaFacts replica) {
    return found(expected, pod, replica)
        .map(t -> of(t, pod, replica))
        .or(() -> dropped(expected, pod, replica))
        .orElse(new PodScrape(pod, State.ABSENT, replica.pod(), ""));
  }

  private static Optional<ActiveTarget> found(
      Expected expected, PodFacts pod, ReplicaFacts replica) {
    return replica.targetsOf(pod.uid()).stream()
        .filter(t -> t.pool().equals(expected.job()) && expected.is(t.scrapeUrl()))
        .findFirst()
        .or(() -> nameless(expected, pod, replica));
  }

  /**
   * Around 2.42 Prometheus loses what it has discovered of a target where the rules of the job are
   * labelkeep or labeldrop: then the URL that the job makes of this very pod tells it.
   */
  private static Optional<ActiveTarget> nameless(
      Expected expected, PodFacts pod, ReplicaFacts replica) {
    List<ActiveTarget> nameless =
        replica.targetsOf("").stream()
            .filter(target -> target.pool().equals(expected.job()))
            .toList();
    return nameless.isEmpty()
        ? Optional.empty()
        : predicted(expected, pod, replica).stream()
            .flatMap(certain -> certain.targets().stream())
            .map(PredictedTarget::url)
            .filter(expected::is)
            .flatMap(url -> nameless.stream().filter(target -> target.scrapeUrl().equals(url)))
            .findFirst();
  }

  private static Optional<Prediction.Certain> predicted(
      Expected expected, PodFacts pod, ReplicaFacts replica) {
    RelabelModel model = replica.model();
    return model != null
            && model.podJobs().contains(expected.job())
            && model.predict(expected.job(), pod.discovered()) instanceof Prediction.Certain certain
        ? Optional.of(certain)
        : Optional.empty();
  }

  private static PodScrape of(ActiveTarget target, PodFacts pod, ReplicaFacts replica) {
    State state = state(target, pod);
    return new PodScrape(
        pod, state, replica.pod(), state == State.UNMERGED ? UNMERGED : target.lastError());
  }

  /** The rule by which the job, as the replica runs it, comes to no such target. */
  private static Optional<PodScrape> dropped(
      Expected expected, PodFacts pod, ReplicaFacts replica) {
    return predicted(expected, pod, replica)
        .filter(certain -> !makes(certain, expected))
        .flatMap(
            certain ->
                leftOut(expected, certain, pod, replica)
                    .or(
                        () ->
                            Drop.furthest(certain.drops())
                                .map(
                                    drop ->
                                        new PodScrape(
                                            pod, State.DROPPED, replica.pod(), drop.sentence()))));
  }

  private static boolean makes(Prediction prediction, Expected expected) {
    return prediction instanceof Prediction.Certain certain
        && certain.targets().stream().anyMatch(made -> expected.is(made.url()));
  }

  /** Nothing is amiss with a pod that is in another's share: but for the hash, it is a target. */
  private static Optional<PodScrape> leftOut(
      Expected expected, Prediction.Certain certain, PodFacts pod, ReplicaFacts replica) {
    RelabelModel model = Objects.requireNonNull(replica.model());
    if (!makes(model.predictUndivided(expected.job(), pod.discovered()), expected)) {
      return Optional.empty();
    }
    return model.shards().stream()
        .flatMap(
            shard ->
                certain.drops().stream()
                    .filter(shard::leavesOut)
                    .map(
                        drop ->
                            "%s, for %s; the Prometheus of its share may scrape it, which this operator does not see"
                                .formatted(drop.sentence(), shard.sentence())))
        .findFirst()
        .map(why -> new PodScrape(pod, State.LEFT_OUT, replica.pod(), why));
  }

  private static State state(ActiveTarget target, PodFacts pod) {
    return switch (target.health()) {
      case UP -> scrapedSinceStart(target, pod) ? fetched(target) : State.AWAITED;
      case DOWN -> State.FAILED;
      case UNKNOWN -> State.AWAITED;
    };
  }

  private static State fetched(ActiveTarget target) {
    return switch (target.app()) {
      case GOES_WELL -> State.UP;
      case UNPROVEN -> State.AWAITED;
      case FAILS -> State.UNMERGED;
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

  /** The scheme by which the slot jobs scrape this pod. */
  static Scheme schemeOn(Slot slot, PodFacts pod) {
    return SlotAnnotations.schemeOf(slot.number(), pod.annotations()).orElse(slot.scheme());
  }

  boolean up() {
    return state == State.UP;
  }

  boolean failed() {
    return state == State.FAILED || state == State.UNMERGED;
  }

  /** Whether it fails because Prometheus cannot read its certificates. */
  boolean lacksFile() {
    return failed() && ScrapeError.of(error).reason() == Reason.CERTIFICATE_MISSING;
  }
}
