package io.appmetrics.operator.route;

import io.appmetrics.operator.api.PortScheme;
import io.appmetrics.operator.relabel.Drop;
import io.appmetrics.operator.route.Foresight.Made;
import io.appmetrics.operator.route.Foresight.Outlook;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which of the user's own jobs could scrape an endpoint of a workload, and what would have to be
 * written for it. Decided by what each replica's configuration makes of the workload's next pod.
 */
final class Routing {
  private static final String WRITTEN = "by prometheus.io/*";
  private static final String ANNOTATED = "the user's own annotations yield it";
  private static final String UNCONDITIONAL = "it needs no annotation of the template";
  private static final String ANNOTATIONS = "prometheus.io/*";

  private final Foresight foresight;
  private final Map<String, String> template;
  private final SortedMap<String, String> foreign;
  private final Function<Endpoint, List<Scheme>> schemes;
  private final List<Outlook> asItIs;

  /**
   * Of one workload.
   *
   * @param template the annotations of its pod template as they stand, ours among them
   * @param schemes how an endpoint of its next pod may be spoken to, by a slot as the first says
   */
  Routing(
      Foresight foresight, Map<String, String> template, Function<Endpoint, List<Scheme>> schemes) {
    this.foresight = foresight;
    this.template = template;
    this.foreign = ManagedAnnotations.foreign(template);
    this.schemes = schemes;
    this.asItIs = foresight.of(template, foreign);
  }

  /** A candidate that will do, or why none does. */
  record Answer(Route.@Nullable ByUserJob route, String why) {}

  /** The jobs that scrape the endpoint already, without anything of ours. */
  List<Route.ByUserJob> adopted(Endpoint endpoint) {
    List<Serving> adopted = serving(asItIs, endpoint);
    if (adopted.isEmpty()) {
      return List.of();
    }
    Set<String> unconditional =
        serving(foresight.of(template, Map.of()), endpoint).stream()
            .map(serving -> serving.made().job())
            .collect(Collectors.toSet());
    return adopted.stream()
        .map(
            serving -> {
              String job = serving.made().job();
              String why = unconditional.contains(job) ? UNCONDITIONAL : ANNOTATED;
              return serving.route(Route.Kind.ADOPTED, why + share(job));
            })
        .toList();
  }

  /** Where a job takes a share, that of some replica. */
  private String share(String job) {
    return asItIs.stream()
        .flatMap(outlook -> outlook.shares().of(job).stream())
        .findFirst()
        .map(", in a share: "::concat)
        .orElse("");
  }

  /**
   * The jobs that will scrape the endpoint once these annotations stand on the template, each as
   * often as it does, at whatever pace; and those of which the series cannot be told from its own,
   * whatever they get.
   */
  List<Taker> takers(Endpoint endpoint, Map<String, String> written) {
    Map<String, List<Serving>> byJob = new TreeMap<>();
    for (Outlook outlook : foresight.of(template, written)) {
      takings(outlook, endpoint)
          .collect(Collectors.groupingBy(serving -> serving.made().job()))
          .forEach((job, servings) -> byJob.merge(job, servings, Routing::more));
    }
    return byJob.values().stream().flatMap(servings -> Taker.of(servings).stream()).toList();
  }

  /** Every replica has its own: what counts is how often one of them scrapes it. */
  private static List<Serving> more(List<Serving> some, List<Serving> others) {
    return others.size() > some.size() ? others : some;
  }

  /** The job of the slot that serves the endpoint. */
  Taker taker(Endpoint endpoint, Slot slot) {
    return Taker.ofSlot(slot.number(), schemes.apply(endpoint).get(0));
  }

  /** Whether {@code prometheus.io/*} that we wrote still yields the endpoint on some replica. */
  Optional<Route.ByUserJob> kept(Endpoint endpoint, ScrapeAnnotations standing) {
    return foresight.of(template, with(standing)).stream()
        .map(outlook -> serving(List.of(outlook), endpoint))
        .filter(servings -> servings.size() == 1)
        .map(servings -> written(servings.get(0)))
        .findFirst();
  }

  /** Whether anything can be foreseen. */
  boolean foresees() {
    return foresight.knows();
  }

  /** The route that these annotations would bring, where they bring one and nothing else. */
  Optional<Route.ByUserJob> yielded(Endpoint endpoint, ScrapeAnnotations annotations) {
    return Optional.ofNullable(tried(endpoint, annotations).route())
        .filter(route -> !isStuck(endpoint, route));
  }

  /** What these annotations would have scraped here, though nobody wants it here. */
  Optional<String> harm(ScrapeAnnotations annotations) {
    List<Outlook> outlooks = foresight.of(template, with(annotations));
    for (int i = 0; i < outlooks.size(); i++) {
      Outlook outlook = outlooks.get(i);
      if (outlook.unpredictable() != null) {
        return Optional.of("nobody can tell what it would yield: " + outlook.unpredictable());
      }
      List<Made> fresh = outlook.besides(asItIs.get(i));
      if (!fresh.isEmpty()) {
        return Optional.of(tooMuch(fresh.get(0)));
      }
    }
    return Optional.empty();
  }

  private static String tooMuch(Made other) {
    return "prometheus.io/* would have job %s scrape %s, too"
        .formatted(other.job(), other.target().url());
  }

  /** Whether {@code prometheus.io/*} can yield the endpoint, and nothing else that is new. */
  Answer byAnnotations(Endpoint endpoint) {
    Answer answer = foundByAnnotations(endpoint);
    return answer.route() != null && isStuck(endpoint, answer.route())
        ? new Answer(
            null,
            "by prometheus.io/* its scheme could not follow the mesh's policy without a rollout")
        : answer;
  }

  /**
   * Plaintext to a sidecar works until the mesh turns STRICT; then a slot changes its scheme on the
   * live pods, and where a job of the user's speaks mutual TLS, other annotations do.
   */
  private boolean isStuck(Endpoint endpoint, Route.ByUserJob route) {
    boolean follows =
        foresight.sidecar()
            && endpoint.declared() == PortScheme.AUTO
            && route.kind() == Route.Kind.ANNOTATION
            && route.scheme() == Scheme.HTTP;
    return follows
        && new Routing(foresight, template, other -> List.of(Scheme.ISTIO_MUTUAL))
                .foundByAnnotations(endpoint)
                .route()
            == null;
  }

  private Answer foundByAnnotations(Endpoint endpoint) {
    Optional<String> taken = ScrapeAnnotations.inTheWay(foreign);
    if (taken.isPresent()) {
      return new Answer(null, whyTheirsDoNot(endpoint, taken.get()));
    }
    Answer plain = tried(endpoint, new ScrapeAnnotations(endpoint.port(), endpoint.path(), null));
    if (plain.route() != null) {
      return plain;
    }
    Answer named = tried(endpoint, withScheme(endpoint));
    return named.route() != null ? named : plain;
  }

  /** The annotations by which {@link #byAnnotations} found a route. */
  ScrapeAnnotations annotations(Endpoint endpoint) {
    ScrapeAnnotations plain = new ScrapeAnnotations(endpoint.port(), endpoint.path(), null);
    return tried(endpoint, plain).route() != null ? plain : withScheme(endpoint);
  }

  private ScrapeAnnotations withScheme(Endpoint endpoint) {
    String scheme = schemes.apply(endpoint).get(0) == Scheme.HTTP ? "http" : "https";
    return new ScrapeAnnotations(endpoint.port(), endpoint.path(), scheme);
  }

  private Answer tried(Endpoint endpoint, ScrapeAnnotations annotations) {
    List<Outlook> outlooks = foresight.of(template, with(annotations));
    Route.@Nullable ByUserJob route = null;
    for (int i = 0; i < outlooks.size(); i++) {
      Outlook outlook = outlooks.get(i);
      if (outlook.unpredictable() != null) {
        return new Answer(null, "nobody can tell what it would yield: " + outlook.unpredictable());
      }
      List<Serving> servings = serving(List.of(outlook), endpoint);
      if (servings.size() != 1) {
        return new Answer(null, whyNot(ANNOTATIONS, outlook, asItIs.get(i), endpoint, servings));
      }
      Serving only = servings.get(0);
      Optional<String> share = outlook.shares().of(only.made().job());
      if (share.isPresent()) {
        return new Answer(null, "other pods would be left out: " + share.get());
      }
      List<Made> fresh = outlook.besides(asItIs.get(i));
      fresh.remove(only.made());
      if (!fresh.isEmpty()) {
        return new Answer(null, tooMuch(fresh.get(0)));
      }
      route = written(only);
    }
    return new Answer(route, route == null ? "nobody has answered" : "");
  }

  private Map<String, String> with(ScrapeAnnotations annotations) {
    Map<String, String> written = new TreeMap<>(foreign);
    written.putAll(annotations.annotations());
    return written;
  }

  /** Annotations of the user's own that name this very endpoint, and do not yield it. */
  private String whyTheirsDoNot(Endpoint endpoint, String taken) {
    boolean theSame = ScrapeAnnotations.name(foreign, endpoint.key());
    if (!theSame || asItIs.isEmpty() || asItIs.get(0).unpredictable() != null) {
      return "the template's " + taken + " is somebody else's";
    }
    Map<String, String> without = new TreeMap<>(foreign);
    without.keySet().removeIf(ScrapeAnnotations::says);
    return whyNot(
        "the user's own prometheus.io/*",
        asItIs.get(0),
        foresight.of(template, without).get(0),
        endpoint,
        List.of());
  }

  /**
   * What a job makes of the pod anyhow, such as of Envoy's own port, explains nothing, unless it is
   * the endpoint itself in another way than is declared.
   */
  private String whyNot(
      String annotations,
      Outlook outlook,
      Outlook without,
      Endpoint endpoint,
      List<Serving> servings) {
    if (servings.size() > 1) {
      return annotations
          + " would have it scraped by several jobs: "
          + servings.stream().map(s -> s.made().job()).collect(Collectors.joining(", "));
    }
    List<Made> fresh = outlook.besides(without);
    return otherwise(fresh, outlook, endpoint)
        .or(() -> fresh.stream().map(Routing::makes).findFirst())
        .map(makes -> "of " + annotations + " " + makes)
        .or(() -> otherwise(outlook.made(), outlook, endpoint))
        .or(() -> outlook.drop(without).map(drop -> dropped(annotations, drop)))
        .orElse("no job reads " + annotations);
  }

  private Optional<String> otherwise(List<Made> made, Outlook outlook, Endpoint endpoint) {
    List<Scheme> allowed = schemes.apply(endpoint);
    return made.stream()
        .flatMap(
            target ->
                Serving.otherwise(target, outlook, endpoint, allowed)
                    .map(clauses -> makes(target) + clauses)
                    .stream())
        .findFirst();
  }

  private static String makes(Made made) {
    return "job %s makes %s".formatted(made.job(), made.target().url());
  }

  private static String dropped(String annotations, Drop drop) {
    return drop instanceof Drop.ByRule
        ? annotations + " is dropped by " + drop.sentence()
        : "of " + annotations + " nothing comes: " + drop.sentence();
  }

  private static Route.ByUserJob written(Serving serving) {
    return serving.route(serving.written(), WRITTEN);
  }

  /** The targets that serve the endpoint, of all replicas, each job once. */
  private List<Serving> serving(List<Outlook> outlooks, Endpoint endpoint) {
    Map<String, Serving> byJob = new TreeMap<>();
    for (Outlook outlook : outlooks) {
      servings(outlook, endpoint)
          .forEach(serving -> byJob.putIfAbsent(serving.made().job(), serving));
    }
    return new ArrayList<>(byJob.values());
  }

  private Stream<Serving> servings(Outlook outlook, Endpoint endpoint) {
    return takings(outlook, endpoint).filter(Serving::asDeclared);
  }

  private Stream<Serving> takings(Outlook outlook, Endpoint endpoint) {
    List<Scheme> allowed = schemes.apply(endpoint);
    return outlook.made().stream()
        .flatMap(
            made ->
                Serving.taking(made, outlook.pod(), outlook.fetched(), endpoint, allowed).stream());
  }
}
