package io.appmetrics.operator.route;

import io.appmetrics.operator.relabel.AgentFetch;
import io.appmetrics.operator.relabel.Drop;
import io.appmetrics.operator.relabel.Injected;
import io.appmetrics.operator.relabel.Injector;
import io.appmetrics.operator.relabel.Intake;
import io.appmetrics.operator.relabel.MetricsMerging;
import io.appmetrics.operator.relabel.Pod;
import io.appmetrics.operator.relabel.PredictedTarget;
import io.appmetrics.operator.relabel.Prediction;
import io.appmetrics.operator.relabel.RelabelModel;
import io.appmetrics.operator.relabel.Shard;
import io.appmetrics.operator.scrapeconfig.SlotJobs;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the user's own jobs, as the replicas run them, will make of the pods of a workload; of those
 * that take a share of the pods, what they make of the pods in it.
 *
 * @param models what each replica that has answered runs, each once
 * @param sample the workload's newest pod: what it has beside its template's annotations, such as a
 *     sidecar, the next one will have, too; null while there is none
 * @param sidecar whether a sidecar stands before it, so that the mesh's policy decides how it is
 *     spoken to
 */
public record Foresight(List<RelabelModel> models, @Nullable Pod sample, boolean sidecar) {

  /** Nobody has answered, or there is no pod to go by. */
  public static final Foresight NONE = new Foresight(List.of(), null, false);

  /** Of TEST-NET-1 (RFC 5737): for a pod that has no address yet. */
  private static final String SOME_ADDRESS = "192.0.2.1";

  public Foresight {
    models = models.stream().distinct().toList();
  }

  /** A target, the job that makes it, and by which of its rules. */
  record Made(Intake intake, boolean mutualTls, PredictedTarget target) {
    String job() {
      return intake.job();
    }
  }

  /**
   * What one replica makes of a pod.
   *
   * @param pod the pod, as it comes out of the injector
   * @param fetched what Istio's agent in it fetches first; of more, since 1.31, no pod tells
   * @param made the targets
   * @param drops why other jobs make nothing of it
   * @param readers the jobs that look at {@code prometheus.io/*}
   * @param unpredictable why it cannot be told for all jobs; null when it can
   */
  record Outlook(
      Pod pod,
      Optional<AgentFetch> fetched,
      List<Made> made,
      List<Drop> drops,
      Set<String> readers,
      @Nullable String unpredictable,
      Shares shares) {

    /** The targets that are none of another's. */
    List<Made> besides(Outlook other) {
      List<Made> fresh = new ArrayList<>(made);
      fresh.removeAll(new HashSet<>(other.made()));
      return fresh;
    }

    /**
     * By what the job that is meant by {@code prometheus.io/*} comes to nothing: one that gets
     * further by them, else one that looks at them; empty when there is none.
     *
     * @param without the same pod without them
     */
    Optional<Drop> drop(Outlook without) {
      Map<String, Drop> here = furthest();
      Map<String, Drop> there = without.furthest();
      Map<String, Drop> moved = new TreeMap<>(here);
      moved.entrySet().removeIf(drop -> drop.getValue().equals(there.get(drop.getKey())));
      Map<String, Drop> read = new TreeMap<>(here);
      read.keySet().retainAll(readers);
      return Drop.furthest(moved.values()).or(() -> Drop.furthest(read.values()));
    }

    /** Of each job that makes nothing. */
    private Map<String, Drop> furthest() {
      Map<String, List<Drop>> byJob = new TreeMap<>();
      drops.forEach(drop -> byJob.computeIfAbsent(drop.job(), job -> new ArrayList<>()).add(drop));
      made.forEach(target -> byJob.remove(target.job()));
      Map<String, Drop> furthest = new TreeMap<>();
      byJob.forEach((job, all) -> Drop.furthest(all).ifPresent(drop -> furthest.put(job, drop)));
      return furthest;
    }
  }

  /**
   * The jobs that take only a share of the pods, by a hash. Which share the next pod falls into,
   * nobody knows, and a route that went by it would change with each pod.
   */
  record Shares(List<Shard> shards) {
    Optional<String> of(String job) {
      return shards.stream()
          .filter(shard -> shard.job().equals(job))
          .map(Shard::sentence)
          .findFirst();
    }
  }

  /** Whether anything can be foreseen. */
  boolean knows() {
    return !models.isEmpty() && sample != null;
  }

  /**
   * What each replica will make of a pod whose template has other annotations.
   *
   * @param standing those that its template has now, which the sample may have from there
   */
  List<Outlook> of(Map<String, String> standing, Map<String, String> template) {
    if (sample == null) {
      return List.of();
    }
    Pod settled = settled(sample);
    Injected injected = injected(sample, standing, template);
    if (injected instanceof Injected.Kept kept) {
      return of(settled.withAnnotations(kept.annotations()), Optional.empty());
    }
    if (injected instanceof Injected.Merged merged) {
      return of(
          settled.withAnnotations(merged.annotations()), merged.fetched().stream().findFirst());
    }
    String why =
        injected instanceof Injected.Refused refused
            ? "Istio's injector would refuse the pod: " + refused.why()
            : ((Injected.Unpredictable) injected).why();
    return models.stream()
        .map(
            model ->
                new Outlook(
                    settled,
                    Optional.empty(),
                    List.of(),
                    List.of(),
                    Set.of(),
                    why,
                    new Shares(List.of())))
        .toList();
  }

  private List<Outlook> of(Pod pod, Optional<AgentFetch> fetched) {
    return models.stream().map(model -> of(model, pod, fetched)).toList();
  }

  private static Outlook of(RelabelModel model, Pod pod, Optional<AgentFetch> fetched) {
    List<Made> made = new ArrayList<>();
    List<Drop> drops = new ArrayList<>();
    Set<String> readers = new HashSet<>();
    String unpredictable = null;
    for (Map.Entry<String, Prediction> entry : model.predictUndivided(pod).entrySet()) {
      String job = entry.getKey();
      if (!SlotJobs.named(List.of(job)).isEmpty()) {
        continue; // of ours it is known
      }
      if (model.readsAnnotations(job, ScrapeAnnotations.PREFIX)) {
        readers.add(job);
      }
      Prediction prediction = entry.getValue();
      if (prediction instanceof Prediction.Certain certain) {
        Intake intake = model.intake(job);
        certain
            .targets()
            .forEach(target -> made.add(new Made(intake, model.mutualTls(job), target)));
        drops.addAll(certain.drops());
      } else if (prediction instanceof Prediction.Unpredictable unknown) {
        unpredictable = unknown.why();
      }
    }
    return new Outlook(
        pod, fetched, made, drops, readers, unpredictable, new Shares(model.shards()));
  }

  /** As it will be when it runs: a job may keep running pods only. */
  private static Pod settled(Pod pod) {
    return new Pod(
        pod.namespace(),
        pod.name(),
        pod.uid(),
        pod.ip().isEmpty() ? SOME_ADDRESS : pod.ip(),
        pod.hostIp(),
        pod.nodeName(),
        "Running",
        "True",
        pod.labels(),
        pod.annotations(),
        pod.controller(),
        pod.containers(),
        pod.initContainers());
  }

  /**
   * The template's, those that the sample has from elsewhere, and what the injector makes of it.
   */
  private static Injected injected(
      Pod sample, Map<String, String> standing, Map<String, String> template) {
    Map<String, String> annotations =
        new TreeMap<>(ManagedAnnotations.foreign(sample.annotations()));
    annotations.keySet().removeAll(standing.keySet());
    annotations.keySet().removeIf(key -> key.startsWith(SlotAnnotations.PREFIX));
    OptionalInt agentPort = MetricsMerging.agentPort(sample.annotations());
    // A gateway's template names the agent's port itself, and no injector has to do with it.
    if (agentPort.isEmpty() || agentPort.equals(MetricsMerging.agentPort(standing))) {
      annotations.putAll(template);
      return new Injected.Kept(annotations);
    }
    annotations.keySet().removeIf(ScrapeAnnotations::says);
    annotations.putAll(template);
    return MetricsMerging.inject(
        annotations, new Injector(release(sample), true, agentPort.getAsInt(), ""));
  }

  private static Injector.Release release(Pod sample) {
    return proxies(sample)
        .map(proxy -> Injector.Release.ofImage(proxy.image()))
        .findFirst()
        .orElse(Injector.Release.V1_13);
  }

  private static Stream<Pod.Container> proxies(Pod pod) {
    return Stream.concat(pod.containers().stream(), pod.initContainers().stream())
        .filter(container -> container.name().equals("istio-proxy"));
  }
}
