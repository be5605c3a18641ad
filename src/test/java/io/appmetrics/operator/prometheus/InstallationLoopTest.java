package io.appmetrics.operator.prometheus;

import static io.appmetrics.operator.prometheus.SeenInstallation.NOW;
import static io.appmetrics.operator.prometheus.SeenInstallation.WORKLOAD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.appmetrics.operator.apiserver.Deeds;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the loop publishes while an API server refuses it: an answer of 403 needs no real one. */
@Timeout(60)
class InstallationLoopTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final String DEPLOYMENT =
      """
      {"apiVersion": "apps/v1", "kind": "Deployment",
       "metadata": {"name": "prometheus", "namespace": "istio-system"},
       "spec": {"selector": {"matchLabels": {"app": "prometheus"}}, "template": {"spec": {
         "containers": [{"name": "prometheus-server",
           "args": ["--config.file=/etc/config/prometheus.yml", "--web.enable-lifecycle"],
           "volumeMounts": [{"name": "config", "mountPath": "/etc/config"}]}],
         "volumes": [{"name": "config", "configMap": {"name": "prometheus-v2"}}]}}}}
      """;

  private static final class Heard implements InstallationListener {
    final Queue<FactsChange> changes = new ConcurrentLinkedQueue<>();

    @Override
    public void changed(FactsChange change) {
      changes.add(change);
    }

    @Override
    public void acted(Installation installation, Action action, Outcome outcome) {
      throw new AssertionError("nothing is to be done: " + action.words());
    }

    @Override
    public void polled(Duration took) {}
  }

  private final HttpServer server;
  private final KubernetesClient client;
  private final Heard heard = new Heard();

  InstallationLoopTest() throws IOException {
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
  }

  @BeforeEach
  void start() {
    server.createContext("/", InstallationLoopTest::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    client.close();
    server.stop(0);
  }

  private static void answer(HttpExchange exchange) throws IOException {
    boolean shown = exchange.getRequestURI().getPath().endsWith("/deployments/prometheus");
    byte[] body =
        (shown
                ? DEPLOYMENT
                : "{\"apiVersion\": \"v1\", \"kind\": \"Status\", \"code\": 403, \"message\": \"no right\"}")
            .getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(shown ? 200 : 403, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  /** Else the facts of before would live for ever, and Ready with them. */
  @Test
  void publishesThatItMayNotReadTheConfigMap() {
    try (InstallationLoop loop = loop()) {
      loop.start();
      await().atMost(PATIENCE).until(() -> loop.facts().isPresent());

      ConfigFacts config = loop.facts().orElseThrow().config();
      assertThat(config.state()).isEqualTo(ConfigFacts.State.UNREADABLE);
      assertThat(config.message())
          .startsWith("The operator may not read ConfigMap istio-system/prometheus-v2 (no right)");
      assertThat(heard.changes).containsExactly(new FactsChange(true, Set.of()));
    }
  }

  /** What writes after the operator has said that it stopped writes beside the next one. */
  @Test
  void hasEndedOnceItIsClosed() {
    InstallationLoop loop = loop();
    loop.start();
    assertThat(threads()).isEqualTo(1);
    loop.close();
    assertThat(threads()).isZero();
  }

  /** An admission policy of another release refuses it each time: no use in asking at once. */
  @Test
  void asksNotAgainAtOnceToRemember() {
    try (InstallationAccess access = access(hasty())) {
      assertThat(access.remember(InstallationState.NONE).kind()).isEqualTo(Outcome.Kind.REFUSED);
      for (int looks = 0; looks < 9; looks++) {
        assertThat(access.state().problem())
            .isEqualTo(
                "ConfigMap appmetrics-system/appmetrics-istio-system.prometheus cannot be written"
                    + " (no right); apply the manifests of this release");
      }
      assertThat(access.state().problem()).contains("cannot be read (no right)");
    }
  }

  private static long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("installation istio-system/prometheus"))
        .count();
  }

  /** Each look at it is 6 s later than the one before. */
  private static Clock hasty() {
    AtomicLong looks = new AtomicLong();
    InstantSource source = () -> NOW.plusSeconds(6 * looks.getAndIncrement());
    return source.withZone(ZoneOffset.UTC);
  }

  private InstallationLoop loop() {
    Clock clock = hasty();
    InstallationAccess access = access(clock);
    Pacing pacing = new Pacing(Duration.ofMillis(10), Duration.ofMillis(10));
    return new InstallationLoop(
        access, new Demands(), List::of, heard, pacing, clock, System::nanoTime);
  }

  private InstallationAccess access(Clock clock) {
    PrometheusApi api =
        new PrometheusApi(HttpClient.newHttpClient(), Duration.ofSeconds(1), Duration.ofSeconds(1));
    return new InstallationAccess(
        client,
        api,
        new InstallationAccess.Settings(
            WORKLOAD, null, null, "appmetrics-system", RestartPolicy.DEFAULT, ShardedPolicy.REFUSE),
        List.of(),
        clock,
        Deeds.UNWATCHED);
  }
}
