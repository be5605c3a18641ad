package io.appmetrics.operator.route;

import io.appmetrics.operator.api.PortScheme;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is to stand on one workload's pod template and on its live pods: the union of all claims on
 * it, each endpoint in a slot.
 *
 * @param slots the slots, by number
 * @param endpoints the endpoint that each slot serves, by slot number
 * @param conflicts for each AppMetrics that loses an endpoint: which, and to whom
 * @param unplaced the endpoints for which no slot is left
 */
public record WorkloadPlan(
    List<Slot> slots,
    Map<Integer, Endpoint> endpoints,
    Map<String, List<Conflict>> conflicts,
    List<Endpoint.Key> unplaced) {

  /** An endpoint that an older AppMetrics declares with other settings. */
  public record Conflict(Endpoint.Key endpoint, String winner) {}

  /**
   * Plans the slots of one workload.
   *
   * @param claims of every AppMetrics that names the workload, in any order
   * @param template the annotations of its pod template as they stand
   * @param mutualTls whether its pods refuse everything but the mesh's mutual TLS
   * @param limit the highest slot number
   */
  public static WorkloadPlan of(
      Collection<Claim> claims, Map<String, String> template, boolean mutualTls, int limit) {
    List<Slot> standing = SlotAnnotations.read(SlotAnnotations.managed(template));
    Map<Endpoint.Key, Slot> standingByKey = new HashMap<>();
    standing.forEach(slot -> standingByKey.putIfAbsent(slot.key(), slot));

    Map<String, List<Conflict>> conflicts = new TreeMap<>();
    Collection<Endpoint> wanted = union(claims, standingByKey, conflicts);

    SortedMap<Integer, Endpoint> placed = new TreeMap<>();
    List<Endpoint.Key> unplaced = new ArrayList<>();
    place(wanted, standingByKey, limit, placed, unplaced);
    return new WorkloadPlan(
        slots(placed, standing, standingByKey, mutualTls), placed, conflicts, unplaced);
  }

  private static Collection<Endpoint> union(
      Collection<Claim> claims,
      Map<Endpoint.Key, Slot> standing,
      Map<String, List<Conflict>> conflicts) {
    record Owned(Endpoint endpoint, String owner) {}
    Map<Endpoint.Key, Owned> union = new LinkedHashMap<>();
    for (Claim claim : claims.stream().sorted(Claim.PRECEDENCE).toList()) {
      for (Endpoint declared : claim.endpoints()) {
        Slot stands = standing.get(declared.key());
        if (claim.suspended() && stands == null) {
          continue;
        }
        Endpoint endpoint =
            claim.suspended() && stands != null ? declared.withSettingsOf(stands) : declared;
        Owned owned =
            union.computeIfAbsent(endpoint.key(), key -> new Owned(endpoint, claim.appMetrics()));
        if (!owned.endpoint().equals(endpoint)) {
          conflicts
              .computeIfAbsent(claim.appMetrics(), name -> new ArrayList<>())
              .add(new Conflict(endpoint.key(), owned.owner()));
        }
      }
    }
    return union.values().stream().map(Owned::endpoint).toList();
  }

  /** Slots are sticky: an endpoint stays where it is, a new one takes the lowest free number. */
  private static void place(
      Collection<Endpoint> wanted,
      Map<Endpoint.Key, Slot> standing,
      int limit,
      SortedMap<Integer, Endpoint> placed,
      List<Endpoint.Key> unplaced) {
    List<Endpoint> homeless = new ArrayList<>();
    for (Endpoint endpoint : wanted) {
      Slot slot = standing.get(endpoint.key());
      if (slot != null && slot.number() <= limit) {
        placed.put(slot.number(), endpoint);
      } else {
        homeless.add(endpoint);
      }
    }
    int next = 1;
    for (Endpoint endpoint : homeless) {
      while (placed.containsKey(next)) {
        next++;
      }
      if (next <= limit) {
        placed.put(next, endpoint);
      } else {
        unplaced.add(endpoint.key());
      }
    }
  }

  private static List<Slot> slots(
      SortedMap<Integer, Endpoint> placed,
      List<Slot> standing,
      Map<Endpoint.Key, Slot> standingByKey,
      boolean mutualTls) {
    List<Slot> asToday = new ArrayList<>();
    List<Slot> asWritten = new ArrayList<>();
    placed.forEach(
        (number, endpoint) -> {
          Scheme today = endpoint.schemeOn(mutualTls);
          Scheme written =
              Optional.ofNullable(standingByKey.get(endpoint.key()))
                  .filter(slot -> endpoint.declared() == PortScheme.AUTO)
                  .map(Slot::scheme)
                  .orElse(today);
          asToday.add(Slot.of(number, endpoint, today));
          asWritten.add(Slot.of(number, endpoint, written));
        });
    // A change of the mesh's policy alone must not roll every workload: live schemes on the pods
    // correct what the template says until something else changes it.
    return asWritten.equals(standing) ? asWritten : asToday;
  }

  /** The annotations that are to stand on the pod template. */
  public SortedMap<String, String> templateAnnotations() {
    return SlotAnnotations.of(slots);
  }

  /** The slot that serves an endpoint, if it has one. */
  public Optional<Slot> slotOf(Endpoint.Key key) {
    return slots.stream().filter(slot -> slot.key().equals(key)).findFirst();
  }

  /**
   * The live schemes that a pod needs beside what it was born with; empty when that is right.
   *
   * @param podAnnotations the annotations that the pod carries
   * @param mutualTls whether that pod refuses everything but the mesh's mutual TLS
   */
  public SortedMap<String, String> liveSchemes(
      Map<String, String> podAnnotations, boolean mutualTls) {
    SortedMap<String, String> out = new TreeMap<>();
    for (Slot born : SlotAnnotations.read(podAnnotations)) {
      Endpoint endpoint = endpoints.get(born.number());
      if (endpoint != null && endpoint.key().equals(born.key())) {
        Scheme needed = endpoint.schemeOn(mutualTls);
        if (needed != born.scheme()) {
          out.put(SlotAnnotations.liveScheme(born.number()), needed.annotation());
        }
      }
    }
    return out;
  }
}
