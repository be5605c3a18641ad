package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.scrapeconfig.Federation;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Whom the difference between two passes concerns. That time went by and a target was scraped once
 * more is no difference: else every scrape would wake every AppMetrics.
 *
 * @param everybody the configuration, the certificates, or a replica changed
 * @param namespaces where only targets changed: the namespaces of their pods
 */
public record FactsChange(boolean everybody, Set<String> namespaces) {

  /** The label by which the series of the mesh's usual jobs tell it. */
  private static final String NAMESPACE = "namespace";

  private record Seen(
      String replica,
      String pool,
      String uid,
      String url,
      TargetHealth health,
      String error,
      AppFetch app) {}

  private record Arrived(String replica, Map<String, String> series) {}

  static FactsChange between(@Nullable ScrapeFacts before, ScrapeFacts after) {
    if (before == null
        || !withoutTargets(before).equals(withoutTargets(after))
        || !pulls(before).equals(pulls(after))) {
      return new FactsChange(true, Set.of());
    }
    Map<String, Set<Object>> was = byNamespace(before);
    Map<String, Set<Object>> is = byNamespace(after);
    Set<String> changed = new HashSet<>(was.keySet());
    changed.addAll(is.keySet());
    changed.removeIf(namespace -> Objects.equals(was.get(namespace), is.get(namespace)));
    // a target of which Prometheus does not tell the pod may be anybody's
    return changed.contains("")
        ? new FactsChange(true, Set.of())
        : new FactsChange(false, Set.copyOf(changed));
  }

  /** Whether it concerns nobody. */
  public boolean isEmpty() {
    return !everybody && namespaces.isEmpty();
  }

  private static ScrapeFacts withoutTargets(ScrapeFacts facts) {
    List<ReplicaFacts> bare = facts.replicas().stream().map(ReplicaFacts::withoutTargets).toList();
    return facts.with(bare);
  }

  /** What pulls for everybody, and what has come of it that tells no namespace. */
  private static Set<Object> pulls(ScrapeFacts facts) {
    Set<Object> pulls = new HashSet<>();
    for (ReplicaFacts replica : facts.replicas()) {
      targets(replica)
          .filter(target -> target.pool().equals(Federation.JOB))
          .forEach(target -> pulls.add(seen(replica, target)));
      replica.arrivals().series().stream()
          .filter(series -> !series.containsKey(NAMESPACE))
          .forEach(series -> pulls.add(new Arrived(replica.pod(), series)));
    }
    return pulls;
  }

  private static Map<String, Set<Object>> byNamespace(ScrapeFacts facts) {
    Map<String, Set<Object>> out = new HashMap<>();
    for (ReplicaFacts replica : facts.replicas()) {
      targets(replica)
          .filter(target -> !target.pool().equals(Federation.JOB))
          .forEach(
              target ->
                  out.computeIfAbsent(target.namespace(), ns -> new HashSet<>())
                      .add(seen(replica, target)));
      for (Map<String, String> series : replica.arrivals().series()) {
        String namespace = series.get(NAMESPACE);
        if (namespace != null) {
          out.computeIfAbsent(namespace, ns -> new HashSet<>())
              .add(new Arrived(replica.pod(), series));
        }
      }
    }
    return out;
  }

  private static Stream<ActiveTarget> targets(ReplicaFacts replica) {
    return replica.targets().values().stream().flatMap(List::stream);
  }

  private static Seen seen(ReplicaFacts replica, ActiveTarget target) {
    return new Seen(
        replica.pod(),
        target.pool(),
        target.podUid(),
        target.scrapeUrl(),
        target.health(),
        target.lastError(),
        target.app());
  }
}
