package io.appmetrics.operator.chain;

import io.appmetrics.operator.mesh.Terms;
import io.appmetrics.operator.mesh.Terms.Access;
import io.appmetrics.operator.prometheus.ReplicaFacts;
import io.appmetrics.operator.prometheus.ScrapeFacts;
import io.appmetrics.operator.relabel.RelabelModel;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Can the declaration work at all. */
final class Accepted {
  private Accepted() {}

  static Finding check(Evidence evidence) {
    return evidence.share().targets().stream()
        .flatMap(target -> declaration(evidence, target).refusals().stream())
        .map(Declaration.Refusal::finding)
        .findFirst()
        .orElseGet(() -> Finding.holds("The declaration can work"));
  }

  private static Declaration declaration(Evidence evidence, TargetPlan target) {
    Observation seen = evidence.seen();
    return new Declaration(
        seen.namespace(),
        seen.name(),
        target.name(),
        target.endpoints().resolved(),
        target.workload(),
        target.seen().pods().stream().anyMatch(PodFacts::sidecar),
        port -> takesTls(target, port).map(Accepted::clause),
        evidence.share().pulls() ? List.of() : readers(evidence.facts()),
        new Declaration.Slots(seen.slotLimit(), "APPMETRICS_SLOTS"));
  }

  private static List<Declaration.Reader> readers(@Nullable ScrapeFacts facts) {
    return facts == null
        ? List.of()
        : facts.replicas().stream()
            .filter(ReplicaFacts::reachable)
            .flatMap(
                replica ->
                    Optional.ofNullable(replica.model()).map(RelabelModel::version).stream()
                        .map(v -> new Declaration.Reader("Prometheus pod " + replica.pod(), v)))
            .toList();
  }

  private static Optional<Terms> takesTls(TargetPlan target, int port) {
    return target.seen().pods().stream()
        .map(pod -> target.terms(pod, port))
        .filter(Terms::takesTls)
        .findFirst();
  }

  private static String clause(Terms terms) {
    return terms.access() == Access.MUTUAL_TLS
        ? terms.decider() + " demands mutual TLS (STRICT)"
        : terms.decider() + " is PERMISSIVE, and Istio 1.0 then takes all TLS for the mesh's";
  }
}
