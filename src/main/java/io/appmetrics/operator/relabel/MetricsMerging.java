package io.appmetrics.operator.relabel;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What Istio's injector makes of a template's annotations when it merges metrics
 * (pkg/kube/inject/webhook.go, applyPrometheusMerge; since 1.7): whatever the pod says, it is
 * scraped at the agent's port, and the agent fetches the application's metrics.
 */
public final class MetricsMerging {

  /** Where the agent serves all. */
  public static final String PATH = "/stats/prometheus";

  private static final String SCRAPE = "prometheus.io/scrape";
  private static final String PORT = "prometheus.io/port";
  private static final String PATH_KEY = "prometheus.io/path";
  private static final String SWITCH = "prometheus.istio.io/merge-metrics";
  private static final Set<String> REPLACED =
      Set.of("prometheus_io_scrape", "prometheus_io_port", "prometheus_io_path");

  private MetricsMerging() {}

  /**
   * The annotations of a pod that is injected.
   *
   * @param template what its template says
   * @param onInMesh {@code meshConfig.enablePrometheusMerge}, on by default
   * @param agentPort {@code meshConfig.defaultConfig.statusPort}, 15020 by default
   */
  public static Map<String, String> annotations(
      Map<String, String> template, boolean onInMesh, int agentPort) {
    var own = Optional.ofNullable(template.get(SWITCH)).flatMap(GoBoolean::parse);
    var port = Integer.toString(agentPort);
    // the agent's port means: injected before, or the user knows better
    if (!own.orElse(onInMesh)
        || !scraped(template)
        || value(template, PORT).filter(port::equals).isPresent()) {
      return Map.copyOf(template);
    }
    var merged = new TreeMap<>(template);
    merged.keySet().removeIf(key -> REPLACED.contains(PodDiscovery.sanitised(key)));
    merged.put(SCRAPE, "true");
    merged.put(PORT, port);
    merged.put(PATH_KEY, PATH);
    return Map.copyOf(merged);
  }

  /** The agent's port of a pod whose metrics are merged; empty where they are not. */
  public static OptionalInt agentPort(Map<String, String> pod) {
    var port = value(pod, PORT).orElse("");
    return value(pod, PATH_KEY).filter(PATH::equals).isPresent()
            && value(pod, SCRAPE).filter("true"::equals).isPresent()
            && port.matches("[1-9]\\d{0,4}")
        ? OptionalInt.of(Integer.parseInt(port))
        : OptionalInt.empty();
  }

  /** Whether the injector replaces an annotation of this key where it merges. */
  public static boolean rewrites(String key) {
    return REPLACED.contains(PodDiscovery.sanitised(key));
  }

  /** Only a plain false keeps the injector away. */
  private static boolean scraped(Map<String, String> template) {
    return value(template, SCRAPE).flatMap(GoBoolean::parse).orElse(true);
  }

  /** In any spelling that is one label to Prometheus; by chance one of several, here the first. */
  private static Optional<String> value(Map<String, String> template, String key) {
    var name = PodDiscovery.sanitised(key);
    return new TreeSet<>(template.keySet())
        .stream()
            .filter(other -> PodDiscovery.sanitised(other).equals(name))
            .findFirst()
            .map(template::get);
  }
}
