package io.appmetrics.operator.chain;

import io.appmetrics.operator.api.PortScheme;
import io.appmetrics.operator.route.Endpoint;
import io.appmetrics.operator.route.WorkloadPlan;
import io.appmetrics.operator.scrapeconfig.PrometheusVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;

/**
 * What one AppMetrics declares of one workload, and what speaks against it in any cluster.
 *
 * @param namespace of the AppMetrics
 * @param name of the AppMetrics
 * @param workload kind and name, for messages
 * @param endpoints its own
 * @param plan what is to stand on the workload, for all who name it
 * @param sidecar whether Istio's sidecar runs in its pods
 * @param takesTls what takes all TLS on a port for the mesh's, in a clause; empty where nothing
 *     does
 * @param readers the Prometheis that are to scrape it, as far as their versions are known
 * @param slots how many there are, and where that is set
 */
public record Declaration(
    String namespace,
    String name,
    String workload,
    List<Endpoint> endpoints,
    WorkloadPlan plan,
    boolean sidecar,
    IntFunction<Optional<String>> takesTls,
    List<Reader> readers,
    Slots slots) {

  /** A Prometheus that is to scrape it; who it is, for messages. */
  public record Reader(String who, PrometheusVersion version) {}

  /** How many slots there are, and the setting that says so. */
  public record Slots(int limit, String setting) {}

  /** An endpoint that cannot be served as it is declared. */
  public record Refusal(Endpoint.Key endpoint, Finding finding) {}

  /** Source: istio.io, ops/deployment/application-requirements, and istio#59567. */
  private static final Set<Integer> ISTIO_PORTS =
      Set.of(15000, 15001, 15004, 15006, 15008, 15020, 15021, 15053, 15090);

  /** All that speaks against it, the first first; empty when it can work. */
  public List<Refusal> refusals() {
    List<Refusal> refusals = new ArrayList<>();
    for (WorkloadPlan.Conflict conflict : plan.conflicts().getOrDefault(name, List.of())) {
      refusals.add(
          new Refusal(
              conflict.endpoint(),
              Finding.broken(
                  Reason.CONFLICT,
                  "%s %s is declared with other settings by the older AppMetrics %s/%s, which wins: make them alike, or remove it from one of the two"
                      .formatted(workload, conflict.endpoint(), namespace, conflict.winner()))));
    }
    for (Endpoint endpoint : endpoints) {
      reserved(endpoint)
          .or(() -> twiceEncrypted(endpoint))
          .or(() -> unpaced(endpoint))
          .ifPresent(finding -> refusals.add(new Refusal(endpoint.key(), finding)));
    }
    for (Endpoint endpoint : endpoints) {
      // others' endpoints may lack a slot, too: that is told to them
      if (plan.unplaced().contains(endpoint.key())) {
        refusals.add(
            new Refusal(
                endpoint.key(),
                Finding.broken(
                    Reason.SLOTS_EXHAUSTED,
                    "%s has more endpoints than there are slots (%d): no slot is left for %s; declare fewer, or raise %s"
                        .formatted(workload, slots.limit(), endpoint.key(), slots.setting()))));
      }
    }
    return List.copyOf(refusals);
  }

  private Optional<Finding> reserved(Endpoint endpoint) {
    return sidecar && ISTIO_PORTS.contains(endpoint.port())
        ? Optional.of(
            Finding.broken(
                Reason.PORT_RESERVED_BY_ISTIO,
                "Port %d of %s belongs to Istio's sidecar: declare the port of the app"
                    .formatted(endpoint.port(), workload)))
        : Optional.empty();
  }

  private Optional<Finding> twiceEncrypted(Endpoint endpoint) {
    return endpoint.declared() != PortScheme.HTTPS
        ? Optional.empty()
        : takesTls
            .apply(endpoint.port())
            .map(
                clause ->
                    Finding.broken(
                        Reason.SCHEME_IMPOSSIBLE,
                        "%s %s is declared HTTPS, but %s, and Prometheus cannot speak TLS inside TLS: serve the metrics as plain HTTP and declare Auto"
                            .formatted(workload, endpoint.key(), clause)));
  }

  /**
   * A Prometheus that would scrape an endpoint at the pace of its job, whatever is declared: a slot
   * has its interval by a label, which counts since prometheus#8911. A job of the user's was chosen
   * because it keeps the declared one.
   */
  private Optional<Finding> unpaced(Endpoint endpoint) {
    boolean bySlot = plan.slotOf(endpoint.key()).isPresent();
    return endpoint.interval() == null || !bySlot
        ? Optional.empty()
        : readers.stream()
            .filter(reader -> !reader.version().atLeast(2, 30))
            .findFirst()
            .map(
                reader ->
                    Finding.broken(
                        Reason.INTERVAL_UNSUPPORTED,
                        "%s %s is declared with interval %s, but %s runs %s, and only from 2.30 on can targets of one job have intervals of their own: leave interval and timeout out, or update Prometheus"
                            .formatted(
                                workload,
                                endpoint.key(),
                                endpoint.interval(),
                                reader.who(),
                                reader.version())));
  }
}
