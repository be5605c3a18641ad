package io.appmetrics.operator.route;

import io.appmetrics.operator.api.PortScheme;
import io.appmetrics.operator.mesh.Terms.Access;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntFunction;

/**
 * What is to stand on one workload's pod template and on its live pods: the union of all claims on
 * it, each endpoint with its route in one Prometheus installation. What stands there is one for all
 * of them; who reads which of it differs.
 *
 * @param template the slots on the template, by number
 * @param slots those of them that the installation reads
 * @param endpoints the endpoint that each slot serves, by slot number
 * @param scrapeAnnotations what is to stand in {@code prometheus.io/*}, of one endpoint
 * @param routes how the installation scrapes each endpoint
 * @param doubles the endpoints that several of its jobs scrape, and how each of these comes to them
 * @param conflicts for each AppMetrics that loses an endpoint: which, and to whom
 * @param unplaced the endpoints for which no slot is left
 */
public record WorkloadPlan(
    List<Slot> template,
    List<Slot> slots,
    Map<Integer, Endpoint> endpoints,
    Optional<ScrapeAnnotations> scrapeAnnotations,
    Map<Endpoint.Key, Route> routes,
    Map<Endpoint.Key, List<Taker>> doubles,
    Map<String, List<Conflict>> conflicts,
    List<Endpoint.Key> unplaced) {

  /** An endpoint that an older AppMetrics declares with other settings. */
  public record Conflict(Endpoint.Key endpoint, String winner) {}

  /** Nothing is to stand there. */
  public static final WorkloadPlan NOTHING =
      new WorkloadPlan(
          List.of(),
          List.of(),
          Map.of(),
          Optional.empty(),
          Map.of(),
          Map.of(),
          Map.of(),
          List.of());

  /**
   * Plans one workload for the only installation that there is.
   *
   * @param foresight what Prometheus will make of its pods
   */
  public static WorkloadPlan of(
      Collection<Claim> claims,
      Map<String, String> template,
      IntFunction<Access> access,
      int limit,
      Foresight foresight) {
    return of(claims, template, access, limit, List.of(new Reader("", foresight))).get(0);
  }

  /**
   * Plans one workload for several installations; returns the plan of each, in their order.
   *
   * @param claims of every AppMetrics that names the workload, in any order
   * @param template the annotations of its pod template as they stand
   * @param access on which terms a port of its pods is called
   * @param limit the highest slot number
   * @param readers the installations, each name once
   */
  public static List<WorkloadPlan> of(
      Collection<Claim> claims,
      Map<String, String> template,
      IntFunction<Access> access,
      int limit,
      List<Reader> readers) {
    Map<String, String> ours = ManagedAnnotations.ours(template);
    List<Slot> standing = SlotAnnotations.read(ours);
    Map<Endpoint.Key, Slot> standingByKey = new HashMap<>();
    standing.forEach(slot -> standingByKey.putIfAbsent(slot.key(), slot));

    Optional<ScrapeAnnotations> annotated = ScrapeAnnotations.read(ours);
    Wanted wanted = Wanted.of(claims, standingByKey, annotated);

    SortedMap<String, Routing> routings = new TreeMap<>();
    for (Reader reader : readers) {
      routings.put(
          reader.name(),
          new Routing(reader.foresight(), template, e -> e.schemesOn(access.apply(e.port()))));
    }
    Choice choice = Choice.of(wanted.endpoints(), routings, annotated, standingByKey);

    SortedMap<Integer, Endpoint> placed = new TreeMap<>();
    List<Endpoint.Key> unplaced = new ArrayList<>();
    place(choice.slotted().keySet(), standingByKey, limit, placed, unplaced);
    List<Slot> slots = slots(placed, standing, standingByKey, access, choice, readers.size());
    Map<String, String> written = written(template, slots, choice.scrapeAnnotations());
    return readers.stream()
        .map(
            reader -> {
              Routing routing = Objects.requireNonNull(routings.get(reader.name()));
              Map<Endpoint.Key, Route> routes = routes(reader.name(), choice, placed);
              List<Slot> read =
                  slots.stream()
                      .filter(slot -> routes.get(slot.key()) instanceof Route.BySlot)
                      .toList();
              return new WorkloadPlan(
                  slots,
                  read,
                  placed,
                  choice.scrapeAnnotations(),
                  routes,
                  doubles(wanted.endpoints(), routing, read, written),
                  wanted.conflicts(),
                  unplaced);
            })
        .toList();
  }

  private static Map<Endpoint.Key, Route> routes(
      String reader, Choice choice, SortedMap<Integer, Endpoint> placed) {
    Map<Endpoint.Key, Route> routes = new HashMap<>(choice.routes().getOrDefault(reader, Map.of()));
    placed.forEach(
        (number, endpoint) -> {
          String why = choice.slotted().getOrDefault(endpoint, new TreeMap<>()).get(reader);
          if (why != null) {
            routes.put(endpoint.key(), new Route.BySlot(number, why));
          }
        });
    return routes;
  }

  private static Map<String, String> written(
      Map<String, String> template,
      List<Slot> slots,
      Optional<ScrapeAnnotations> scrapeAnnotations) {
    Map<String, String> written = new TreeMap<>(ManagedAnnotations.foreign(template));
    written.putAll(ManagedAnnotations.of(slots, scrapeAnnotations));
    return written;
  }

  /** What several jobs scrape arrives several times. */
  private static Map<Endpoint.Key, List<Taker>> doubles(
      Collection<Endpoint> wanted, Routing routing, List<Slot> slots, Map<String, String> written) {
    Map<Endpoint.Key, List<Taker>> doubles = new HashMap<>();
    for (Endpoint endpoint : wanted) {
      List<Taker> takers = new ArrayList<>(routing.takers(endpoint, written));
      slots.stream()
          .filter(slot -> slot.key().equals(endpoint.key()))
          .forEach(slot -> takers.add(routing.taker(endpoint, slot)));
      if (takers.size() > 1) {
        doubles.put(endpoint.key(), List.copyOf(takers));
      }
    }
    return doubles;
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
      IntFunction<Access> access,
      Choice choice,
      int readers) {
    List<Slot> asToday = new ArrayList<>();
    List<Slot> asWritten = new ArrayList<>();
    placed.forEach(
        (number, endpoint) -> {
          Scheme today = endpoint.schemeOn(access.apply(endpoint.port()));
          Scheme written =
              Optional.ofNullable(standingByKey.get(endpoint.key()))
                  .filter(slot -> endpoint.declared() == PortScheme.AUTO)
                  .map(Slot::scheme)
                  .orElse(today);
          SortedSet<String> reading =
              new TreeSet<>(choice.slotted().getOrDefault(endpoint, new TreeMap<>()).keySet());
          if (reading.size() == readers) {
            reading.clear(); // nothing to tell apart
          }
          asToday.add(Slot.of(number, endpoint, today, reading));
          asWritten.add(Slot.of(number, endpoint, written, reading));
        });
    // A change of the mesh's policy alone must not roll every workload: live schemes on the pods
    // correct what the template says until something else changes it.
    return asWritten.equals(standing) ? asWritten : asToday;
  }

  /** The annotations that are to stand on the pod template. */
  public SortedMap<String, String> templateAnnotations() {
    return ManagedAnnotations.of(template, scrapeAnnotations);
  }

  /** The annotations {@code prometheus.io/*} of a template, with ours, whoever wrote them. */
  public Map<String, String> scrapeAnnotationsOn(Map<String, String> present) {
    Map<String, String> out = new TreeMap<>(ManagedAnnotations.foreign(present));
    scrapeAnnotations.ifPresent(annotations -> out.putAll(annotations.annotations()));
    out.keySet().removeIf(key -> !ScrapeAnnotations.says(key));
    return out;
  }

  /** The slot by which the installation scrapes an endpoint, if it does so. */
  public Optional<Slot> slotOf(Endpoint.Key key) {
    return slots.stream().filter(slot -> slot.key().equals(key)).findFirst();
  }

  /**
   * The live schemes that a pod needs beside what it was born with; empty when that is right.
   *
   * @param podAnnotations the annotations that the pod carries
   * @param access on which terms a port of that pod is called
   */
  public SortedMap<String, String> liveSchemes(
      Map<String, String> podAnnotations, IntFunction<Access> access) {
    SortedMap<String, String> out = new TreeMap<>();
    for (Slot born : SlotAnnotations.read(podAnnotations)) {
      Endpoint endpoint = endpoints.get(born.number());
      if (endpoint != null && endpoint.key().equals(born.key())) {
        Scheme needed = endpoint.schemeOn(access.apply(endpoint.port()));
        if (needed != born.scheme()) {
          out.put(SlotAnnotations.liveScheme(born.number()), needed.annotation());
        }
      }
    }
    return out;
  }
}
