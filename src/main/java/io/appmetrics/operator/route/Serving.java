package io.appmetrics.operator.route;

import io.appmetrics.operator.relabel.AgentFetch;
import io.appmetrics.operator.relabel.MetricsMerging;
import io.appmetrics.operator.relabel.Pod;
import io.appmetrics.operator.relabel.PredictedTarget;
import io.appmetrics.operator.relabel.ScrapeUrl;
import io.appmetrics.operator.route.Foresight.Made;
import io.appmetrics.operator.route.Foresight.Outlook;
import io.appmetrics.operator.scrapeconfig.PrometheusDuration;
import io.appmetrics.operator.scrapeconfig.SlotJobs;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One job's target that scrapes an endpoint, and how.
 *
 * @param merged whether Istio's agent serves it among its own metrics
 * @param asDeclared whether it is scraped as it is declared, and as the mesh lets through; else its
 *     series are in the way of those that are
 */
record Serving(Made made, boolean merged, URI url, boolean asDeclared) {

  /**
   * Whether a target of a pod serves an endpoint.
   *
   * @param fetched what the pod's agent fetches; empty when it fetches nothing, or there is none
   * @param schemes how the endpoint may be spoken to on the pod itself
   */
  static Optional<Serving> of(
      Made made, Pod pod, Optional<AgentFetch> fetched, Endpoint endpoint, List<Scheme> schemes) {
    return taking(made, pod, fetched, endpoint, schemes).filter(Serving::asDeclared);
  }

  /** The same, also where it scrapes the endpoint in another way than is declared. */
  static Optional<Serving> taking(
      Made made, Pod pod, Optional<AgentFetch> fetched, Endpoint endpoint, List<Scheme> schemes) {
    URI url = url(made).filter(of -> isOf(pod, of)).orElse(null);
    if (url == null) {
      return Optional.empty();
    }
    boolean paced = paced(endpoint, made.target());
    if (isOf(endpoint, url)) {
      boolean same = asks(endpoint, url) && schemes.contains(scheme(made, url));
      // to every query they are one and the same, whatever the path's label
      boolean alike = SlotJobs.LABEL.equals(made.target().labels().get("job"));
      if (same || alike) {
        return Optional.of(new Serving(made, false, url, same && paced));
      }
    }
    return isAgent(made, pod, url) && fetches(fetched, endpoint) && agentMay(made, endpoint)
        ? Optional.of(new Serving(made, true, url, paced))
        : Optional.empty();
  }

  /**
   * In what a target differs from what is declared, though it is the endpoint's; in clauses that
   * follow its URL; empty when it is another's.
   */
  static Optional<String> otherwise(
      Made made, Outlook outlook, Endpoint endpoint, List<Scheme> schemes) {
    Optional<URI> url = url(made).filter(of -> isOf(outlook.pod(), of));
    if (url.isEmpty()) {
      return Optional.empty();
    }
    StringBuilder clauses = new StringBuilder();
    if (isOf(endpoint, url.get())) {
      Scheme scheme = scheme(made, url.get());
      if (!schemes.contains(scheme)) {
        clauses.append(", by %s and not %s".formatted(scheme, schemes.get(0)));
      }
      if (!asks(endpoint, url.get())) {
        clauses.append(
            query(endpoint).isEmpty()
                ? ", with parameters that are not declared"
                : ", and not with ?" + query(endpoint));
      }
    } else if (isAgent(made, outlook.pod(), url.get()) && fetches(outlook.fetched(), endpoint)) {
      if (!schemeSuits(made, endpoint)) {
        clauses.append(", though %s is declared".formatted(schemes.get(0)));
      }
      if (!endpoint.params().isEmpty()) {
        clauses.append(", where Istio's agent asks the app without parameters");
      }
    } else {
      return Optional.empty();
    }
    return Optional.of(clauses.append(otherPace(endpoint, made.target())).toString());
  }

  private static String otherPace(Endpoint endpoint, PredictedTarget target) {
    String interval = PrometheusDuration.format(target.interval());
    if (!matches(endpoint.interval(), interval)) {
      return ", every %s and not every %s".formatted(interval, endpoint.interval());
    }
    String timeout = PrometheusDuration.format(target.timeout());
    return matches(endpoint.timeout(), timeout)
        ? ""
        : ", with a timeout of %s and not of %s".formatted(timeout, endpoint.timeout());
  }

  private static Optional<URI> url(Made made) {
    try {
      return Optional.of(new URI(made.target().url()));
    } catch (URISyntaxException e) {
      return Optional.empty(); // rules of the user's own may make anything
    }
  }

  private static boolean isOf(Endpoint endpoint, URI url) {
    return portOf(url) == endpoint.port() && endpoint.path().equals(url.getPath());
  }

  private static boolean asks(Endpoint endpoint, URI url) {
    return query(endpoint).equals(Optional.ofNullable(url.getRawQuery()).orElse(""));
  }

  /** The kind of the route where we wrote the annotations that yield it. */
  Route.Kind written() {
    if (merged) {
      return made.mutualTls() ? Route.Kind.MERGED_SECURE : Route.Kind.MERGED;
    }
    return made.mutualTls() ? Route.Kind.ANNOTATION_SECURE : Route.Kind.ANNOTATION;
  }

  Route.ByUserJob route(Route.Kind kind, String why) {
    return new Route.ByUserJob(
        kind,
        made.job(),
        scheme(made, url),
        portOf(url),
        url.getPath(),
        made.target().interval(),
        why);
  }

  private static boolean isOf(Pod pod, URI url) {
    String host = Optional.ofNullable(url.getHost()).orElse("").replaceAll("[\\[\\]]", "");
    return host.equals(pod.ip());
  }

  private static Scheme scheme(Made made, URI url) {
    if (!"https".equals(url.getScheme())) {
      return Scheme.HTTP;
    }
    return made.mutualTls() ? Scheme.ISTIO_MUTUAL : Scheme.HTTPS;
  }

  /** Envoy serves its own metrics, and nobody else's, at the same path of port 15090. */
  private static boolean isAgent(Made made, Pod pod, URI url) {
    OptionalInt agent = MetricsMerging.agentPort(pod.annotations());
    OptionalInt served = "http".equals(url.getScheme()) ? agent : secure(made, pod);
    return agent.isPresent()
        && served.isPresent()
        && served.getAsInt() == portOf(url)
        && MetricsMerging.PATH.equals(url.getPath());
  }

  private static OptionalInt secure(Made made, Pod pod) {
    return made.mutualTls() ? MetricsMerging.securePort(pod.annotations()) : OptionalInt.empty();
  }

  /** The agent fetches over the loopback, in plain HTTP. */
  private static boolean fetches(Optional<AgentFetch> fetched, Endpoint endpoint) {
    return fetched
        .filter(fetch -> endpoint.key().equals(new Endpoint.Key(fetch.port(), fetch.path())))
        .isPresent();
  }

  /** Who declares a scheme means the way to the pod, and the agent passes no parameters on. */
  private static boolean agentMay(Made made, Endpoint endpoint) {
    return schemeSuits(made, endpoint) && endpoint.params().isEmpty();
  }

  private static boolean schemeSuits(Made made, Endpoint endpoint) {
    return switch (endpoint.declared()) {
      case AUTO -> true;
      case HTTP -> !made.mutualTls();
      case ISTIO_MUTUAL -> made.mutualTls();
      case HTTPS -> false;
    };
  }

  private static boolean paced(Endpoint endpoint, PredictedTarget target) {
    return matches(endpoint.interval(), PrometheusDuration.format(target.interval()))
        && matches(endpoint.timeout(), PrometheusDuration.format(target.timeout()));
  }

  private static boolean matches(@Nullable String declared, String made) {
    return declared == null
        || PrometheusDuration.parse(declared).equals(PrometheusDuration.parse(made));
  }

  private static String query(Endpoint endpoint) {
    return endpoint.params().entrySet().stream()
        .map(e -> ScrapeUrl.inQuery(e.getKey()) + "=" + ScrapeUrl.inQuery(e.getValue()))
        .collect(Collectors.joining("&"));
  }

  private static int portOf(URI url) {
    if (url.getPort() >= 0) {
      return url.getPort();
    }
    return "https".equals(url.getScheme()) ? 443 : 80;
  }
}
