package io.appmetrics.operator.chain;

import io.appmetrics.operator.prometheus.ActiveTarget;
import io.appmetrics.operator.prometheus.Demand;
import io.appmetrics.operator.prometheus.ReplicaFacts;
import io.appmetrics.operator.prometheus.ScrapeFacts;
import io.appmetrics.operator.prometheus.TargetHealth;
import io.appmetrics.operator.relabel.PredictedTarget;
import io.appmetrics.operator.relabel.Prediction;
import io.appmetrics.operator.relabel.RelabelModel;
import io.appmetrics.operator.route.Endpoint;
import io.appmetrics.operator.route.Route;
import io.appmetrics.operator.scrapeconfig.Federation;
import io.appmetrics.operator.scrapeconfig.LoadedConfig;
import io.appmetrics.operator.scrapeconfig.PrometheusDuration;
import io.appmetrics.operator.scrapeconfig.SlotJobs;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a Prometheus that pulls from another is to have of that one's targets. */
final class Federated {
  private static final String JOB = "job";

  private Federated() {}

  /**
   * The label {@code job} of the series to pull, with the longest time between two scrapes.
   *
   * @param scraper what is known of the Prometheus that scrapes them
   */
  static SortedMap<String, Duration> jobs(
      Collection<TargetPlan> targets, @Nullable ScrapeFacts scraper) {
    SortedMap<String, Duration> jobs = new TreeMap<>();
    for (TargetPlan target : targets) {
      for (Endpoint endpoint : target.endpoints().resolved()) {
        Route route = target.workload().routes().get(endpoint.key());
        // undecided: the other is down, and what it has scraped by annotations it will again
        boolean again =
            route instanceof Route.Undecided && !target.workload().scrapeAnnotations().isEmpty();
        if (again || route instanceof Route.BySlot) {
          jobs.merge(SlotJobs.LABEL, interval(endpoint, scraper), Demand::longer);
        } else if (route instanceof Route.ByUserJob byJob) {
          jobs.merge(label(target, endpoint, byJob, scraper), byJob.interval(), Demand::longer);
        }
      }
    }
    return jobs;
  }

  /** A job may give its series another label than its name. */
  private static String label(
      TargetPlan target, Endpoint endpoint, Route.ByUserJob route, @Nullable ScrapeFacts scraper) {
    return target.serving().stream()
        .flatMap(pod -> labels(target, endpoint, pod, scraper).stream())
        .map(labels -> labels.getOrDefault(JOB, route.job()))
        .findFirst()
        .orElse(route.job());
  }

  /** The time between two scrapes of a slot. */
  static Duration interval(Endpoint endpoint, @Nullable ScrapeFacts scraper) {
    return Optional.ofNullable(endpoint.interval())
        .flatMap(PrometheusDuration::parse)
        .orElse(scraper == null ? LoadedConfig.DEFAULT_SCRAPE_INTERVAL : scraper.scrapeInterval());
  }

  /** An endpoint of a pod, as the replicas of the Prometheus that pulls have it. */
  static PodScrape scrape(
      TargetPlan target,
      Endpoint endpoint,
      PodFacts pod,
      @Nullable ScrapeFacts scraper,
      ScrapeFacts facts) {
    Optional<Map<String, String>> labels = labels(target, endpoint, pod, scraper);
    return facts.replicas().stream()
        // what is there already says nothing of a pull that fails now
        .filter(
            replica ->
                labels.filter(replica.arrivals()::contain).isEmpty() || !error(replica).isEmpty())
        .findFirst()
        .map(
            replica ->
                new PodScrape(pod, PodScrape.State.UNFEDERATED, replica.pod(), error(replica)))
        .orElseGet(
            () ->
                facts.replicas().isEmpty()
                    ? new PodScrape(pod, PodScrape.State.UNFEDERATED, "no Prometheus pod", "")
                    : new PodScrape(pod, PodScrape.State.UP, facts.replicas().get(0).pod(), ""));
  }

  /** Why the job that pulls fails, in Prometheus' words; empty when it does not. */
  private static String error(ReplicaFacts replica) {
    return replica.targets().values().stream()
        .flatMap(Collection::stream)
        .filter(target -> target.pool().equals(Federation.JOB))
        .filter(target -> target.health() == TargetHealth.DOWN)
        .map(ActiveTarget::lastError)
        .findFirst()
        .orElse("");
  }

  /** The labels that the target has where it is scraped. */
  private static Optional<Map<String, String>> labels(
      TargetPlan target, Endpoint endpoint, PodFacts pod, @Nullable ScrapeFacts scraper) {
    return scraper == null
        ? Optional.empty()
        : scraper.replicas().stream()
            .flatMap(replica -> Stream.ofNullable(replica.model()))
            .flatMap(
                model ->
                    PodScrape.Expected.of(target, endpoint, pod, model).stream()
                        .flatMap(wanted -> made(model, wanted, pod)))
            .<Map<String, String>>map(PredictedTarget::labels)
            .findFirst();
  }

  private static Stream<PredictedTarget> made(
      RelabelModel model, PodScrape.Expected wanted, PodFacts pod) {
    return model.podJobs().contains(wanted.job())
            && model.predict(wanted.job(), pod.discovered()) instanceof Prediction.Certain certain
        ? certain.targets().stream().filter(made -> wanted.is(made.url()))
        : Stream.of();
  }
}
