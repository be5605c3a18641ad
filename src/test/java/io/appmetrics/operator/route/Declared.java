package io.appmetrics.operator.route;

import io.appmetrics.operator.api.PortScheme;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Endpoints and claims as a test declares them. */
final class Declared {
  private static final Instant LONG_AGO = Instant.parse("2026-01-01T00:00:00Z");

  private Declared() {}

  static Endpoint endpoint(int port) {
    return endpoint(port, "/metrics", PortScheme.AUTO, null, null, Map.of());
  }

  static Endpoint endpoint(int port, String path) {
    return endpoint(port, path, PortScheme.AUTO, null, null, Map.of());
  }

  static Endpoint endpoint(int port, PortScheme scheme) {
    return endpoint(port, "/metrics", scheme, null, null, Map.of());
  }

  static Endpoint every(int port, String interval, String timeout) {
    return endpoint(port, "/metrics", PortScheme.AUTO, interval, timeout, Map.of());
  }

  static Endpoint endpoint(
      int port,
      String path,
      PortScheme scheme,
      @Nullable String interval,
      @Nullable String timeout,
      Map<String, String> params) {
    return new Endpoint(port, path, scheme, interval, timeout, new TreeMap<>(params));
  }

  /** Of an AppMetrics that is {@code day} days younger than the oldest. */
  static Claim claim(String appMetrics, int day, Endpoint... endpoints) {
    return new Claim(appMetrics, LONG_AGO.plusSeconds(day * 86400L), false, List.of(endpoints));
  }

  static Claim suspended(String appMetrics, int day, Endpoint... endpoints) {
    return new Claim(appMetrics, LONG_AGO.plusSeconds(day * 86400L), true, List.of(endpoints));
  }
}
