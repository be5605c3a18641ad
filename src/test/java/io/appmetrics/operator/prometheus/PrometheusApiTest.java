package io.appmetrics.operator.prometheus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.appmetrics.operator.scrapeconfig.PrometheusVersion;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Odd answers, which a real Prometheus does not give; PrometheusApiIT asks real ones. */
class PrometheusApiTest {

  private final PrometheusApi api =
      new PrometheusApi(HttpClient.newHttpClient(), Duration.ofSeconds(30), Duration.ofSeconds(30));

  /** For what never answers; on a busy machine an answer may take longer than this. */
  private final PrometheusApi impatient =
      new PrometheusApi(HttpClient.newHttpClient(), Duration.ofMillis(500), Duration.ofSeconds(30));

  private final CountDownLatch ended = new CountDownLatch(1);
  private final AtomicReference<String> asked = new AtomicReference<>("");
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private HttpServer server;
  private URI base;

  PrometheusApiTest() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    base = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  @BeforeEach
  void start() {
    server.setExecutor(threads);
    server.start();
  }

  @AfterEach
  void stop() {
    ended.countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  private void answer(HttpHandler handler) {
    server.createContext(
        "/",
        exchange -> {
          asked.set(exchange.getRequestMethod() + " " + exchange.getRequestURI());
          handler.handle(exchange);
        });
  }

  private void answer(int status, String body) {
    answer(exchange -> send(exchange, status, body));
  }

  private static void send(HttpExchange exchange, int status, String body) throws IOException {
    var bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Test
  void readsTheTargetsOfPods() throws PrometheusUnreachable {
    answer(
        200,
        """
        {"status":"success","data":{"droppedTargets":[],"activeTargets":[
         {"discoveredLabels":{"__meta_kubernetes_namespace":"shop",
           "__meta_kubernetes_pod_name":"cart-1","__meta_kubernetes_pod_uid":"u-1","job":"appmetrics-1"},
          "labels":{"job":"kubernetes-pods"},"scrapePool":"appmetrics-1",
          "scrapeUrl":"http://10.0.0.1:8080/metrics","lastError":"",
          "lastScrape":"2026-11-22T20:10:35.5+01:00","lastScrapeDuration":0.1,"health":"up","new":{"x":[1]}},
         {"discoveredLabels":{"job":"appmetrics-1"},"scrapePool":"appmetrics-1",
          "scrapeUrl":"http://10.0.0.2/metrics","lastError":"context deadline exceeded",
          "lastScrape":"0001-01-01T00:00:00Z","health":"down"},
         {"discoveredLabels":{},"scrapePool":"appmetrics-1",
          "scrapeUrl":"http://10.0.0.3/metrics","lastScrape":"0001-01-01T00:00:00Z","health":"dazed"}
        ],"droppedTargetCounts":null}}""");
    var never = Instant.parse("0001-01-01T00:00:00Z");
    assertThat(api.activeTargets(base, "a b&c"))
        .containsExactly(
            new ActiveTarget(
                "appmetrics-1",
                "shop",
                "cart-1",
                "u-1",
                "http://10.0.0.1:8080/metrics",
                TargetHealth.UP,
                "",
                Instant.parse("2026-11-22T19:10:35.5Z")),
            new ActiveTarget(
                "appmetrics-1",
                "",
                "",
                "",
                "http://10.0.0.2/metrics",
                TargetHealth.DOWN,
                "context deadline exceeded",
                never),
            new ActiveTarget(
                "appmetrics-1",
                "",
                "",
                "",
                "http://10.0.0.3/metrics",
                TargetHealth.UNKNOWN,
                "",
                never));
    assertThat(asked).hasValue("GET /api/v1/targets?state=active&scrapePool=a+b%26c");
  }

  @Test
  void readsAPoolWithoutTargets() throws PrometheusUnreachable {
    answer(200, "{\"status\":\"success\",\"data\":{\"activeTargets\":null}}");
    assertThat(api.activeTargets(base, "appmetrics-1")).isEqualTo(List.of());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/", "/prom", "/prom/"})
  void asksBelowTheRoutePrefix(String prefix) throws PrometheusUnreachable {
    answer(200, "{\"data\":{\"scrapePools\":[\"b\",\"a\"]}}");
    assertThat(api.scrapePools(URI.create(base + prefix))).isEqualTo(Set.of("a", "b"));
    assertThat(asked)
        .hasValue("GET " + (prefix.startsWith("/prom") ? "/prom" : "") + "/api/v1/scrape_pools");
  }

  @Test
  void readsVersionAndTimes() throws PrometheusUnreachable {
    answer(200, "{\"data\":{\"version\":\"3.16.0\"}}");
    assertThat(api.version(base)).isEqualTo(new PrometheusVersion(3, 16, 0));
  }

  @Test
  void tellsAnErrorOfTheApiInItsWords() {
    answer(400, "{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"no such thing\"}");
    assertThatThrownBy(() -> api.scrapePools(base))
        .isInstanceOf(PrometheusUnreachable.class)
        .hasMessage(base + "/api/v1/scrape_pools: HTTP 400: no such thing");
  }

  @Test
  void tellsAnErrorOfAProxyInALine() {
    answer(503, "<html>\n<body>" + "no upstream ".repeat(50) + "</body></html>");
    assertThatThrownBy(() -> api.config(base))
        .isInstanceOf(PrometheusUnreachable.class)
        .hasMessageStartingWith(
            base + "/api/v1/status/config: HTTP 503: <html> <body>no upstream no upstream")
        .hasMessageEndingWith("...")
        .message()
        .hasSizeLessThan(300);
  }

  @Test
  void tellsAnErrorWithoutWords() {
    answer(502, "");
    assertThatThrownBy(() -> api.config(base))
        .isInstanceOf(PrometheusUnreachable.class)
        .hasMessage(base + "/api/v1/status/config: HTTP 502");
  }

  @Test
  void tellsALoginPageFromAnAnswer() {
    answer(200, "<html>log in</html>");
    assertThatThrownBy(() -> api.activeTargets(base, "a"))
        .isInstanceOf(PrometheusUnreachable.class)
        .hasMessageStartingWith(
            base
                + "/api/v1/targets?state=active&scrapePool=a: the answer is no JSON of Prometheus'"
                + " API (Unexpected character ('<'")
        .hasMessageEndingWith("); is this its address, and its route prefix?");
  }

  @Test
  void takesNoAnswerThatIsCutShort() {
    answer(200, "{\"data\":{\"activeTargets\":[]");
    assertThatThrownBy(() -> api.activeTargets(base, "a"))
        .isInstanceOf(PrometheusUnreachable.class)
        .hasMessageContaining("the answer is no JSON of Prometheus' API (Unexpected end-of-input");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{\"data\":{}}", "{\"data\":{\"version\":null}}", "[]", "1", ""})
  void takesNoAnswerThatLacksWhatWasAsked(String body) {
    answer(200, body);
    assertThatThrownBy(() -> api.version(base))
        .isInstanceOf(PrometheusUnreachable.class)
        .hasMessageStartingWith(
            base + "/api/v1/status/buildinfo: the answer is none of Prometheus' API: it has no ");
    assertThatThrownBy(() -> api.activeTargets(base, "a"))
        .isInstanceOf(PrometheusUnreachable.class)
        .hasMessageContaining("the answer is none of Prometheus' API: it has no activeTargets");
  }

  @Test
  void takesNoVersionThatIsNone() {
    answer(200, "{\"data\":{\"version\":\"main\"}}");
    assertThatThrownBy(() -> api.version(base))
        .isInstanceOf(PrometheusUnreachable.class)
        .hasMessageEndingWith("\"main\" is no Prometheus version; expected one such as 3.16.0");
  }

  @Test
  void takesNoTimeThatIsNone() {
    answer(200, "{\"data\":{\"startTime\":\"today\",\"reloadConfigSuccess\":true}}");
    assertThatThrownBy(() -> api.runtimeInfo(base))
        .isInstanceOf(PrometheusUnreachable.class)
        .hasMessageContaining("'today'");
  }

  @Test
  void doesNotWaitForHeadersForEver() {
    answer(exchange -> await());
    assertThatThrownBy(() -> impatient.version(base))
        .isInstanceOf(PrometheusUnreachable.class)
        .hasMessage(base + "/api/v1/status/buildinfo: no complete answer within 500 ms");
  }

  @Test
  void doesNotWaitForABodyForEver() {
    answer(
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          exchange.getResponseBody().write("{\"data\":".getBytes(StandardCharsets.UTF_8));
          exchange.getResponseBody().flush();
          await();
        });
    assertThatThrownBy(() -> impatient.version(base))
        .isInstanceOf(PrometheusUnreachable.class)
        .hasMessage(base + "/api/v1/status/buildinfo: no complete answer within 500 ms");
  }

  private void await() {
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void tellsThatNobodyListens() throws IOException {
    URI nobody;
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = URI.create("http://127.0.0.1:" + socket.getLocalPort());
    }
    assertThatThrownBy(() -> api.version(nobody))
        .isInstanceOf(PrometheusUnreachable.class)
        .hasMessageStartingWith(nobody + "/api/v1/status/buildinfo: cannot connect");
  }

  @Test
  void tellsAConnectionThatBreaks() {
    answer(HttpExchange::close);
    assertThatThrownBy(() -> api.version(base))
        .isInstanceOf(PrometheusUnreachable.class)
        .hasMessageStartingWith(
            base + "/api/v1/status/buildinfo: the connection or its answer broke: ");
  }

  @Test
  void isInterruptible() {
    answer(exchange -> await());
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> api.version(base))
        .isInstanceOf(PrometheusUnreachable.class)
        .hasMessage(base + "/api/v1/status/buildinfo: interrupted while waiting for the answer");
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void reloads() throws PrometheusUnreachable, ReloadRejected {
    answer(200, "");
    api.reload(base);
    assertThat(asked).hasValue("POST /-/reload");
  }

  @Test
  void tellsWhatPrometheusRejects() {
    var words =
        "failed to reload config: couldn't load configuration: yaml: unmarshal errors:\n"
            + "  line 11: field unknown not found in type config.plain";
    answer(500, words + "\n");
    assertThatThrownBy(() -> api.reload(base))
        .isInstanceOfSatisfying(ReloadRejected.class, e -> assertThat(e.lifecycleOff()).isFalse())
        .hasMessage(words);
  }

  @Test
  void tellsThatReloadingIsOff() {
    answer(403, "Lifecycle API is not enabled.");
    assertThatThrownBy(() -> api.reload(base))
        .isInstanceOfSatisfying(ReloadRejected.class, e -> assertThat(e.lifecycleOff()).isTrue())
        .hasMessage("Lifecycle API is not enabled.");
  }

  @Test
  void doesNotTakeAProxysRefusalForPrometheus() {
    answer(403, "RBAC: access denied");
    assertThatThrownBy(() -> api.reload(base))
        .isInstanceOf(PrometheusUnreachable.class)
        .hasMessage(base + "/-/reload: HTTP 403: RBAC: access denied");
  }
}
