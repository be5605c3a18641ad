package io.appmetrics.operator.prometheus;

import static io.appmetrics.operator.prometheus.SeenInstallation.NOW;
import static io.appmetrics.operator.prometheus.SeenInstallation.WORKLOAD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.appmetrics.operator.apiserver.Deeds;
import io.appmetrics.operator.scrapeconfig.SlotJobs;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A restart that a policy of the cluster denies: it is told, and not sent with each pass. That it
 * is denied needs no real API server.
 */
@Timeout(60)
class RefusedRestartTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String JOB = "kubernetes-pods-istio-secure";
  private static final String DENIED = "admission webhook \"policies\" denied the request";

  private static final String DEPLOYMENT =
      """
      {"apiVersion": "apps/v1", "kind": "Deployment",
       "metadata": {"name": "prometheus", "namespace": "istio-system", "uid": "d",
         "resourceVersion": "7", "generation": 3},
       "spec": {"selector": {"matchLabels": {"app": "prometheus"}}, "template": {"spec": {
         "containers": [{"name": "prometheus-server",
           "args": ["--config.file=/etc/config/prometheus.yml"],
           "volumeMounts": [{"name": "config", "mountPath": "/etc/config"},
             {"name": "certs", "mountPath": "/etc/istio-certs"}]}],
         "volumes": [{"name": "config", "configMap": {"name": "prometheus"}},
           {"name": "certs", "secret": {"secretName": "istio.default"}}]}}}}
      """;

  private static final String CONFIG =
      """
      {"apiVersion": "v1", "kind": "ConfigMap",
       "metadata": {"name": "prometheus", "namespace": "istio-system", "resourceVersion": "8"},
       "data": {"prometheus.yml": "scrape_configs:\\n- job_name: kubernetes-pods-istio-secure\\n  tls_config: {ca_file: /etc/istio-certs/root-cert.pem, cert_file: /etc/istio-certs/cert-chain.pem, key_file: /etc/istio-certs/key.pem}\\n"}}
      """;

  /** It has run since before the certificates, and cannot be asked. */
  private static final String PODS =
      """
      {"apiVersion": "v1", "kind": "PodList", "metadata": {"resourceVersion": "9"}, "items": [
       {"apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "prometheus-1", "namespace": "istio-system", "uid": "p",
          "labels": {"app": "prometheus"}},
        "spec": {"containers": [{"name": "prometheus-server", "image": "prom/prometheus:v2.5.0"}]},
        "status": {"phase": "Running", "podIP": "127.0.0.1", "containerStatuses": [
          {"name": "prometheus-server", "ready": true, "restartCount": 0,
           "state": {"running": {"startedAt": "2026-03-01T10:00:00Z"}}}]}}]}
      """;

  private static final String SECRET =
      """
      {"apiVersion": "v1", "kind": "Secret",
       "metadata": {"name": "istio.default", "namespace": "istio-system",
         "creationTimestamp": "2026-03-01T11:00:00Z"},
       "data": {"root-cert.pem": "YQ==", "cert-chain.pem": "Yg==", "key.pem": "Yw=="}}
      """;

  private final HttpServer server;
  private final KubernetesClient client;
  private final int nobody;
  private final AtomicInteger restarts = new AtomicInteger();
  private final AtomicInteger passes = new AtomicInteger();
  private final AtomicInteger later = new AtomicInteger();

  RefusedRestartTest() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    client =
        new KubernetesClientBuilder()
            .withConfig(
                new ConfigBuilder()
                    .withAutoConfigure(false)
                    .withMasterUrl("http://127.0.0.1:" + server.getAddress().getPort())
                    .withRequestRetryBackoffLimit(0)
                    .build())
            .build();
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = closed.getLocalPort();
    }
  }

  @BeforeEach
  void start() {
    server.createContext("/", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    client.close();
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String sent = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    Map<String, String> shown =
        Map.of(
            "/apis/apps/v1/namespaces/istio-system/deployments/prometheus", DEPLOYMENT,
            "/api/v1/namespaces/istio-system/configmaps/prometheus", CONFIG,
            "/api/v1/namespaces/istio-system/pods", PODS,
            "/api/v1/namespaces/istio-system/secrets/istio.default", SECRET);
    String query = String.valueOf(exchange.getRequestURI().getQuery());
    switch (exchange.getRequestMethod()) {
      case "PATCH" -> {
        restarts.incrementAndGet();
        answer(exchange, 403, status(403, DENIED));
      }
      case "POST" -> answer(exchange, 201, sent);
      case "GET" -> {
        boolean known = shown.containsKey(path) && !query.contains("watch");
        answer(
            exchange,
            known ? 200 : 404,
            known ? shown.getOrDefault(path, "") : status(404, "none"));
      }
      default -> answer(exchange, 405, status(405, "unexpected"));
    }
  }

  private static String status(int code, String message) {
    return "{\"apiVersion\": \"v1\", \"kind\": \"Status\", \"code\": %d, \"message\": \"%s\"}"
        .formatted(code, message.replace("\"", "\\\""));
  }

  private static void answer(HttpExchange exchange, int code, String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(code, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  @Test
  void isToldAndTriedOnceAMinute() {
    try (InstallationLoop loop = loop()) {
      loop.start();
      morePasses(3);
      later.set(31);
      await().atMost(PATIENCE).until(() -> restarts.get() > 0);
      morePasses(5);
      assertThat(restarts).as("sent").hasValue(1);
      List<ReplicaFacts> replicas = loop.facts().orElseThrow().replicas();
      assertThat(replicas).hasSize(1);
      Prognosis prognosis = Objects.requireNonNull(replicas.get(0).prognosis());
      assertThat(prognosis.kind()).isEqualTo(Prognosis.Kind.IMPOSSIBLE);
      assertThat(prognosis.words())
          .startsWith("only a restart helps, and it was refused: " + DENIED);

      later.set(91);
      await().atMost(PATIENCE).until(() -> restarts.get() > 1);
      morePasses(5);
      assertThat(restarts).as("sent").hasValue(2);
    }
  }

  private void morePasses(int more) {
    int before = passes.get();
    await().atMost(PATIENCE).until(() -> passes.get() >= before + more);
  }

  private InstallationLoop loop() {
    InstantSource source = () -> NOW.plusSeconds(later.get());
    Clock clock = source.withZone(ZoneOffset.UTC);
    Demands demands = new Demands();
    demands.put("shop/shop", SlotJobs.none(), Set.of(JOB), Map.of(), true, true);
    InstallationListener listener =
        new InstallationListener() {
          @Override
          public void changed(FactsChange change) {}

          @Override
          public void acted(Installation installation, Action action, Outcome outcome) {}

          @Override
          public void polled(Duration took) {
            passes.incrementAndGet();
          }
        };
    return new InstallationLoop(
        new InstallationAccess(
            client,
            new PrometheusApi(
                HttpClient.newHttpClient(), Duration.ofSeconds(1), Duration.ofSeconds(1)),
            new InstallationAccess.Settings(
                WORKLOAD,
                URI.create("http://127.0.0.1:" + nobody),
                null,
                "appmetrics-system",
                new RestartPolicy(RestartPolicy.When.ON_CERTIFICATES, Duration.ofMinutes(10), 3),
                ShardedPolicy.REFUSE),
            List.of(),
            clock,
            Deeds.UNWATCHED),
        demands,
        List::of,
        listener,
        new Pacing(Duration.ofMillis(10), Duration.ofMillis(10)),
        clock,
        System::nanoTime);
  }
}
