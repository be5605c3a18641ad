package io.appmetrics.operator.route;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The annotations {@code prometheus.io/*} of a pod, which the jobs that Istio ships read. They hold
 * one endpoint.
 *
 * @param port the port number
 * @param path the path
 * @param scheme {@code http} or {@code https}, for jobs that read it; null: not written
 */
public record ScrapeAnnotations(int port, String path, @Nullable String scheme) {
  /** Every one of them begins so. */
  static final String PREFIX = "prometheus.io/";

  private static final String SCRAPE = PREFIX + "scrape";
  private static final String PORT = PREFIX + "port";
  private static final String PATH = PREFIX + "path";
  private static final String SCHEME = PREFIX + "scheme";

  private static final String DEFAULT_PATH = "/metrics";

  /** The keys, of which the last is not always written. */
  static final Set<String> KEYS = Set.of(SCRAPE, PORT, PATH, SCHEME);

  /** The endpoint that they name. */
  Endpoint.Key key() {
    return new Endpoint.Key(port, path);
  }

  SortedMap<String, String> annotations() {
    SortedMap<String, String> annotations = new TreeMap<>();
    annotations.put(SCRAPE, "true");
    annotations.put(PORT, Integer.toString(port));
    annotations.put(PATH, path);
    if (scheme != null) {
      annotations.put(SCHEME, scheme);
    }
    return annotations;
  }

  /** What these annotations say, where they are such as we write. */
  static Optional<ScrapeAnnotations> read(Map<String, String> annotations) {
    String port = annotations.getOrDefault(PORT, "");
    String path = annotations.get(PATH);
    return "true".equals(annotations.get(SCRAPE)) && path != null && port.matches("[1-9]\\d{0,4}")
        ? Optional.of(new ScrapeAnnotations(Integer.parseInt(port), path, annotations.get(SCHEME)))
        : Optional.empty();
  }

  /**
   * Whether annotations, whoever wrote them, name this endpoint: Prometheus has a path of its own.
   */
  static boolean name(Map<String, String> annotations, Endpoint.Key key) {
    return Integer.toString(key.port()).equals(annotations.get(PORT))
        && key.path().equals(annotations.getOrDefault(PATH, DEFAULT_PATH));
  }

  /**
   * A key that would say something else beside ours, if there is one: Prometheus takes {@code
   * prometheus.io/port} and {@code prometheus-io/port} for one (istio#31187).
   */
  static Optional<String> inTheWay(Map<String, String> foreign) {
    return foreign.keySet().stream().filter(ScrapeAnnotations::says).min(String::compareTo);
  }

  static boolean says(String key) {
    return key.replaceAll("[^a-zA-Z0-9_]", "_").startsWith("prometheus_io_");
  }
}
