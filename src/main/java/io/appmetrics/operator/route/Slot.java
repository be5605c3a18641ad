package io.appmetrics.operator.route;

import java.util.SortedMap;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * One numbered annotation set on a pod template, served by the shared job of the same number.
 *
 * @param number from 1
 * @param port the port number
 * @param path the path
 * @param scheme the scheme of the day on which the template was written
 * @param interval a Prometheus duration, or null
 * @param timeout a Prometheus duration, or null
 * @param params query parameters
 * @param readers the installations that it is for, as namespace/name; empty for all there are
 */
public record Slot(
    int number,
    int port,
    String path,
    Scheme scheme,
    @Nullable String interval,
    @Nullable String timeout,
    SortedMap<String, String> params,
    SortedSet<String> readers) {

  static Slot of(int number, Endpoint endpoint, Scheme scheme, SortedSet<String> readers) {
    return new Slot(
        number,
        endpoint.port(),
        endpoint.path(),
        scheme,
        endpoint.interval(),
        endpoint.timeout(),
        endpoint.params(),
        readers);
  }

  /** Whether the job of this slot is to scrape the pod in an installation. */
  public boolean isFor(String reader) {
    return readers.isEmpty() || readers.contains(reader);
  }

  /** The endpoint that this slot serves. */
  public Endpoint.Key key() {
    return new Endpoint.Key(port, path);
  }
}
