package io.appmetrics.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.appmetrics.operator.cluster.app.CertificateAgent;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;

/** A running Prometheus as a test sees it, on its own way, not the product's. */
public final class PrometheusProbe {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int PORT = 9090;
  private static final Duration SETTLED = Duration.ofMillis(10_500);

  private final Cluster cluster;
  private final TestNamespace namespace;
  private final Pod pod;
  private final URI base;

  private PrometheusProbe(TestNamespace namespace, Pod pod) {
    this.cluster = namespace.cluster();
    this.namespace = namespace;
    this.pod = pod;
    this.base = URI.create("http://" + pod.getStatus().getPodIP() + ":" + PORT);
  }

  /** The one in this pod. */
  public static PrometheusProbe of(TestNamespace namespace, Pod pod) {
    return new PrometheusProbe(namespace, pod);
  }

  /**
   * An active target.
   *
   * @param pod the name of the discovered pod; empty where the target is none
   */
  public record ActiveTarget(
      String pool, String url, String health, String lastError, String namespace, String pod) {

    /** True when the last scrape went well. */
    public boolean isUp() {
      return health.equals("up");
    }
  }

  /** One result of an instant query. */
  public record Sample(Map<String, String> labels, double value) {}

  /** Where it answers. */
  public URI url() {
    return base;
  }

  /** The namespace that it is installed in. */
  public TestNamespace namespace() {
    return namespace;
  }

  /** Its pod as it was when this was made. */
  public Pod pod() {
    return pod;
  }

  /** An instant query. */
  public List<Sample> query(String promQl) {
    var encoded = URLEncoder.encode(promQl, StandardCharsets.UTF_8);
    var samples = new ArrayList<Sample>();
    for (var result : data("/api/v1/query?query=" + encoded).path("result")) {
      var labels = new TreeMap<String, String>();
      result
          .path("metric")
          .properties()
          .forEach(label -> labels.put(label.getKey(), label.getValue().asText()));
      samples.add(new Sample(labels, result.path("value").path(1).asDouble()));
    }
    return samples;
  }

  /** All active targets. */
  public List<ActiveTarget> targets() {
    var targets = new ArrayList<ActiveTarget>();
    for (var target : data("/api/v1/targets?state=active").path("activeTargets")) {
      var discovered = target.path("discoveredLabels");
      targets.add(
          new ActiveTarget(
              pool(target),
              target.path("scrapeUrl").asText(),
              target.path("health").asText(),
              target.path("lastError").asText(),
              discovered.path("__meta_kubernetes_namespace").asText(),
              discovered.path("__meta_kubernetes_pod_name").asText()));
    }
    return targets;
  }

  /** Named since 2.15; before, the discovered job is the pool's. */
  private static String pool(JsonNode target) {
    var named = target.path("scrapePool").asText();
    return named.isEmpty() ? target.path("discoveredLabels").path("job").asText() : named;
  }

  /** The active targets of one scrape pool. */
  public List<ActiveTarget> targets(String pool) {
    return targets().stream().filter(target -> target.pool().equals(pool)).toList();
  }

  /**
   * Waits for a job to have one target, which is up: a pod that is replaced is one until it ends.
   */
  public void awaitOneUp(String pool, Duration atMost) {
    await(pool)
        .atMost(atMost)
        .untilAsserted(() -> assertThat(targets(pool)).singleElement().matches(ActiveTarget::isUp));
  }

  /** Its version, from its own metrics. */
  public String version() {
    return metrics("prometheus_build_info").keySet().stream()
        .map(labels -> labels.replaceFirst(".*version=\"([0-9.]+)\".*", "$1"))
        .findFirst()
        .orElseThrow();
  }

  private boolean isBefore(int minor) {
    return version().matches("2\\.(\\d+)\\..*")
        && Integer.parseInt(version().split("\\.", -1)[1]) < minor;
  }

  /** The names of the scrape pools; before 2.42 of those that were ever given targets. */
  public Set<String> scrapePools() {
    var pools = new TreeSet<String>();
    if (isBefore(42)) {
      metrics("prometheus_target_scrape_pool_sync_total").keySet().stream()
          .map(labels -> labels.replaceFirst(".*scrape_job=\"([^\"]*)\".*", "$1"))
          .forEach(pools::add);
      return pools;
    }
    data("/api/v1/scrape_pools").path("scrapePools").forEach(pool -> pools.add(pool.asText()));
    return pools;
  }

  /** The configuration that it says it runs. */
  public String configuration() {
    return data("/api/v1/status/config").path("yaml").asText();
  }

  /** What it says of its last reload. */
  public boolean lastReloadSucceeded() {
    return metrics("prometheus_config_last_reload_successful").getOrDefault("", 0d) == 1;
  }

  /** How often it has loaded its configuration, the start included; from its log. */
  public long loads() {
    return log().lines().filter(l -> l.contains("Completed loading of configuration file")).count();
  }

  /**
   * Waits until it has nothing left to do: what it has discovered reaches the scrape pools after up
   * to 5 s, twice, and would heal a missing pool then (source: prometheus {@code
   * discovery/manager.go}, sender, and {@code scrape/manager.go}, reloader). Afterwards nothing
   * happens until a pod, a node or its configuration changes.
   */
  public void awaitSettled() {
    var seen = new AtomicReference<>("");
    var since = new AtomicReference<>(Instant.now());
    await("Prometheus to settle")
        .atMost(SETTLED.plusSeconds(60))
        .until(
            () -> {
              var now =
                  metrics("prometheus_sd_received_updates_total")
                      + " "
                      + metrics("prometheus_sd_updates_total")
                      + metrics("prometheus_config_last_reload_success_timestamp_seconds");
              if (!now.equals(seen.getAndSet(now))) {
                since.set(Instant.now());
              }
              return Duration.between(since.get(), Instant.now()).compareTo(SETTLED) >= 0;
            });
  }

  /** How often its pod discovery was told of anything. */
  public double discoveryEvents() {
    return metrics("prometheus_sd_kubernetes_events_total").entrySet().stream()
        .filter(series -> series.getKey().contains("role=\"pod\""))
        .mapToDouble(Map.Entry::getValue)
        .sum();
  }

  /** The series of one of its own metrics, as the text of their labels, from /metrics. */
  public Map<String, Double> metrics(String name) {
    var series = new TreeMap<String, Double>();
    for (var line : text("/metrics").lines().toList()) {
      if (line.startsWith(name + "{") || line.startsWith(name + " ")) {
        var value = line.lastIndexOf(' ');
        series.put(line.substring(name.length(), value), Double.valueOf(line.substring(value + 1)));
      }
    }
    return series;
  }

  /** What its container has printed. */
  public String log() {
    return cluster.log(
        pod,
        pod.getSpec().getContainers().stream()
            .filter(c -> c.getArgs().stream().anyMatch(a -> a.startsWith("--config.file=")))
            .findFirst()
            .orElseThrow()
            .getName());
  }

  /** POST /-/reload; the status and text of the answer. */
  public String reload() {
    try {
      var response = Http.post(base.resolve("/-/reload"));
      return (response.statusCode() + " " + response.body()).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Istio's agent in the pod has got a certificate and writes it. */
  public void agentReceives(MeshCertificate certificate) {
    var agent = "http://" + pod.getStatus().getPodIP() + ":" + CertificateAgent.CONTROL_PORT;
    certificate
        .files()
        .forEach((name, pem) -> Http.mustPut(URI.create(agent + "/certificates/" + name), pem));
  }

  /** True when it answers at all. */
  public boolean isReady() {
    try {
      return Http.get(base.resolve("/-/ready")).statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  /** The only sample of a query, if there is exactly one. */
  public Optional<Double> value(String promQl) {
    var samples = query(promQl);
    return samples.size() == 1 ? Optional.of(samples.get(0).value()) : Optional.empty();
  }

  private JsonNode data(String path) {
    try {
      return JSON.readTree(text(path)).path("data");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String text(String path) {
    try {
      var response = Http.get(base.resolve(path));
      if (response.statusCode() != 200) {
        throw new IllegalStateException(
            path + ": " + response.statusCode() + " " + response.body());
      }
      return response.body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
