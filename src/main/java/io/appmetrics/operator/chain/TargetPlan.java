package io.appmetrics.operator.chain;

import io.appmetrics.operator.chain.Workload.DeclaredPort;
import io.appmetrics.operator.mesh.MeshPod;
import io.appmetrics.operator.mesh.Terms;
import io.appmetrics.operator.mesh.Terms.Access;
import io.appmetrics.operator.prometheus.ReplicaFacts;
import io.appmetrics.operator.prometheus.ScrapeFacts;
import io.appmetrics.operator.prometheus.WorkloadRef;
import io.appmetrics.operator.relabel.RelabelModel;
import io.appmetrics.operator.route.Claim;
import io.appmetrics.operator.route.Endpoint;
import io.appmetrics.operator.route.Endpoints;
import io.appmetrics.operator.route.Foresight;
import io.appmetrics.operator.route.ManagedAnnotations;
import io.appmetrics.operator.route.Reader;
import io.appmetrics.operator.route.Route;
import io.appmetrics.operator.route.Scheme;
import io.appmetrics.operator.route.Slot;
import io.appmetrics.operator.route.SlotAnnotations;
import io.appmetrics.operator.route.WorkloadPlan;
import io.appmetrics.operator.scrapeconfig.SlotJobs;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is to be done for one target.
 *
 * @param seen what was seen of it
 * @param endpoints its own endpoints
 * @param workload what is to stand on the workload, for all who name it, as one installation reads
 *     it; empty slots when the workload is not there
 */
public record TargetPlan(TargetObservation seen, Endpoints endpoints, WorkloadPlan workload) {

  /** The plan for each of the installations. */
  static List<TargetPlan> of(TargetObservation seen, int slotLimit, List<Sight> sights) {
    Workload workload = seen.workload();
    if (workload == null) {
      TargetPlan nothing =
          new TargetPlan(seen, Endpoints.of(seen.target().ports(), Map.of()), WorkloadPlan.NOTHING);
      return Collections.nCopies(sights.size(), nothing);
    }
    Map<String, Integer> named = named(workload.ports());
    List<Claim> claims =
        seen.claimants().stream()
            .map(
                c ->
                    new Claim(
                        c.name(),
                        c.created(),
                        c.suspended(),
                        Endpoints.of(c.target().ports(), named).resolved()))
            .toList();
    Optional<MeshPod> next = newest(seen).map(pod -> next(pod.mesh(), workload));
    Endpoints endpoints = Endpoints.of(seen.target().ports(), named);
    List<Sight> scraping = sights.stream().filter(sight -> sight.federates() == null).toList();
    List<WorkloadPlan> plans =
        WorkloadPlan.of(
            claims,
            workload.template(),
            port -> next.map(pod -> seen.policy().termsOf(pod, port).access()).orElse(Access.PLAIN),
            slotLimit,
            readers(seen, scraping));
    Map<WorkloadRef, WorkloadPlan> byInstallation = new HashMap<>();
    for (int i = 0; i < plans.size(); i++) {
      byInstallation.put(scraping.get(i).installation(), plans.get(i));
    }
    // who pulls has what the other scrapes
    return sights.stream()
        .map(
            sight ->
                new TargetPlan(
                    seen,
                    endpoints,
                    byInstallation.getOrDefault(sight.scraper(), WorkloadPlan.NOTHING)))
        .toList();
  }

  /**
   * Until each installation was looked at, nothing is foreseen of any: one that is a moment later
   * would have every new workload rolled once more.
   */
  private static List<Reader> readers(TargetObservation seen, List<Sight> sights) {
    boolean looked = sights.stream().noneMatch(sight -> sight.facts() == null);
    return sights.stream()
        .map(
            sight ->
                new Reader(
                    sight.installation().path(), foresight(seen, looked ? sight.facts() : null)))
        .toList();
  }

  /** What the replicas that have ever answered make of the newest pod. */
  private static Foresight foresight(TargetObservation seen, @Nullable ScrapeFacts facts) {
    return facts == null
        ? Foresight.NONE
        : new Foresight(
            facts.replicas().stream().map(ReplicaFacts::model).flatMap(Stream::ofNullable).toList(),
            newest(seen).map(PodFacts::discovered).orElse(null),
            newest(seen).filter(PodFacts::sidecar).isPresent());
  }

  private static Optional<PodFacts> newest(TargetObservation seen) {
    return seen.pods().stream()
        .filter(pod -> !pod.terminating())
        .max(Comparator.comparing(PodFacts::createdAt).thenComparing(PodFacts::name));
  }

  /** The template may have other labels by now, and with them be under other policies. */
  private static MeshPod next(MeshPod newest, Workload workload) {
    return newest.next(workload.labels(), workload.template());
  }

  private static Map<String, Integer> named(List<DeclaredPort> ports) {
    Map<String, Integer> named = new TreeMap<>();
    for (DeclaredPort port : ports) {
      if (port.name() != null) {
        named.putIfAbsent(port.name(), port.number());
      }
    }
    return named;
  }

  /** On which terms a port of this pod is called. */
  Terms terms(PodFacts pod, int port) {
    return seen.policy().termsOf(pod.mesh(), port);
  }

  /** The same of the pods in general: of the first that serves, or that there may be. */
  Optional<Terms> terms(int port) {
    return Stream.concat(serving().stream(), seen.pods().stream())
        .findFirst()
        .map(PodFacts::mesh)
        .or(this::imagined)
        .map(pod -> seen.policy().termsOf(pod, port));
  }

  private Optional<MeshPod> imagined() {
    return Optional.ofNullable(seen.workload())
        .map(w -> MeshPod.imagined(w.namespace(), w.labels(), named(w.ports()), w.template()));
  }

  /** The scheme by which a slot is to scrape an endpoint of this pod. */
  Scheme scheme(Endpoint endpoint, PodFacts pod) {
    return endpoint.schemeOn(terms(pod, endpoint.port()).access());
  }

  /** The live schemes that a pod needs beside what it was born with. */
  public SortedMap<String, String> liveSchemes(PodFacts pod) {
    return workload.liveSchemes(pod.annotations(), port -> terms(pod, port).access());
  }

  /** The jobs that this target needs. */
  SlotJobs demand() {
    SortedSet<Integer> plain = new TreeSet<>();
    SortedSet<Integer> mutual = new TreeSet<>();
    for (Endpoint endpoint : endpoints.resolved()) {
      workload
          .slotOf(endpoint.key())
          .map(Slot::number)
          .ifPresent(
              slot -> {
                plain.add(slot);
                if (isMutual(workload.endpoints().getOrDefault(slot, endpoint))) {
                  mutual.add(slot);
                }
              });
    }
    return new SlotJobs(plain, mutual);
  }

  /** The annotations {@code prometheus.io/*} that a pod is to carry, whoever wrote them. */
  Map<String, String> scrapeAnnotations() {
    Workload there = seen.workload();
    return there == null ? Map.of() : workload.scrapeAnnotationsOn(there.template());
  }

  /** The jobs of the user's own that scrape this target. */
  Set<String> userJobs() {
    return byUserJob().map(Route.ByUserJob::job).collect(Collectors.toSet());
  }

  /** Those of them that need the mesh's certificates for it. */
  Set<String> mutualUserJobs() {
    return byUserJob()
        .filter(route -> route.scheme() == Scheme.ISTIO_MUTUAL)
        .map(Route.ByUserJob::job)
        .collect(Collectors.toSet());
  }

  /** The routes by which Istio's agents are scraped for it, on the newest pod or on others. */
  Stream<Route.ByUserJob> byAgent() {
    return endpoints.resolved().stream()
        .flatMap(
            endpoint ->
                byUserJob(endpoint).filter(route -> route.byAgent() || merges(endpoint)).stream());
  }

  private boolean merges(Endpoint endpoint) {
    return serving().stream().anyMatch(pod -> endpoint.key().equals(pod.merged()));
  }

  private Stream<Route.ByUserJob> byUserJob() {
    return endpoints.resolved().stream().flatMap(endpoint -> byUserJob(endpoint).stream());
  }

  /** The route of an endpoint, if it is one by a job of the user's own. */
  Optional<Route.ByUserJob> byUserJob(Endpoint endpoint) {
    return Optional.ofNullable(workload.routes().get(endpoint.key()))
        .filter(Route.ByUserJob.class::isInstance)
        .map(Route.ByUserJob.class::cast);
  }

  /**
   * The same as the job has it on this very pod.
   *
   * @param model what a replica runs; null before it answers
   * @return empty when the job makes nothing of the pod that serves the endpoint
   */
  Optional<Route.ByUserJob> byUserJob(
      Endpoint endpoint, PodFacts pod, @Nullable RelabelModel model) {
    return model == null
        ? Optional.empty()
        : byUserJob(endpoint)
            .flatMap(
                route ->
                    route.on(
                        model,
                        pod.discovered(),
                        pod.merged(),
                        endpoint,
                        endpoint.schemesOn(terms(pod, endpoint.port()).access())));
  }

  /**
   * The jobs that scrape it as it stands: those that a suspended AppMetrics keeps.
   *
   * @param reader the installation, as pods name it
   */
  SlotJobs standing(String reader) {
    Workload there = seen.workload();
    SortedSet<Integer> plain = new TreeSet<>();
    SortedSet<Integer> mutual = new TreeSet<>();
    Stream.concat(
            there == null ? Stream.of() : Stream.of(there.template()),
            seen.pods().stream().map(PodFacts::annotations))
        .filter(annotations -> annotations.containsKey(ManagedAnnotations.MARKER))
        .forEach(
            annotations -> {
              for (Slot slot : SlotAnnotations.read(annotations)) {
                if (!slot.isFor(reader)) {
                  continue;
                }
                plain.add(slot.number());
                SlotAnnotations.schemeOf(slot.number(), annotations)
                    .filter(scheme -> scheme == Scheme.ISTIO_MUTUAL)
                    .ifPresent(scheme -> mutual.add(slot.number()));
              }
            });
    return new SlotJobs(plain, mutual);
  }

  /**
   * While there is no pod, as at night or in a rollout that recreates, the policy alone decides:
   * the job would go and come back, and with it everybody's configuration be loaded twice.
   */
  private boolean isMutual(Endpoint endpoint) {
    Stream<Scheme> schemes =
        seen.pods().isEmpty()
            ? terms(endpoint.port()).map(Terms::access).map(endpoint::schemeOn).stream()
            : seen.pods().stream().map(pod -> scheme(endpoint, pod));
    return schemes.anyMatch(scheme -> scheme == Scheme.ISTIO_MUTUAL);
  }

  /** How many endpoints are declared: a port may be given by its number and by its name. */
  int declared() {
    return endpoints.resolved().size() + endpoints.unresolved().size();
  }

  /** The workload, for messages. */
  public String name() {
    return seen.target().kind() + " " + seen.target().name();
  }

  /** The pods that serve. */
  public List<PodFacts> serving() {
    return seen.pods().stream().filter(PodFacts::serving).toList();
  }
}
