package io.appmetrics.operator.route;

import io.appmetrics.operator.relabel.AgentFetch;
import io.appmetrics.operator.relabel.MetricsMerging;
import io.appmetrics.operator.relabel.Pod;
import io.appmetrics.operator.relabel.PredictedTarget;
import io.appmetrics.operator.relabel.ScrapeUrl;
import io.appmetrics.operator.route.Foresight.Made;
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
    URI url;
    try {
      url = new URI(made.target().url());
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
    if (!isOf(pod, url)) {
      return Optional.empty();
    }
    boolean paced = paced(endpoint, made.target());
    if (portOf(url) == endpoint.port() && endpoint.path().equals(url.getPath())) {
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
    boolean schemeSuits =
        switch (endpoint.declared()) {
          case AUTO -> true;
          case HTTP -> !made.mutualTls();
          case ISTIO_MUTUAL -> made.mutualTls();
          case HTTPS -> false;
        };
    return schemeSuits && endpoint.params().isEmpty();
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
