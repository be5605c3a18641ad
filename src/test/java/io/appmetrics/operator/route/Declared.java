package io.appmetrics.operator.route;

import io.appmetrics.operator.api.PortScheme;
import io.appmetrics.operator.relabel.Pod;
import io.appmetrics.operator.relabel.RelabelModel;
import io.appmetrics.operator.scrapeconfig.PrometheusVersion;
import io.appmetrics.operator.scrapeconfig.UnparsableConfig;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Endpoints and claims as a test declares them. */
public final class Declared {
  private static final Instant LONG_AGO = Instant.parse("2026-01-01T00:00:00Z");

  /** No job of the user's reads any annotation. */
  public static final Foresight SLOTS = foresight("scrape_configs: []", "3.16.0", pod(Map.of()));

  private Declared() {}

  static Foresight foresight(String prometheusYml, String version, Pod sample) {
    try {
      return new Foresight(
          List.of(
              RelabelModel.ofFile(prometheusYml, PrometheusVersion.parse(version), "istio-system")),
          sample,
          sample.annotations().containsKey("sidecar.istio.io/status"));
    } catch (UnparsableConfig e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** A pod of the workload, which declares port 8080. */
  static Pod pod(Map<String, String> annotations) {
    return new Pod(
        "shop",
        "cart-1",
        "uid-1",
        "10.0.0.7",
        "10.9.0.1",
        "node-1",
        "Running",
        "True",
        Map.of("app", "cart"),
        annotations,
        new Pod.Controller("ReplicaSet", "cart"),
        List.of(
            new Pod.Container("cart", "cart:1", "", List.of(new Pod.Port(8080, "http", "TCP")))),
        List.of());
  }

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
