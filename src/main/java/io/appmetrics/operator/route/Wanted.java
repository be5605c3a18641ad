package io.appmetrics.operator.route;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What all claims on a workload together want of it.
 *
 * @param endpoints in the order of the claims, each once
 * @param conflicts for each AppMetrics that loses an endpoint: which, and to whom
 */
record Wanted(List<Endpoint> endpoints, Map<String, List<WorkloadPlan.Conflict>> conflicts) {

  /**
   * Puts the claims together.
   *
   * @param slots those on the template, by what they serve
   * @param annotated what is ours of {@code prometheus.io/*} there
   */
  static Wanted of(
      Collection<Claim> claims,
      Map<Endpoint.Key, Slot> slots,
      Optional<ScrapeAnnotations> annotated) {
    Map<String, List<WorkloadPlan.Conflict>> conflicts = new TreeMap<>();
    record Owned(Endpoint endpoint, String owner) {}
    Map<Endpoint.Key, Owned> union = new LinkedHashMap<>();
    for (Claim claim : claims.stream().sorted(Claim.PRECEDENCE).toList()) {
      for (Endpoint declared : claim.endpoints()) {
        Optional<Endpoint> stands = asItStands(declared, slots, annotated);
        if (claim.suspended() && stands.isEmpty()) {
          continue;
        }
        Endpoint endpoint = claim.suspended() ? stands.orElseThrow() : declared;
        Owned owned =
            union.computeIfAbsent(endpoint.key(), key -> new Owned(endpoint, claim.appMetrics()));
        if (!owned.endpoint().equals(endpoint)) {
          conflicts
              .computeIfAbsent(claim.appMetrics(), name -> new ArrayList<>())
              .add(new WorkloadPlan.Conflict(endpoint.key(), owned.owner()));
        }
      }
    }
    return new Wanted(union.values().stream().map(Owned::endpoint).toList(), conflicts);
  }

  /** With the settings of what the template has for it; empty when it has nothing. */
  private static Optional<Endpoint> asItStands(
      Endpoint declared, Map<Endpoint.Key, Slot> slots, Optional<ScrapeAnnotations> annotated) {
    return Optional.ofNullable(slots.get(declared.key()))
        .map(declared::withSettingsOf)
        .or(
            () ->
                annotated
                    .filter(annotations -> annotations.key().equals(declared.key()))
                    .map(annotations -> declared.withoutSettings()));
  }
}
