package io.appmetrics.operator.route;

import java.util.SortedMap;
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
 */
public record Slot(
    int number,
    int port,
    String path,
    Scheme scheme,
    @Nullable String interval,
    @Nullable String timeout,
    SortedMap<String, String> params) {

  static Slot of(int number, Endpoint endpoint, Scheme scheme) {
    return new Slot(
        number,
        endpoint.port(),
        endpoint.path(),
        scheme,
        endpoint.interval(),
        endpoint.timeout(),
        endpoint.params());
  }

  /** The endpoint that this slot serves. */
  public Endpoint.Key key() {
    return new Endpoint.Key(port, path);
  }
}
