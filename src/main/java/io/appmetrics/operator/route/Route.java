package io.appmetrics.operator.route;

import io.appmetrics.operator.relabel.AgentFetch;
import io.appmetrics.operator.relabel.Intake;
import io.appmetrics.operator.relabel.MetricsMerging;
import io.appmetrics.operator.relabel.Pod;
import io.appmetrics.operator.relabel.Prediction;
import io.appmetrics.operator.relabel.RelabelModel;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How an endpoint gets scraped. */
public sealed interface Route {

  /** Why this one, and not one that is tried earlier; one sentence without a full stop. */
  String why();

  /**
   * By a job of the user's own.
   *
   * @param kind what it takes
   * @param job the job that makes the target
   * @param scheme how the target is spoken to
   * @param port the port of the target: the endpoint's, or that of Istio's agent
   * @param path the path of the target
   * @param interval between two scrapes
   */
  record ByUserJob(
      Kind kind, String job, Scheme scheme, int port, String path, Duration interval, String why)
      implements Route {

    /** Whether the target is Istio's agent, which is up whatever becomes of the app behind it. */
    public boolean byAgent() {
      return path.equals(MetricsMerging.PATH);
    }

    /**
     * As the job has it on this very pod. A pod that is older than the sidecar in the newest one,
     * or has one no more, is another target of the same job.
     *
     * @param model what a replica runs
     * @param pod as it is
     * @param fetched what Istio's agent in it fetches; null when that is nothing
     * @param podSchemes how the endpoint may be spoken to on the pod itself
     * @return empty when the job makes nothing of the pod that serves the endpoint
     */
    public Optional<ByUserJob> on(
        RelabelModel model,
        Pod pod,
        Endpoint.@Nullable Key fetched,
        Endpoint endpoint,
        List<Scheme> podSchemes) {
      if (!model.podJobs().contains(job)
          || !(model.predict(job, pod) instanceof Prediction.Certain certain)) {
        return Optional.empty();
      }
      Intake intake = model.intake(job);
      Optional<AgentFetch> fetch =
          Optional.ofNullable(fetched).map(key -> new AgentFetch(key.port(), key.path()));
      return certain.targets().stream()
          .map(target -> new Foresight.Made(intake, model.mutualTls(job), target))
          .flatMap(made -> Serving.of(made, pod, fetch, endpoint, podSchemes).stream())
          .map(serving -> serving.route(kind, why))
          .findFirst();
    }
  }

  /**
   * By a slot: numbered annotations of ours, which shared jobs of ours read.
   *
   * @param number of the slot
   */
  record BySlot(int number, String why) implements Route {}

  /** Not yet decided: what Prometheus would do cannot be told. */
  record Undecided(String why) implements Route {}

  /** The kinds of routes, in the order in which they are tried. */
  enum Kind {
    /** What is there already yields it; nothing is written. */
    ADOPTED("Adopted"),
    /** By {@code prometheus.io/*}, which Istio's agent heeds: it serves the metrics as its own. */
    MERGED("Merged"),
    /** The same, at the agent's port for mutual TLS. */
    MERGED_SECURE("MergedSecure"),
    /** By {@code prometheus.io/*}. */
    ANNOTATION("Annotation"),
    /** The same, and the job speaks mutual TLS. */
    ANNOTATION_SECURE("AnnotationSecure"),
    /** By a slot. */
    SLOT("Slot");

    private final String displayName;

    Kind(String displayName) {
      this.displayName = displayName;
    }

    /** The name as the status writes it. */
    @Override
    public String toString() {
      return displayName;
    }
  }
}
