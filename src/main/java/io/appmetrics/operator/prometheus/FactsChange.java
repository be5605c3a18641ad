package io.appmetrics.operator.prometheus;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Whom the difference between two passes concerns. That time went by and a target was scraped once
 * more is no difference: else every scrape would wake every AppMetrics.
 *
 * @param everybody the configuration, the certificates, or a replica changed
 * @param namespaces where only targets changed: the namespaces of their pods
 */
public record FactsChange(boolean everybody, Set<String> namespaces) {

  private record Seen(
      String replica,
      String pool,
      String uid,
      String url,
      TargetHealth health,
      String error,
      AppFetch app) {}

  static FactsChange between(@Nullable ScrapeFacts before, ScrapeFacts after) {
    if (before == null || !withoutTargets(before).equals(withoutTargets(after))) {
      return new FactsChange(true, Set.of());
    }
    Map<String, Set<Seen>> was = byNamespace(before);
    Map<String, Set<Seen>> is = byNamespace(after);
    Set<String> changed = new HashSet<>(was.keySet());
    changed.addAll(is.keySet());
    changed.removeIf(namespace -> Objects.equals(was.get(namespace), is.get(namespace)));
    return new FactsChange(false, Set.copyOf(changed));
  }

  /** Whether it concerns nobody. */
  public boolean isEmpty() {
    return !everybody && namespaces.isEmpty();
  }

  private static ScrapeFacts withoutTargets(ScrapeFacts facts) {
    List<ReplicaFacts> bare =
        facts.replicas().stream()
            .map(
                r ->
                    new ReplicaFacts(
                        r.pod(),
                        r.reachable(),
                        r.answered(),
                        r.problem(),
                        r.loaded(),
                        r.model(),
                        r.rejection(),
                        r.pools(),
                        Map.of(),
                        r.prognosis(),
                        r.ambient(),
                        r.arrivals()))
            .toList();
    return new ScrapeFacts(
        facts.installation(),
        facts.config(),
        facts.certificates(),
        bare,
        facts.userJobs(),
        facts.agentJobs(),
        facts.scrapeInterval());
  }

  private static Map<String, Set<Seen>> byNamespace(ScrapeFacts facts) {
    Map<String, Set<Seen>> out = new HashMap<>();
    for (ReplicaFacts replica : facts.replicas()) {
      for (List<ActiveTarget> targets : replica.targets().values()) {
        for (ActiveTarget t : targets) {
          out.computeIfAbsent(t.namespace(), ns -> new HashSet<>())
              .add(
                  new Seen(
                      replica.pod(),
                      t.pool(),
                      t.podUid(),
                      t.scrapeUrl(),
                      t.health(),
                      t.lastError(),
                      t.app()));
        }
      }
    }
    return out.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, e -> Set.copyOf(e.getValue())));
  }
}
