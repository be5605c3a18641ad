package io.appmetrics.operator.route;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which endpoints of a workload the user's own jobs scrape, and for which a slot is left.
 *
 * @param routes over the user's own jobs, or undecided
 * @param slotted the endpoints that take a slot, in their order, and why no job of the user's does
 * @param scrapeAnnotations what is to stand in {@code prometheus.io/*}
 */
record Choice(
    Map<Endpoint.Key, Route> routes,
    Map<Endpoint, String> slotted,
    Optional<ScrapeAnnotations> scrapeAnnotations) {

  private static final String UNFORESEEN =
      "how it gets scraped is decided once Prometheus answers and there is a pod";

  /**
   * Chooses.
   *
   * @param wanted what is to be scraped, in its order
   * @param standing what stands in {@code prometheus.io/*}, of ours
   * @param standingSlots the slots that stand on the template
   */
  static Choice of(
      Collection<Endpoint> wanted,
      Foresight foresight,
      Routing routing,
      Optional<ScrapeAnnotations> standing,
      Map<Endpoint.Key, Slot> standingSlots) {
    Search search = new Search(routing, standing, standingSlots);
    if (foresight.knows()) {
      search.foreseen(wanted);
    } else {
      search.asItStands(wanted);
    }
    return new Choice(search.routes, search.slotted, search.scrapeAnnotations);
  }

  /** {@code prometheus.io/*} hold one endpoint: who comes first decides for those behind. */
  private static final class Search {
    private final Routing routing;
    private final Optional<ScrapeAnnotations> standing;
    private final Map<Endpoint.Key, Slot> standingSlots;
    private final Map<Endpoint.Key, Route> routes = new HashMap<>();
    private final Map<Endpoint, String> slotted = new LinkedHashMap<>();
    private Optional<ScrapeAnnotations> scrapeAnnotations = Optional.empty();

    Search(
        Routing routing,
        Optional<ScrapeAnnotations> standing,
        Map<Endpoint.Key, Slot> standingSlots) {
      this.routing = routing;
      this.standing = standing;
      this.standingSlots = standingSlots;
    }

    /** Nobody is rolled out of ignorance. */
    void asItStands(Collection<Endpoint> wanted) {
      for (Endpoint endpoint : wanted) {
        if (standingSlots.containsKey(endpoint.key())) {
          slotted.put(endpoint, "it stands");
        } else {
          if (standing.filter(s -> s.key().equals(endpoint.key())).isPresent()) {
            scrapeAnnotations = standing;
          }
          routes.put(endpoint.key(), new Route.Undecided(UNFORESEEN));
        }
      }
    }

    void foreseen(Collection<Endpoint> wanted) {
      List<Endpoint> open = new ArrayList<>();
      for (Endpoint endpoint : wanted) {
        List<Route.ByUserJob> adopted = routing.adopted(endpoint);
        if (adopted.isEmpty()) {
          open.add(endpoint);
        } else {
          routes.put(endpoint.key(), adopted.get(0));
        }
      }
      // What stands and does its work stays: another choice would roll the workload.
      open.removeIf(this::kept);
      for (Endpoint endpoint : open) {
        if (scrapeAnnotations.isPresent()) {
          slotted.put(
              endpoint, "prometheus.io/* serve " + scrapeAnnotations.get().key() + " already");
        } else {
          decide(endpoint);
        }
      }
    }

    private boolean kept(Endpoint endpoint) {
      if (standing.filter(s -> s.key().equals(endpoint.key())).isEmpty()) {
        return false;
      }
      Optional<Route.ByUserJob> kept = routing.kept(endpoint, standing.get());
      kept.ifPresent(
          route -> {
            scrapeAnnotations = standing;
            routes.put(endpoint.key(), route);
          });
      return kept.isPresent();
    }

    private void decide(Endpoint endpoint) {
      Routing.Answer answer = routing.byAnnotations(endpoint);
      if (answer.route() == null) {
        slotted.put(endpoint, answer.why());
      } else if (standingSlots.containsKey(endpoint.key())) {
        slotted.put(endpoint, "it stands, and prometheus.io/* would roll the workload");
      } else {
        scrapeAnnotations = Optional.of(routing.annotations(endpoint));
        routes.put(endpoint.key(), answer.route());
      }
    }
  }
}
