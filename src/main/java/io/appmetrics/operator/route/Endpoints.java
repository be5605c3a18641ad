package io.appmetrics.operator.route;

import io.appmetrics.operator.api.Port;
import io.appmetrics.operator.api.PortScheme;
import io.appmetrics.operator.scrapeconfig.PrometheusDuration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The declared endpoints of one target, their ports resolved to numbers.
 *
 * @param resolved the endpoints, in the order of the spec, each port and path once
 * @param unresolved the endpoints whose port name no container of the workload declares
 */
public record Endpoints(List<Endpoint> resolved, List<Unresolved> unresolved) {
  private static final String DEFAULT_PATH = "/metrics";

  /** What Prometheus gives a scrape where nobody says else, in seconds. */
  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

  /**
   * An endpoint whose port is not known.
   *
   * @param name of the port
   * @param path as in {@link Endpoint}
   */
  public record Unresolved(String name, String path) {}

  /**
   * Resolves a target's ports.
   *
   * @param named the numbers of the named ports that the workload's containers declare
   */
  public static Endpoints of(List<Port> ports, Map<String, Integer> named) {
    Map<Endpoint.Key, Endpoint> resolved = new LinkedHashMap<>();
    List<Unresolved> unresolved = new ArrayList<>();
    for (Port port : ports) {
      Integer number = port.port().getIntVal();
      if (number == null) {
        number = named.get(port.port().getStrVal());
      }
      if (number == null) {
        unresolved.add(new Unresolved(String.valueOf(port.port().getStrVal()), path(port)));
      } else {
        Endpoint endpoint = endpoint(port, number);
        resolved.putIfAbsent(endpoint.key(), endpoint);
      }
    }
    return new Endpoints(List.copyOf(resolved.values()), List.copyOf(unresolved));
  }

  private static Endpoint endpoint(Port port, int number) {
    return new Endpoint(
        number,
        path(port),
        Objects.requireNonNullElse(port.scheme(), PortScheme.AUTO),
        port.interval(),
        timeout(port.interval(), port.timeout()),
        new TreeMap<>(Objects.requireNonNullElse(port.params(), Map.of())));
  }

  private static String path(Port port) {
    return Objects.requireNonNullElse(port.path(), DEFAULT_PATH);
  }

  /** A timeout above the interval would make Prometheus drop the target. */
  private static @Nullable String timeout(@Nullable String interval, @Nullable String timeout) {
    if (interval == null) {
      return null; // the schema allows a timeout only beside an interval
    }
    if (timeout != null) {
      return timeout;
    }
    Optional<Duration> every = PrometheusDuration.parse(interval);
    return every.isPresent() && every.get().compareTo(DEFAULT_TIMEOUT) < 0 ? interval : "10s";
  }
}
