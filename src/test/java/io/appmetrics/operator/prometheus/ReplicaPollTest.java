package io.appmetrics.operator.prometheus;

import static io.appmetrics.operator.prometheus.SeenInstallation.FILES;
import static io.appmetrics.operator.prometheus.SeenInstallation.NOW;
import static io.appmetrics.operator.prometheus.SeenInstallation.PLAIN;
import static io.appmetrics.operator.prometheus.SeenInstallation.USERS;
import static io.appmetrics.operator.prometheus.SeenInstallation.block;
import static io.appmetrics.operator.prometheus.SeenInstallation.withJobs;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.appmetrics.operator.prometheus.ReplicaPoll.Replica;
import io.appmetrics.operator.scrapeconfig.BlockText;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is asked of a Prometheus, what is not asked again, and what is remembered. */
class ReplicaPollTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final PrometheusContainer RUNNING =
      new PrometheusContainer("prom/prometheus:v3.16.0", true, false);
  private static final BlockText BLOCK = block(withJobs(PLAIN, FILES));
  private static final String DIGEST =
      SeenInstallation.loaded(withJobs(PLAIN, FILES)).markerDigests().iterator().next();

  private final HttpServer server;
  private final URI base;
  private final Map<String, Object> answers = new ConcurrentHashMap<>();
  private final Set<String> notServed = ConcurrentHashMap.newKeySet();
  private final Queue<String> asked = new ConcurrentLinkedQueue<>();
  private Instant now = NOW;
  private final ReplicaPoll poll =
      new ReplicaPoll(
          new PrometheusApi(
              HttpClient.newHttpClient(), Duration.ofSeconds(5), Duration.ofSeconds(5)),
          "istio-system",
          ((InstantSource) () -> now).withZone(ZoneOffset.UTC));

  ReplicaPollTest() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    base = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  @BeforeEach
  void start() {
    runtime("2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z");
    answers.put("/api/v1/status/buildinfo", Map.of("version", "3.16.0"));
    answers.put("/api/v1/status/config", Map.of("yaml", shown(withJobs(PLAIN, FILES))));
    answers.put(
        "/api/v1/scrape_pools", Map.of("scrapePools", List.of("kubernetes-pods", "appmetrics-1")));
    answers.put("/api/v1/targets", Map.of("activeTargets", List.of(target("up", ""))));
    server.createContext("/", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  /** As Prometheus shows it: with the defaults in every rule. */
  private static String shown(String text) {
    return text.lines()
        .map(
            line ->
                line.startsWith("  - {")
                    ? line.replaceFirst(
                        "\\{",
                        line.contains("replacement:")
                            ? "{separator: ';', "
                            : "{separator: ';', replacement: \\$1, ")
                    : line)
        .collect(Collectors.joining("\n", "", "\n"));
  }

  private void runtime(String started, String loaded) {
    answers.put(
        "/api/v1/status/runtimeinfo",
        Map.of("startTime", started, "reloadConfigSuccess", true, "lastConfigTime", loaded));
  }

  private static Map<String, Object> target(String health, String error) {
    return Map.of(
        "scrapePool",
        "appmetrics-1",
        "discoveredLabels",
        Map.of(
            "__meta_kubernetes_namespace", "shop",
            "__meta_kubernetes_pod_name", "cart-1",
            "__meta_kubernetes_pod_uid", "uid-1"),
        "scrapeUrl",
        "http://10.0.0.1:8080/metrics",
        "health",
        health,
        "lastError",
        error,
        "lastScrape",
        "2026-03-01T11:59:57Z");
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String query = exchange.getRequestURI().getQuery();
    asked.add(query == null ? path : path + "?" + query);
    Object data = answers.get(path);
    byte[] body =
        data instanceof String text
            ? text.getBytes(StandardCharsets.UTF_8)
            : JSON.writeValueAsString(
                    data == null
                        ? Map.of("status", "error", "error", "not today")
                        : Map.of("status", "success", "data", data))
                .getBytes(StandardCharsets.UTF_8);
    int failure = notServed.contains(path) ? (path.endsWith("runtimeinfo") ? 405 : 404) : 503;
    exchange.sendResponseHeaders(data == null ? failure : 200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private ReplicaReading ask() {
    asked.clear();
    return poll.ask(
            List.of(new Replica("prometheus-1", "uid-p", RUNNING, base)), BLOCK, Set.of(), Map.of())
        .get(0);
  }

  private static ReplicaReading.Answer answer(ReplicaReading reading) {
    return Objects.requireNonNull(reading.answer());
  }

  @Test
  void looksAtThePoolsOfTheUserThatScrapeForUs() {
    Set<String> jobs = Set.of("kubernetes-pods", "kubernetes-pods-istio-secure");

    poll.ask(List.of(new Replica("prometheus-1", "uid-p", RUNNING, base)), BLOCK, jobs, Map.of());

    assertThat(asked)
        .contains(
            "/api/v1/targets?state=active&scrapePool=appmetrics-1",
            "/api/v1/targets?state=active&scrapePool=kubernetes-pods")
        .as("what has no pool has no targets")
        .doesNotContain("/api/v1/targets?state=active&scrapePool=kubernetes-pods-istio-secure");
  }

  private static final Map<String, Duration> AGENTS =
      Map.of("kubernetes-pods", Duration.ofSeconds(15));

  private List<AppFetch> askOfAgents(String replica, Map<String, Duration> agents) {
    asked.clear();
    var reading =
        poll.ask(
                List.of(new Replica("prometheus-1", replica, RUNNING, base)),
                BLOCK,
                Set.of("kubernetes-pods"),
                agents)
            .get(0);
    return Objects.requireNonNull(answer(reading).targets().get("uid-2")).stream()
        .map(ActiveTarget::app)
        .toList();
  }

  private long queries() {
    return asked.stream().filter(url -> url.startsWith("/api/v1/query?")).count();
  }

  private void agentIsATarget() {
    answers.put("/api/v1/scrape_pools", Map.of("scrapePools", List.of("kubernetes-pods")));
    answers.put(
        "/api/v1/targets",
        Map.of(
            "activeTargets",
            List.of(
                Map.of(
                    "scrapePool", "kubernetes-pods",
                    "discoveredLabels", Map.of("__meta_kubernetes_pod_uid", "uid-2"),
                    "labels", Map.of("job", "kubernetes-pods", "pod", "cart-2"),
                    "scrapeUrl", "http://10.0.0.2:15020/stats/prometheus",
                    "health", "up",
                    "lastError", "",
                    "lastScrape", "2026-03-01T11:59:57Z"))));
  }

  private void agentsFail(Map<String, String> labels) {
    answers.put(
        "/api/v1/query",
        Map.of(
            "resultType",
            "vector",
            "result",
            List.of(Map.of("metric", labels, "value", List.of()))));
  }

  @Test
  void asksOfTheAppsBehindAgentsWhereAJobScrapesAgents() {
    agentIsATarget();
    agentsFail(Map.of("job", "kubernetes-pods", "pod", "cart-2", "type", "application"));
    assertThat(askOfAgents("uid-p", Map.of())).containsExactly(AppFetch.GOES_WELL);
    assertThat(queries()).isZero();

    assertThat(askOfAgents("uid-p", AGENTS)).containsExactly(AppFetch.FAILS);
    assertThat(asked)
        .contains(
            "/api/v1/query?query=" + AgentFailures.query(Duration.ofSeconds(15)).replace(" ", "+"));
    assertThat(
            askOfAgents(
                "uid-p",
                Map.of("kubernetes-pods", Duration.ofSeconds(15), "b", Duration.ofSeconds(15))))
        .containsExactly(AppFetch.FAILS);
    assertThat(queries()).as("one question for all that are scraped equally often").isOne();
  }

  /** A query that is refused neither breaks what is Ready nor mends what is not. */
  @Test
  void keepsWhatItKnewOfAgentsWhenQueriesAreRefused() {
    agentIsATarget();
    assertThat(askOfAgents("uid-p", AGENTS)).containsExactly(AppFetch.GOES_WELL);
    agentsFail(Map.of("job", "kubernetes-pods", "pod", "cart-2", "type", "application"));
    assertThat(askOfAgents("uid-p", AGENTS)).containsExactly(AppFetch.FAILS);
    answers.remove("/api/v1/query");
    assertThat(askOfAgents("uid-p", AGENTS)).containsExactly(AppFetch.FAILS);
    assertThat(askOfAgents("uid-q", AGENTS))
        .as("another replica")
        .containsExactly(AppFetch.GOES_WELL);
    agentsFail(Map.of("type", "envoy"));
    assertThat(askOfAgents("uid-q", AGENTS)).containsExactly(AppFetch.GOES_WELL);
  }

  /** After a start its samples of long ago may be gone, and an old count is new to it. */
  @Test
  void doesNotTrustACountThatIsNewToANewPrometheus() {
    agentIsATarget();
    agentsFail(
        Map.of(
            "job",
            "kubernetes-pods",
            "pod",
            "cart-2",
            "type",
            "application",
            "appmetrics_new",
            "yes"));
    assertThat(askOfAgents("uid-p", AGENTS)).containsExactly(AppFetch.FAILS);
    runtime(NOW.minusSeconds(20).toString(), NOW.minusSeconds(20).toString());
    assertThat(askOfAgents("uid-p", AGENTS)).containsExactly(AppFetch.UNPROVEN);
  }

  private static final String METRICS_OF_2_5 =
      """
      # HELP prometheus_build_info A metric with a constant '1' value
      # TYPE prometheus_build_info gauge
      prometheus_build_info{branch="",goversion="go1.26",revision="",version="2.5.0"} 1
      prometheus_config_last_reload_success_timestamp_seconds 1.772362800123e+09
      prometheus_config_last_reload_successful 0
      process_start_time_seconds 1.77235920065e+09
      prometheus_target_scrape_pool_sync_total{scrape_job="appmetrics-1"} 3
      prometheus_target_scrape_pool_sync_total{scrape_job="a \\"b\\\\"} 3
      prometheus_target_scrape_pool_sync_total{scrape_job="gone since"} 3
      up{job="x"} NaN
      """;

  /** runtimeinfo and buildinfo came with 2.14, scrape_pools with 2.42, scrapePool with 2.15. */
  @Test
  void readsOfOldOnesWhatTheirApiDoesNotTell() {
    notServed.addAll(List.of("/api/v1/status/runtimeinfo", "/api/v1/status/buildinfo"));
    notServed.forEach(answers::remove);
    answers.remove("/api/v1/scrape_pools");
    answers.put("/metrics", METRICS_OF_2_5);
    answers.put(
        "/api/v1/status/config",
        Map.of("yaml", "scrape_configs:\n- job_name: 'a \"b\\'\n- job_name: appmetrics-1\n"));
    Map<String, Object> ours = new HashMap<>(target("up", ""));
    ours.remove("scrapePool");
    ours.put(
        "discoveredLabels", Map.of("job", "appmetrics-1", "__meta_kubernetes_pod_uid", "uid-1"));
    Map<String, Object> theirs = new HashMap<>(ours);
    theirs.put("discoveredLabels", Map.of("job", "theirs", "__meta_kubernetes_pod_uid", "uid-1"));
    answers.put("/api/v1/targets", Map.of("activeTargets", List.of(theirs, ours)));

    ReplicaReading.Answer answer = answer(ask());

    assertThat(answer.version()).hasToString("2.5.0");
    assertThat(answer.runtime())
        .isEqualTo(
            new RuntimeInfo(
                Instant.parse("2026-03-01T10:00:00.650Z"),
                false,
                Instant.parse("2026-03-01T11:00:00.123Z")));
    assertThat(answer.pools()).containsExactly("a \"b\\", "appmetrics-1");
    assertThat(answer.targets().get("uid-1"))
        .singleElement()
        .extracting(ActiveTarget::pool)
        .isEqualTo("appmetrics-1");
    assertThat(asked)
        .containsExactly(
            "/api/v1/status/runtimeinfo",
            "/metrics",
            "/api/v1/status/config",
            "/api/v1/targets?state=active");
  }

  @Test
  void readsThePoolsOfOneThatTellsTheRest() {
    answers.put("/api/v1/status/buildinfo", Map.of("version", "2.37.0"));
    answers.remove("/api/v1/scrape_pools");
    answers.put("/metrics", METRICS_OF_2_5);

    assertThat(answer(ask()).pools()).contains("appmetrics-1");
    assertThat(answer(ask()).version()).hasToString("2.37.0");
    assertThat(asked)
        .containsExactly("/api/v1/status/runtimeinfo", "/metrics", "/api/v1/targets?state=active");
  }

  @Test
  void saysWhatItsOwnMetricsLack() {
    notServed.add("/api/v1/status/runtimeinfo");
    answers.remove("/api/v1/status/runtimeinfo");
    answers.put("/metrics", "up 1\n");

    assertThat(ask().silence())
        .isEqualTo(
            base
                + "/metrics: the connection or its answer broke: its own metrics have no"
                + " prometheus_build_info");
  }

  @Test
  void asksForEverythingAtFirst() {
    ReplicaReading reading = ask();

    assertThat(reading.answers()).isTrue();
    assertThat(reading.failedPolls()).isZero();
    ReplicaReading.Answer answer = answer(reading);
    assertThat(answer.version()).hasToString("3.16.0");
    assertThat(answer.config().markerDigests()).containsExactly(DIGEST);
    assertThat(answer.pools()).containsExactlyInAnyOrder("kubernetes-pods", "appmetrics-1");
    assertThat(answer.targets())
        .containsExactly(
            Map.entry(
                "uid-1",
                List.of(
                    new ActiveTarget(
                        "appmetrics-1",
                        "shop",
                        "cart-1",
                        "uid-1",
                        "http://10.0.0.1:8080/metrics",
                        TargetHealth.UP,
                        "",
                        Instant.parse("2026-03-01T11:59:57Z")))));
    assertThat(asked)
        .as("the user's own pools are none of our business: they may be very large")
        .containsExactly(
            "/api/v1/status/runtimeinfo",
            "/api/v1/status/buildinfo",
            "/api/v1/status/config",
            "/api/v1/scrape_pools",
            "/api/v1/targets?state=active&scrapePool=appmetrics-1");
  }

  /**
   * Somebody has edited inside the block, and Prometheus runs that after the text is ours again.
   */
  @Test
  void doesNotTakeAnEditedJobForWhatItsMarkNames() {
    String edited =
        shown(withJobs(PLAIN, FILES)).replace("target_label: pod}", "target_label: po}");
    answers.put("/api/v1/status/config", Map.of("yaml", edited));
    assertThat(answer(ask()).config().markerDigests()).isEmpty();
    assertThat(answer(ask()).config().markerDigests()).as("asked once more").isEmpty();
    answers.put("/api/v1/status/config", Map.of("yaml", shown(withJobs(PLAIN, FILES))));
    assertThat(answer(ask()).config().markerDigests()).containsExactly(DIGEST);
  }

  @Test
  void doesNotAskAgainForWhatCannotHaveChanged() {
    ask();
    ReplicaReading reading = ask();

    assertThat(answer(reading).config().markerDigests()).containsExactly(DIGEST);
    assertThat(asked)
        .containsExactly(
            "/api/v1/status/runtimeinfo",
            "/api/v1/scrape_pools",
            "/api/v1/targets?state=active&scrapePool=appmetrics-1");
  }

  @Test
  void readsTheTextAgainAfterALoad() {
    ask();
    runtime("2026-03-01T10:00:00Z", "2026-03-01T11:30:00Z");
    answers.put("/api/v1/status/config", Map.of("yaml", USERS));

    assertThat(answer(ask()).config().markerDigests()).isEmpty();
    assertThat(asked).contains("/api/v1/status/config").doesNotContain("/api/v1/status/buildinfo");
  }

  /** lastConfigTime has seconds: two loads in one second look like one. */
  @Test
  void readsTheTextAgainAsLongAsItIsNotTheExpectedOne() {
    answers.put("/api/v1/status/config", Map.of("yaml", USERS));
    ask();
    ask();

    assertThat(asked).contains("/api/v1/status/config");
  }

  @Test
  void asksForTheVersionOfAnotherProcess() {
    ask();
    runtime("2026-03-01T11:45:00Z", "2026-03-01T11:45:00Z");
    answers.put("/api/v1/status/buildinfo", Map.of("version", "2.42.0"));

    assertThat(answer(ask()).version()).hasToString("2.42.0");
  }

  @Test
  void remembersWhatWasSaidWhileItIsSilent() {
    ask();
    answers.remove("/api/v1/scrape_pools");
    now = NOW.plusSeconds(2);
    ReplicaReading first = ask();
    now = NOW.plusSeconds(4);
    ReplicaReading second = ask();

    assertThat(first.answers()).isFalse();
    assertThat(first.silence()).isEqualTo(base + "/api/v1/scrape_pools: HTTP 503: not today");
    assertThat(first.failedPolls()).isEqualTo(1);
    assertThat(second.failedPolls()).isEqualTo(2);
    assertThat(second.silentSince()).isEqualTo(NOW.plusSeconds(2));
    assertThat(answer(second).targets()).containsKey("uid-1");

    answers.put("/api/v1/scrape_pools", Map.of("scrapePools", List.of()));
    ReplicaReading third = ask();
    assertThat(third.answers()).isTrue();
    assertThat(third.failedPolls()).isZero();
    assertThat(third.silentSince()).isNull();
    assertThat(answer(third).targets()).isEmpty();
  }

  @Test
  void knowsNothingOfAPodThatDoesNotRun() {
    ReplicaReading reading =
        poll.ask(
                List.of(new Replica("prometheus-1", "uid-p", RUNNING, null)),
                BLOCK,
                Set.of(),
                Map.of())
            .get(0);

    assertThat(reading)
        .isEqualTo(
            new ReplicaReading("prometheus-1", "uid-p", RUNNING, null, "it does not run", NOW, 1));
  }

  private ReplicaReading.Answer askIncluding(String file) {
    asked.clear();
    return answer(
        poll.ask(
                List.of(new Replica("prometheus-1", "uid-p", RUNNING, base)),
                BLOCK,
                List.of(file),
                Set.of(),
                Map.of(),
                Map.of())
            .get(0));
  }

  /** Prometheus shows no text of what it includes; what is not a pool of it does not run. */
  @Test
  void knowsTheJobsOfIncludedFilesThatRun() {
    String file = "scrape_configs:\n- job_name: shop\n  kubernetes_sd_configs: [{role: pod}]\n";
    assertThat(askIncluding(file).model().podJobs()).doesNotContain("shop");

    answers.put("/api/v1/scrape_pools", Map.of("scrapePools", List.of("kubernetes-pods", "shop")));
    assertThat(askIncluding(file).model().podJobs()).contains("shop");
    var known = askIncluding(file).model();
    assertThat(asked).as("read once").doesNotContain("/api/v1/status/config");

    assertThat(askIncluding(file.replace("pod}", "node}")).model())
        .isNotEqualTo(known)
        .satisfies(model -> assertThat(model.podJobs()).doesNotContain("shop"));
    assertThat(askIncluding("scrape_configs: [").model().podJobs()).doesNotContain("shop");
  }

  @Test
  void forgetsAPodThatIsGone() {
    ask();
    assertThat(poll.ask(List.of(), BLOCK, Set.of(), Map.of())).isEmpty();
    answers.clear();

    assertThat(ask().answer()).isNull();
  }

  @Test
  void takesAnAnswerThatIsNoConfigurationForNone() {
    answers.put("/api/v1/status/config", Map.of("yaml", "scrape_configs: [\n"));
    assertThat(silence(ask())).startsWith("line 2, column 1: ");
  }

  /** The scraper's own port differs with every connection, and would make every error news. */
  @Test
  void leavesTheScrapersOwnPortOutOfErrors() {
    answers.put(
        "/api/v1/targets",
        Map.of(
            "activeTargets",
            List.of(
                target(
                    "down",
                    "Get \"http://10.0.0.1:8080/metrics\": read tcp 10.0.0.9:51234->10.0.0.1:8080:"
                        + " read: connection reset by peer"))));

    assertThat(answer(ask()).targets().get("uid-1"))
        .extracting(ActiveTarget::lastError)
        .containsExactly(
            "Get \"http://10.0.0.1:8080/metrics\": read tcp 10.0.0.1:8080: read: connection reset"
                + " by peer");
  }

  /** Of each replica by itself, and only as long as its pod is there. */
  @Test
  void tellsOneFaultInTheWordsThatItHeardFirst() {
    String get = "Get \"http://10.0.0.1:8080/metrics\": ";
    assertThat(told(get + "EOF", "uid-p")).containsExactly(get + "EOF");
    String idle = get + "http: server closed idle connection";
    assertThat(told(idle, "uid-p")).containsExactly(get + "EOF");

    assertThat(told(idle, "uid-q")).containsExactly(idle);
    assertThat(told(idle, "uid-p")).as("uid-p was gone meanwhile").containsExactly(idle);
  }

  private List<String> told(String error, String replica) {
    answers.put("/api/v1/targets", Map.of("activeTargets", List.of(target("down", error))));
    ReplicaReading reading =
        poll.ask(
                List.of(new Replica("prometheus-1", replica, RUNNING, base)),
                BLOCK,
                Set.of(),
                Map.of())
            .get(0);
    return Objects.requireNonNull(answer(reading).targets().get("uid-1")).stream()
        .map(ActiveTarget::lastError)
        .toList();
  }

  private static @Nullable String silence(ReplicaReading reading) {
    return reading.silence();
  }
}
