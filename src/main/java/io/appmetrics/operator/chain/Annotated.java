package io.appmetrics.operator.chain;

import io.appmetrics.operator.api.TargetKind;
import io.appmetrics.operator.mesh.Terms;
import io.appmetrics.operator.prometheus.CertificateFacts;
import io.appmetrics.operator.prometheus.ReplicaFacts;
import io.appmetrics.operator.prometheus.ScrapeFacts;
import io.appmetrics.operator.relabel.MetricsMerging;
import io.appmetrics.operator.route.Endpoint;
import io.appmetrics.operator.route.Route;
import io.appmetrics.operator.route.Scheme;
import io.appmetrics.operator.route.Slot;
import io.appmetrics.operator.route.SlotAnnotations;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Does every serving pod carry what the jobs look for. */
final class Annotated {
  private Annotated() {}

  static Finding check(Evidence evidence) {
    for (TargetPlan target : evidence.share().targets()) {
      Workload workload = target.seen().workload();
      if (workload == null) {
        continue; // TargetsFound has said so
      }
      AnnotationOutcome outcome = evidence.outcomes().get(workload.key());
      Optional<Finding> refused =
          outcome == null ? Optional.empty() : refused(target, workload, outcome);
      if (refused.isPresent()) {
        return refused.get();
      }
      List<PodFacts> serving = target.serving();
      List<PodFacts> lacking =
          serving.stream().filter(pod -> !carries(evidence.facts(), target, pod)).toList();
      if (!lacking.isEmpty()) {
        return rollout(target, workload, lacking, serving.size());
      }
    }
    return refusedByMesh(evidence).orElseGet(() -> certificates(evidence));
  }

  private static Optional<Finding> refused(
      TargetPlan target, Workload workload, AnnotationOutcome outcome) {
    return switch (outcome.kind()) {
      case UP_TO_DATE, WRITTEN, AGAIN -> Optional.empty();
      case CONFLICT ->
          Optional.of(
              Finding.broken(
                  Reason.ANNOTATION_CONFLICT,
                  "%s: %s; the operator takes nothing away from others: remove that annotation there"
                      .formatted(target.name(), outcome.message())));
      case REVERTED ->
          Optional.of(
              Finding.broken(
                  Reason.ANNOTATIONS_REVERTED,
                  "The operator's annotations on the pod template of %s were taken away %d times; whoever writes it (see its managedFields) must leave appmetrics.io/* alone; then change this AppMetrics, or wait an hour"
                      .formatted(target.name(), outcome.templateWrites())));
      case OWNED ->
          Optional.of(
              Finding.broken(
                  Reason.OWNED_BY_CONTROLLER,
                  "%s is written by its controller %s, which would undo an annotation: name the workload that the controller is driven by"
                      .formatted(target.name(), workload.controller())));
      case REFUSED ->
          Optional.of(
              Finding.broken(
                  Reason.WRITE_REFUSED,
                  "The API server refused to annotate %s: %s"
                      .formatted(target.name(), outcome.message())));
    };
  }

  private static Finding rollout(
      TargetPlan target, Workload workload, List<PodFacts> lacking, int serving) {
    String progress =
        "%d of %d ready pods of %s carry the annotations"
            .formatted(serving - lacking.size(), serving, target.name());
    Obstacle obstacle = workload.rollout().obstacle();
    return obstacle == null
        ? Finding.broken(Reason.ROLLOUT_IN_PROGRESS, progress + waitsFor(target, workload))
        : Finding.broken(
            Reason.ROLLOUT_STUCK,
            progress + ": " + obstacle.advice(workload, lacking.get(0).name()));
  }

  /**
   * A Deployment tells when it does not get on. The others do not, and replace no pod while one
   * that they have made is not ready.
   */
  private static String waitsFor(TargetPlan target, Workload workload) {
    return workload.kind() == TargetKind.DEPLOYMENT
        ? ""
        : target.seen().pods().stream()
            .filter(pod -> pod.readySince() == null && !pod.terminating())
            .map(PodFacts::name)
            .findFirst()
            .map(
                pod ->
                    "; pod %s is not ready: kubectl -n %s describe pod %s"
                        .formatted(pod, workload.namespace(), pod))
            .orElse("");
  }

  private static boolean carries(@Nullable ScrapeFacts facts, TargetPlan target, PodFacts pod) {
    return target.endpoints().resolved().stream()
        .allMatch(endpoint -> carries(facts, target, endpoint, pod));
  }

  private static boolean carries(
      @Nullable ScrapeFacts facts, TargetPlan target, Endpoint endpoint, PodFacts pod) {
    Route route = target.workload().routes().get(endpoint.key());
    if (route == null || route instanceof Route.Undecided) {
      return true; // a later link tells what keeps it from being decided
    }
    if (route instanceof Route.ByUserJob byJob) {
      return (byJob.kind() == Route.Kind.ADOPTED
              && needsNothing(byJob, facts, target, endpoint, pod))
          || carriesScrapeAnnotations(target, endpoint, pod);
    }
    List<Slot> born = SlotAnnotations.read(pod.annotations());
    return target
        .workload()
        .slotOf(endpoint.key())
        .filter(slot -> born.stream().anyMatch(b -> same(b, slot)))
        .flatMap(slot -> SlotAnnotations.schemeOf(slot.number(), pod.annotations()))
        .filter(scheme -> scheme == target.scheme(endpoint, pod))
        .isPresent();
  }

  /**
   * What a job of the user's goes by may be anything: its rules say whether this pod has it. Where
   * Istio has rewritten {@code prometheus.io/*}, and the job does not go by its agent, what stands
   * there tells nothing.
   */
  private static boolean needsNothing(
      Route.ByUserJob route,
      @Nullable ScrapeFacts facts,
      TargetPlan target,
      Endpoint endpoint,
      PodFacts pod) {
    boolean made =
        facts != null
            && facts.replicas().stream()
                .anyMatch(replica -> target.byUserJob(endpoint, pod, replica.model()).isPresent());
    return made || (!route.byAgent() && MetricsMerging.agentPort(pod.annotations()).isPresent());
  }

  private static boolean carriesScrapeAnnotations(
      TargetPlan target, Endpoint endpoint, PodFacts pod) {
    return pod.merged() != null
        ? pod.merged().equals(endpoint.key())
        : target.scrapeAnnotations().entrySet().stream()
            .allMatch(e -> e.getValue().equals(pod.annotations().get(e.getKey())));
  }

  /** The scheme of the day may differ: the live scheme goes before it. */
  private static boolean same(Slot a, Slot b) {
    return a.number() == b.number()
        && a.key().equals(b.key())
        && Objects.equals(a.interval(), b.interval())
        && Objects.equals(a.timeout(), b.timeout())
        && a.params().equals(b.params())
        && a.readers().equals(b.readers());
  }

  /** ztunnel asks where a call comes from, and no scheme helps one that comes from outside. */
  private static Optional<Finding> refusedByMesh(Evidence evidence) {
    ScrapeFacts facts = evidence.facts();
    Optional<String> outside =
        facts == null || evidence.share().pulls()
            ? Optional.empty()
            : facts.replicas().stream()
                .filter(r -> !r.ambient())
                .map(ReplicaFacts::pod)
                .findFirst();
    return outside.flatMap(
        prometheus ->
            evidence.readings().stream()
                .filter(reading -> !reading.scraped())
                .flatMap(reading -> refused(reading, prometheus).stream())
                .findFirst());
  }

  private static Optional<Finding> refused(EndpointReading reading, String prometheus) {
    TargetPlan target = reading.target();
    return target.serving().stream()
        .map(pod -> target.terms(pod, reading.endpoint().port()))
        .filter(Terms::meshOnly)
        .findFirst()
        .map(
            terms ->
                Finding.broken(
                    Reason.MESH_REFUSES_PLAINTEXT,
                    "%s %s lets in nobody but pods of the mesh (%s), and Prometheus pod %s is none: give Prometheus' pod template the label istio.io/dataplane-mode: ambient, or exempt the port by a PeerAuthentication with a selector and portLevelMtls PERMISSIVE"
                        .formatted(
                            target.name(), reading.endpoint().key(), terms.why(), prometheus)));
  }

  private static Finding certificates(Evidence evidence) {
    ScrapeFacts facts = evidence.facts();
    if (facts != null
        && facts.certificates().state() == CertificateFacts.State.NOT_CONFIGURED
        && !facts.config().isInTheWay()
        && !evidence.share().demand().mutual().isEmpty()) {
      return Finding.broken(
          Reason.CERTIFICATES_NOT_CONFIGURED,
          facts.certificates().message()
              + ". Some endpoints can be scraped by "
              + Scheme.ISTIO_MUTUAL
              + " only: give the Prometheus pod certificates of the mesh; docs/user-guide.md,"
              + " \"Certificates for Prometheus\", has the snippet");
    }
    return Finding.holds("Every ready pod carries its annotations");
  }
}
