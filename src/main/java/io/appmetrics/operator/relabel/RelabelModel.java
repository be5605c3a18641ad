package io.appmetrics.operator.relabel;

import io.appmetrics.operator.scrapeconfig.PrometheusVersion;
import io.appmetrics.operator.scrapeconfig.UnparsableConfig;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a Prometheus with this configuration makes of a pod. Answers for the jobs whose {@code
 * kubernetes_sd_configs} have {@code role: pod}; of others, endpoints among them, it knows nothing.
 */
public final class RelabelModel {

  /** What a model was read from; two of the same are equal. */
  record Source(
      String yaml,
      IncludedJobs included,
      PrometheusVersion version,
      String ownNamespace,
      boolean loaded) {}

  private final Source source;
  private final Dialect dialect;
  private final Map<String, PodJob> jobs;
  private final Map<String, String> unreadable;
  private final Set<String> mutualTls;

  RelabelModel(
      Source source,
      Map<String, PodJob> jobs,
      Map<String, String> unreadable,
      Set<String> mutualTls) {
    this.mutualTls = Set.copyOf(mutualTls);
    this.source = source;
    this.dialect = Dialect.of(source.version());
    this.jobs = Collections.unmodifiableMap(new LinkedHashMap<>(jobs));
    this.unreadable = Collections.unmodifiableMap(new LinkedHashMap<>(unreadable));
  }

  /**
   * Of what a running Prometheus says it has loaded ({@code /api/v1/status/config}), where an
   * absent separator or replacement is an empty one.
   *
   * @param ownNamespace that Prometheus runs in
   * @throws UnparsableConfig when it is no Prometheus configuration
   */
  public static RelabelModel ofLoaded(String yaml, PrometheusVersion version, String ownNamespace)
      throws UnparsableConfig {
    return ofLoaded(yaml, IncludedJobs.NONE, version, ownNamespace);
  }

  /**
   * The same with the jobs that it includes.
   *
   * @param included as they were written, where what is absent has its default
   * @param ownNamespace that Prometheus runs in
   * @throws UnparsableConfig when the configuration is none; an included file that is none is left
   *     out
   */
  public static RelabelModel ofLoaded(
      String yaml, IncludedJobs included, PrometheusVersion version, String ownNamespace)
      throws UnparsableConfig {
    return new JobReading(version, ownNamespace, true).read(yaml, included);
  }

  /**
   * Of a prometheus.yml as it was written, where what is absent has its default.
   *
   * @param ownNamespace that Prometheus runs in
   * @throws UnparsableConfig when it is no Prometheus configuration
   */
  public static RelabelModel ofFile(String yaml, PrometheusVersion version, String ownNamespace)
      throws UnparsableConfig {
    return new JobReading(version, ownNamespace, false).read(yaml, IncludedJobs.NONE);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof RelabelModel model && model.source.equals(source);
  }

  @Override
  public int hashCode() {
    return source.hashCode();
  }

  /** The version of the Prometheus that it is a model of. */
  public PrometheusVersion version() {
    return source.version();
  }

  /** The jobs that discover pods, in their order; those that this model cannot read at the end. */
  public List<String> podJobs() {
    var names = new ArrayList<>(jobs.keySet());
    names.addAll(unreadable.keySet());
    return names;
  }

  /** Whether a job shows a certificate of its own to its targets. */
  public boolean mutualTls(String job) {
    return mutualTls.contains(job);
  }

  /**
   * Whether each job of another configuration is here, too, and makes the same of pods. Intervals
   * do not count: they may be those of the section {@code global}, which is not the jobs' own.
   */
  public boolean runs(RelabelModel other) {
    return other.jobs.entrySet().stream()
        .allMatch(
            job -> {
              var own = jobs.get(job.getKey());
              return own != null && own.meansTheSame(job.getValue());
            });
  }

  /**
   * By which rules a job takes pods.
   *
   * @throws IllegalArgumentException when it is none of {@link #podJobs}, or this model cannot read
   *     it
   */
  public Intake intake(String job) {
    return readable(job).intake();
  }

  /**
   * Whether a rule of a job looks at an annotation whose name begins so, in any spelling that is
   * one label to Prometheus; what it copies to other labels does not count.
   *
   * @param prefix such as {@code prometheus.io/}
   */
  public boolean readsAnnotations(String job, String prefix) {
    var podJob = jobs.get(job);
    var name = Spellings.sanitised(prefix);
    return podJob != null
        && Stream.of("annotation_", "annotationpresent_")
            .anyMatch(kind -> podJob.reads(PodDiscovery.KUBERNETES + "pod_" + kind + name));
  }

  /**
   * The jobs that take only a share of the targets, as several Prometheis do that divide them: what
   * {@link #predict} says then holds for the Prometheus of this configuration, not for the others.
   */
  public List<Shard> shards() {
    return jobs.values().stream().flatMap(job -> job.shard().stream()).toList();
  }

  /** What each of {@link #podJobs} makes of the pod. */
  public Map<String, Prediction> predict(Pod pod) {
    return predict(pod, true);
  }

  /**
   * The same as if none of them took a share only: which share a pod falls into is chance, and what
   * is told here holds for all that are like it.
   */
  public Map<String, Prediction> predictUndivided(Pod pod) {
    return predict(pod, false);
  }

  /**
   * The same of one job.
   *
   * @throws IllegalArgumentException when it is none of {@link #podJobs}
   */
  public Prediction predictUndivided(String job, Pod pod) {
    return predict(job, pod, alternatives(pod), false);
  }

  private Map<String, Prediction> predict(Pod pod, boolean divided) {
    var alternatives = alternatives(pod);
    var predictions = new LinkedHashMap<String, Prediction>();
    podJobs().forEach(job -> predictions.put(job, predict(job, pod, alternatives, divided)));
    return predictions;
  }

  /**
   * What one job makes of the pod.
   *
   * @throws IllegalArgumentException when it is none of {@link #podJobs}
   */
  public Prediction predict(String job, Pod pod) {
    return predict(job, pod, alternatives(pod), true);
  }

  private Prediction predict(String job, Pod pod, List<PodTargets> alternatives, boolean divided) {
    if (unreadable.containsKey(job)) {
      return new Prediction.Unpredictable(unreadable.get(job));
    }
    var podJob = readable(job);
    if (alternatives.isEmpty()) {
      return new Prediction.Unpredictable(chance(pod));
    }
    Optional<Prediction> first = Optional.empty();
    for (var alternative : alternatives) {
      var prediction = podJob.predict(alternative, divided);
      if (first.isPresent() && !sameTargets(first.get(), prediction)) {
        return new Prediction.Unpredictable(chance(pod));
      }
      first = first.or(() -> Optional.of(prediction));
    }
    return first.orElseThrow();
  }

  private PodJob readable(String job) {
    var podJob = jobs.get(job);
    if (podJob == null) {
      throw new IllegalArgumentException("job " + job + " discovers no pods");
    }
    return podJob;
  }

  private static boolean sameTargets(Prediction one, Prediction other) {
    return one instanceof Prediction.Certain first
        && other instanceof Prediction.Certain second
        && Set.copyOf(first.targets()).equals(Set.copyOf(second.targets()));
  }

  private static String chance(Pod pod) {
    var keys = new ArrayList<List<String>>(Spellings.collisions(pod.annotations()));
    keys.addAll(Spellings.collisions(pod.labels()));
    return "the pod's "
        + String.join(" and ", keys.get(0))
        + " are one label to Prometheus, which takes the value of any of them; leave one";
  }

  /** The pod with one key of those that become one label, in all ways; empty when too many. */
  private List<PodTargets> alternatives(Pod pod) {
    var alternatives = new ArrayList<PodTargets>();
    for (var annotations : Spellings.alternatives(pod.annotations())) {
      for (var labels : Spellings.alternatives(pod.labels())) {
        alternatives.add(
            new PodTargets(
                new Pod(
                    pod.namespace(),
                    pod.name(),
                    pod.uid(),
                    pod.ip(),
                    pod.hostIp(),
                    pod.nodeName(),
                    pod.phase(),
                    pod.ready(),
                    labels,
                    annotations,
                    pod.controller(),
                    pod.containers(),
                    pod.initContainers()),
                dialect));
      }
    }
    return alternatives.size() > Spellings.ALTERNATIVES ? List.of() : alternatives;
  }
}
