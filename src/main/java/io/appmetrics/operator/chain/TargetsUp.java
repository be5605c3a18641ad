package io.appmetrics.operator.chain;

import io.appmetrics.operator.prometheus.WorkloadRef;
import io.appmetrics.operator.route.Endpoint;
import io.appmetrics.operator.route.Taker;
import io.appmetrics.operator.scrapeconfig.Federation;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Is every endpoint of every pod that counts an up target. */
final class TargetsUp {
  /** An error explains more than a target that is only not there yet. */
  private static final Comparator<EndpointReading> TELLING_FIRST =
      Comparator.comparing(reading -> reading.trouble() == null || !reading.trouble().failed());

  private TargetsUp() {}

  static Finding check(Evidence evidence) {
    List<EndpointReading> broken =
        evidence.readings().stream().filter(reading -> !reading.scraped()).toList();
    return broken.stream()
        .min(TELLING_FIRST)
        .map(first -> explain(first).and(others(broken.size() - 1)))
        .or(() -> twice(evidence))
        .orElseGet(() -> Finding.holds(scraped(evidence.readings().size())));
  }

  /** What two jobs scrape arrives twice: sums over it are wrong. */
  private static Optional<Finding> twice(Evidence evidence) {
    if (evidence.share().pulls()) {
      return Optional.empty(); // whoever scrapes it says so
    }
    for (EndpointReading reading : evidence.readings()) {
      List<Taker> takers =
          reading.target().workload().doubles().getOrDefault(reading.endpoint().key(), List.of());
      if (!takers.isEmpty()) {
        return Optional.of(
            Finding.broken(
                Reason.SCRAPED_TWICE,
                "%s %s is scraped by %s, so that its metrics arrive %d times: %s; change the annotations or the rules by which they take it, so that one of them does"
                    .formatted(
                        reading.target().name(),
                        reading.endpoint().key(),
                        scrapers(takers),
                        takers.size(),
                        takers.stream().map(Taker::how).collect(Collectors.joining("; ")))));
      }
    }
    return Optional.empty();
  }

  private static String scrapers(List<Taker> takers) {
    long jobs = takers.stream().map(Taker::job).distinct().count();
    return jobs == takers.size() ? jobs + " jobs" : takers.size() + " targets";
  }

  private static String scraped(int endpoints) {
    return endpoints == 1
        ? "The endpoint is scraped on every pod"
        : "All %d endpoints are scraped on every pod".formatted(endpoints);
  }

  private static String others(int others) {
    return switch (others) {
      case 0 -> "";
      case 1 -> " (1 more endpoint is not scraped)";
      default -> " (%d more endpoints are not scraped)".formatted(others);
    };
  }

  private static Finding explain(EndpointReading reading) {
    String endpoint = reading.target().name() + " " + reading.endpoint().key();
    PodScrape trouble = reading.trouble();
    if (trouble == null) {
      return Finding.broken(Reason.PODS_JOINING, endpoint + " has no pod that serves");
    }
    String where = "%s of pod %s".formatted(endpoint, trouble.pod().name());
    return switch (trouble.state()) {
      case FAILED -> failed(where, trouble);
      case UNFEDERATED -> unfederated(where, trouble, reading.sight().scraper());
      case UNMERGED -> unmerged(where, reading.endpoint(), trouble.pod());
      case DROPPED, LEFT_OUT ->
          Finding.broken(
              Reason.DROPPED_BY_RELABELING,
              "%s is dropped by Prometheus pod %s: %s: change that rule, or what it looks at"
                  .formatted(where, trouble.replica(), trouble.error()));
      case ABSENT ->
          reading.counted() == 0
              ? Finding.broken(
                  Reason.PODS_JOINING,
                  "%s is no target of Prometheus pod %s yet: the pod is new"
                      .formatted(where, trouble.replica()))
              : Finding.broken(
                  Reason.TARGET_MISSING,
                  "%s is no target of Prometheus pod %s, though it has been ready since %s: see whether its ServiceAccount may list the pods of this namespace"
                      .formatted(where, trouble.replica(), trouble.pod().readySince()));
      case AWAITED, UP ->
          Finding.broken(
              Reason.PODS_JOINING,
              "%s has not been scraped by Prometheus pod %s yet: its next scrape will tell"
                  .formatted(where, trouble.replica()));
    };
  }

  private static Finding unfederated(String where, PodScrape trouble, WorkloadRef scraper) {
    return Finding.broken(
        Reason.NOT_FEDERATED,
        trouble.error().isEmpty()
            ? "%s has not come from %s to Prometheus pod %s yet: it does with one of the next scrapes of job %s, once it is scraped there; if it does not, see whether the ServiceAccount of that pod may list the pods of namespace %s"
                .formatted(where, scraper, trouble.replica(), Federation.JOB, scraper.namespace())
            : "%s does not come from %s to Prometheus pod %s, whose job %s fails: see whether a NetworkPolicy, or mutual TLS that the mesh demands, keeps it from there (Prometheus: %s)"
                .formatted(where, scraper, trouble.replica(), Federation.JOB, trouble.error()));
  }

  /** Prometheus sees the agent only: what the app answers is to be seen inside the pod. */
  private static Finding unmerged(String where, Endpoint endpoint, PodFacts pod) {
    String inside = "http://localhost:%d%s".formatted(endpoint.port(), endpoint.path());
    String proxy = "%s -c istio-proxy".formatted(pod.name());
    return Finding.broken(
        Reason.MERGED_SCRAPE_FAILING,
        "%s: Istio's agent, which serves the app's metrics among its own, gets none at %s inside the pod; its containers declare %s; see what answers there: kubectl -n %s exec %s -- curl -sSi %s, and what the agent says of it: kubectl -n %s logs %s"
            .formatted(
                where,
                inside,
                TargetsFound.declared(pod.ports()),
                pod.namespace(),
                proxy,
                inside,
                pod.namespace(),
                proxy));
  }

  private static Finding failed(String where, PodScrape trouble) {
    ScrapeError kind = ScrapeError.of(trouble.error());
    String ports =
        kind.asksForAPort()
            ? "; its containers declare " + TargetsFound.declared(trouble.pod().ports())
            : "";
    return Finding.broken(
        kind.reason(),
        "%s: %s (Prometheus: %s)%s".formatted(where, kind.advice(), trouble.error(), ports));
  }
}
