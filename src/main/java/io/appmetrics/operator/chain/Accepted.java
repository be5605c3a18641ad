package io.appmetrics.operator.chain;

import io.appmetrics.operator.api.PortScheme;
import io.appmetrics.operator.mesh.Terms;
import io.appmetrics.operator.prometheus.ReplicaFacts;
import io.appmetrics.operator.prometheus.ScrapeFacts;
import io.appmetrics.operator.relabel.RelabelModel;
import io.appmetrics.operator.route.Endpoint;
import io.appmetrics.operator.route.WorkloadPlan;
import io.appmetrics.operator.scrapeconfig.PrometheusVersion;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Can the declaration work at all. */
final class Accepted {
  /** Source: istio.io, ops/deployment/application-requirements, and istio#59567. */
  private static final Set<Integer> ISTIO_PORTS =
      Set.of(15000, 15001, 15004, 15006, 15008, 15020, 15021, 15053, 15090);

  private Accepted() {}

  static Finding check(Evidence evidence) {
    for (TargetPlan target : evidence.share().targets()) {
      List<WorkloadPlan.Conflict> conflicts =
          target.workload().conflicts().getOrDefault(evidence.seen().name(), List.of());
      if (!conflicts.isEmpty()) {
        WorkloadPlan.Conflict first = conflicts.get(0);
        return Finding.broken(
            Reason.CONFLICT,
            "%s %s is declared with other settings by the older AppMetrics %s/%s, which wins: make them alike, or remove it from one of the two"
                .formatted(
                    target.name(), first.endpoint(), evidence.seen().namespace(), first.winner()));
      }
      for (Endpoint endpoint : target.endpoints().resolved()) {
        Finding finding = check(target, endpoint);
        if (!finding.ok()) {
          return finding;
        }
        Optional<ReplicaFacts> unpaced =
            evidence.share().pulls()
                ? Optional.empty()
                : unpaced(evidence.facts(), target, endpoint);
        if (unpaced.isPresent()) {
          return Finding.broken(
              Reason.INTERVAL_UNSUPPORTED,
              "%s %s is declared with interval %s, but Prometheus pod %s runs %s, and only from 2.30 on can targets of one job have intervals of their own: leave interval and timeout out, or update Prometheus"
                  .formatted(
                      target.name(),
                      endpoint.key(),
                      endpoint.interval(),
                      unpaced.get().pod(),
                      version(unpaced.get()).orElseThrow()));
        }
      }
      Optional<Endpoint.Key> unplaced = unplaced(target);
      if (unplaced.isPresent()) {
        return Finding.broken(
            Reason.SLOTS_EXHAUSTED,
            "%s has more endpoints than there are slots (%d): no slot is left for %s; declare fewer, or raise APPMETRICS_SLOTS"
                .formatted(target.name(), evidence.seen().slotLimit(), unplaced.get()));
      }
    }
    return Finding.holds("The declaration can work");
  }

  /** Others' endpoints may lack a slot, too: that is told to them. */
  private static Optional<Endpoint.Key> unplaced(TargetPlan target) {
    return target.endpoints().resolved().stream()
        .map(Endpoint::key)
        .filter(target.workload().unplaced()::contains)
        .findFirst();
  }

  /**
   * The replica that would scrape an endpoint at the pace of its job, whatever is declared: a slot
   * has its interval by a label, which counts since prometheus#8911. A job of the user's was chosen
   * because it keeps the declared one.
   */
  private static Optional<ReplicaFacts> unpaced(
      @Nullable ScrapeFacts facts, TargetPlan target, Endpoint endpoint) {
    boolean bySlot = target.workload().slotOf(endpoint.key()).isPresent();
    return endpoint.interval() == null || facts == null || !bySlot
        ? Optional.empty()
        : facts.replicas().stream()
            .filter(ReplicaFacts::reachable)
            .filter(replica -> version(replica).filter(v -> !v.atLeast(2, 30)).isPresent())
            .findFirst();
  }

  private static Optional<PrometheusVersion> version(ReplicaFacts replica) {
    return Optional.ofNullable(replica.model()).map(RelabelModel::version);
  }

  private static Finding check(TargetPlan target, Endpoint endpoint) {
    boolean sidecar = target.seen().pods().stream().anyMatch(PodFacts::sidecar);
    if (sidecar && ISTIO_PORTS.contains(endpoint.port())) {
      return Finding.broken(
          Reason.PORT_RESERVED_BY_ISTIO,
          "Port %d of %s belongs to Istio's sidecar: declare the port of the app"
              .formatted(endpoint.port(), target.name()));
    }
    Optional<Terms> strict = mutualTls(target, endpoint.port());
    if (endpoint.declared() == PortScheme.HTTPS && strict.isPresent()) {
      return Finding.broken(
          Reason.SCHEME_IMPOSSIBLE,
          "%s %s is declared HTTPS, but %s demands mutual TLS (STRICT), and Prometheus cannot speak TLS inside TLS: serve the metrics as plain HTTP and declare Auto"
              .formatted(target.name(), endpoint.key(), strict.get().decider()));
    }
    return Finding.holds("");
  }

  private static Optional<Terms> mutualTls(TargetPlan target, int port) {
    return target.seen().pods().stream()
        .map(pod -> target.terms(pod, port))
        .filter(Terms::mutualTls)
        .findFirst();
  }
}
