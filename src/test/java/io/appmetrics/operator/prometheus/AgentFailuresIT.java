package io.appmetrics.operator.prometheus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.appmetrics.operator.cluster.program.Binary;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The question as the oldest and the newest Prometheus answer it, over the life of an agent. */
class AgentFailuresIT {
  private static final Duration INTERVAL = Duration.ofSeconds(1);
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  private final PrometheusApi api = LonePrometheus.api();
  private final AtomicInteger failures = new AtomicInteger();
  private final AtomicInteger scrapes = new AtomicInteger();
  private final HttpServer agent;

  AgentFailuresIT() throws IOException {
    agent = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
  }

  /** As the agent does: a count that has never counted is not there. */
  @BeforeEach
  void start() {
    agent.createContext(
        "/",
        exchange -> {
          var count = failures.get();
          var text =
              "istio_agent_scrapes_total %d\n".formatted(scrapes.incrementAndGet())
                  + (count == 0
                      ? ""
                      : "istio_agent_scrape_failures_total{type=\"application\"} %d\n"
                          .formatted(count));
          exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4");
          exchange.sendResponseHeaders(200, 0);
          try (var out = exchange.getResponseBody()) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
          }
        });
    agent.start();
  }

  @AfterEach
  void stop() {
    agent.stop(0);
  }

  @ParameterizedTest
  @EnumSource(names = {"PROMETHEUS_2_5", "PROMETHEUS_3"})
  void seesTheFirstFailureALaterOneAndTheEndOfEach(Binary version, @TempDir Path directory)
      throws Exception {
    var config =
        """
        global: {scrape_interval: 1s, scrape_timeout: 1s}
        scrape_configs:
        - job_name: agents
          static_configs: [{targets: ['127.0.0.1:%d'], labels: {type: backend}}]
        """
            .formatted(agent.getAddress().getPort());
    try (var prometheus = LonePrometheus.start(version, directory, config)) {
      await("a first scrape").atMost(PATIENCE).until(() -> scrapes.get() > 1);
      assertThat(app(prometheus.base())).isEqualTo(AppFetch.GOES_WELL);

      failures.set(1);
      awaits(prometheus.base(), "the first failure ever", AppFetch.FAILS);
      awaits(prometheus.base(), "its end", AppFetch.GOES_WELL);

      failures.incrementAndGet();
      awaits(prometheus.base(), "a second", AppFetch.FAILS);
      awaits(prometheus.base(), "its end", AppFetch.GOES_WELL);

      failures.set(0);
      int before = scrapes.get();
      await("an agent that began anew").atMost(PATIENCE).until(() -> scrapes.get() > before + 1);
      assertThat(app(prometheus.base())).isEqualTo(AppFetch.GOES_WELL);
      failures.set(1);
      awaits(prometheus.base(), "its first failure", AppFetch.FAILS);
    }
  }

  private void awaits(URI base, String what, AppFetch wanted) {
    await(what).atMost(PATIENCE).untilAsserted(() -> assertThat(app(base)).isEqualTo(wanted));
  }

  /** Of the target in the job, whichever way this version tells targets. */
  private AppFetch app(URI base) throws PrometheusUnreachable {
    var found = new AgentFailures(api.query(base, AgentFailures.query(INTERVAL)), false);
    var targets = api.activeTargets(base, Set.of("agents"), Map.of("agents", found));
    assertThat(targets).hasSize(1);
    return targets.get(0).app();
  }
}
