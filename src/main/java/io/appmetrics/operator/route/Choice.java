package io.appmetrics.operator.route;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which endpoints of a workload the user's own jobs scrape in each installation, and for which a
 * slot is left.
 *
 * @param routes by reader: over the user's own jobs, or undecided
 * @param slotted the endpoints that take a slot, in their order: for which readers, and why no job
 *     of the user's does it there
 * @param scrapeAnnotations what is to stand in {@code prometheus.io/*}
 */
record Choice(
    Map<String, Map<Endpoint.Key, Route>> routes,
    Map<Endpoint, SortedMap<String, String>> slotted,
    Optional<ScrapeAnnotations> scrapeAnnotations) {

  private static final String UNFORESEEN =
      "how it gets scraped is decided once Prometheus answers and there is a pod";

  /**
   * Chooses.
   *
   * @param wanted what is to be scraped, in its order
   * @param routings by reader
   * @param standing what stands in {@code prometheus.io/*}, of ours
   * @param standingSlots the slots that stand on the template
   */
  static Choice of(
      Collection<Endpoint> wanted,
      SortedMap<String, Routing> routings,
      Optional<ScrapeAnnotations> standing,
      Map<Endpoint.Key, Slot> standingSlots) {
    Search search = new Search(routings, standing, standingSlots);
    search.choose(wanted);
    return new Choice(search.routes, search.slotted, search.scrapeAnnotations);
  }

  /** {@code prometheus.io/*} hold one endpoint: who comes first decides for those behind. */
  private static final class Search {
    private final SortedMap<String, Routing> routings;
    private final Optional<ScrapeAnnotations> standing;
    private final Map<Endpoint.Key, Slot> standingSlots;
    private final Map<String, Map<Endpoint.Key, Route>> routes = new HashMap<>();
    private final Map<Endpoint, SortedMap<String, String>> slotted = new LinkedHashMap<>();
    private Optional<ScrapeAnnotations> scrapeAnnotations = Optional.empty();

    Search(
        SortedMap<String, Routing> routings,
        Optional<ScrapeAnnotations> standing,
        Map<Endpoint.Key, Slot> standingSlots) {
      this.routings = routings;
      this.standing = standing;
      this.standingSlots = standingSlots;
      routings.keySet().forEach(reader -> routes.put(reader, new HashMap<>()));
    }

    void choose(Collection<Endpoint> wanted) {
      Map<Endpoint, SortedSet<String>> open = new LinkedHashMap<>();
      for (Endpoint endpoint : wanted) {
        open.put(endpoint, open(endpoint));
      }
      // What stands and does its work stays: another choice would roll the workload.
      open.forEach(this::keep);
      open.forEach(this::decide);
      wanted.forEach(this::join);
    }

    /** The readers that can say what they will make of it, and have no job of the user's for it. */
    private SortedSet<String> open(Endpoint endpoint) {
      SortedSet<String> open = new TreeSet<>();
      routings.forEach(
          (reader, routing) -> {
            if (!routing.foresees()) {
              asItStands(endpoint, reader);
              return;
            }
            List<Route.ByUserJob> adopted = routing.adopted(endpoint);
            if (adopted.isEmpty()) {
              open.add(reader);
            } else {
              route(endpoint, reader, adopted.get(0));
            }
          });
      return open;
    }

    /** Nobody is rolled out of ignorance. */
    private void asItStands(Endpoint endpoint, String reader) {
      Slot slot = standingSlots.get(endpoint.key());
      if (slot != null && slot.isFor(reader)) {
        slot(endpoint, reader, "it stands");
      } else {
        if (isStanding(endpoint)) {
          scrapeAnnotations = standing;
        }
        route(endpoint, reader, new Route.Undecided(UNFORESEEN));
      }
    }

    private void keep(Endpoint endpoint, SortedSet<String> open) {
      if (!isStanding(endpoint)) {
        return;
      }
      for (String reader : List.copyOf(open)) {
        routing(reader)
            .kept(endpoint, standing.orElseThrow())
            .ifPresent(
                route -> {
                  scrapeAnnotations = standing;
                  route(endpoint, reader, route);
                  open.remove(reader);
                });
      }
    }

    private boolean isStanding(Endpoint endpoint) {
      return standing.filter(s -> s.key().equals(endpoint.key())).isPresent();
    }

    private void decide(Endpoint endpoint, SortedSet<String> open) {
      Map<String, Routing.Answer> answers = new TreeMap<>();
      open.forEach(reader -> answers.put(reader, routing(reader).byAnnotations(endpoint)));
      Optional<ScrapeAnnotations> taken = scrapeAnnotations;
      if (taken.filter(a -> !a.key().equals(endpoint.key())).isPresent()) {
        String why = "prometheus.io/* serve " + taken.get().key() + " already";
        open.forEach(reader -> slot(endpoint, reader, why));
        return;
      }
      List<String> able =
          answers.keySet().stream().filter(reader -> by(answers, reader).route() != null).toList();
      if (able.isEmpty() || taken.isPresent()) {
        open.forEach(reader -> slot(endpoint, reader, by(answers, reader).why()));
      } else if (standingSlots.containsKey(endpoint.key())) {
        open.forEach(
            reader ->
                slot(
                    endpoint,
                    reader,
                    able.contains(reader)
                        ? "it stands, and prometheus.io/* would roll the workload"
                        : by(answers, reader).why()));
      } else {
        annotate(endpoint, open, able.get(0), answers);
      }
    }

    /** One set of annotations is for all: where it yields nothing, a slot does. */
    private void annotate(
        Endpoint endpoint,
        SortedSet<String> open,
        String first,
        Map<String, Routing.Answer> answers) {
      ScrapeAnnotations annotations = routing(first).annotations(endpoint);
      Map<String, Route> yields = new HashMap<>();
      for (String reader : open) {
        routing(reader)
            .yielded(endpoint, annotations)
            .ifPresent(route -> yields.put(reader, route));
      }
      Optional<String> harm =
          routings.keySet().stream()
              .filter(reader -> !yields.containsKey(reader))
              .flatMap(
                  reader ->
                      routing(reader).harm(annotations).map(h -> "in " + reader + " " + h).stream())
              .findFirst();
      if (harm.isPresent()) {
        open.forEach(
            reader ->
                slot(
                    endpoint,
                    reader,
                    yields.containsKey(reader) ? harm.get() : by(answers, reader).why()));
        return;
      }
      scrapeAnnotations = Optional.of(annotations);
      for (String reader : open) {
        Route route = yields.get(reader);
        if (route == null) {
          slot(endpoint, reader, by(answers, reader).why());
        } else {
          route(endpoint, reader, route);
        }
      }
    }

    /**
     * Who cannot be asked joins in a slot that is new, and that others need anyway: else the
     * workload would be rolled once more as soon as it answers.
     */
    private void join(Endpoint endpoint) {
      if (!slotted.containsKey(endpoint) || standingSlots.containsKey(endpoint.key())) {
        return;
      }
      routings.forEach(
          (reader, routing) -> {
            if (!routing.foresees()) {
              slot(endpoint, reader, "others need it, and it cannot be asked yet");
            }
          });
    }

    private Routing routing(String reader) {
      return Objects.requireNonNull(routings.get(reader));
    }

    private static Routing.Answer by(Map<String, Routing.Answer> answers, String reader) {
      return Objects.requireNonNull(answers.get(reader));
    }

    private void route(Endpoint endpoint, String reader, Route route) {
      Objects.requireNonNull(routes.get(reader)).put(endpoint.key(), route);
    }

    private void slot(Endpoint endpoint, String reader, String why) {
      slotted.computeIfAbsent(endpoint, e -> new TreeMap<>()).put(reader, why);
    }
  }
}
