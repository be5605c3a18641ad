package io.appmetrics.operator.cluster.app;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/**
 * Istio's agent as the target of Prometheus: at {@value #PATH} of port {@value #PORT} it serves its
 * own metrics, Envoy's, and those of the app, which it fetches from inside the pod at each scrape.
 * When the app fails, the answer is 200 all the same, without the app's, and a count grows before
 * it is written (source: istio {@code pilot/cmd/pilot-agent/status/server.go}, handleStats and
 * scrape).
 */
final class MergingAgent implements AutoCloseable {

  static final int PORT = 15020;

  private static final String PATH = "/stats/prometheus";

  /** Set by the injector: what stood in prometheus.io/* of the template. */
  private static final String TOLD = "ISTIO_PROMETHEUS_ANNOTATIONS";

  private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";

  private final Container container;
  private final HttpClient http =
      HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NORMAL).build();
  private final AtomicLong scrapes = new AtomicLong();
  private final AtomicLong failures = new AtomicLong();
  private final HttpDoor door;

  MergingAgent(Container container) throws IOException {
    this.container = container;
    this.door = HttpDoor.plain(container.address(), PORT, this::answer);
  }

  @Override
  public void close() {
    door.close();
  }

  private void answer(HttpExchange exchange) throws IOException {
    if (!exchange.getRequestURI().getPath().equals(PATH)) {
      HttpDoor.answer(exchange, 404, null, "404 page not found\n");
      return;
    }
    scrapes.incrementAndGet();
    // the app first, so that its failure is told by this very answer
    var app = fetch(timeout(exchange));
    HttpDoor.answer(
        exchange,
        200,
        app.flatMap(answer -> answer.headers().firstValue("Content-Type")).orElse(TEXT),
        ownMetrics() + app.map(HttpResponse::body).orElse(""));
  }

  /** The agent gives up when Prometheus does. */
  private static Duration timeout(HttpExchange exchange) {
    var seconds = exchange.getRequestHeaders().getFirst("X-Prometheus-Scrape-Timeout-Seconds");
    return seconds == null
        ? Duration.ofSeconds(10)
        : Duration.ofMillis((long) (Double.parseDouble(seconds) * 1000));
  }

  private Optional<HttpResponse<String>> fetch(Duration timeout) {
    var told = container.environment().getOrDefault(TOLD, "");
    if (told.isEmpty() || value(told, "scrape").equals("false")) {
      return Optional.empty();
    }
    var port = value(told, "port");
    var path = value(told, "path");
    var url =
        "http://%s:%s%s"
            .formatted(
                container.address(),
                port.isEmpty() ? "80" : port,
                path.isEmpty() ? "/metrics" : path);
    try {
      var response =
          http.send(
              HttpRequest.newBuilder(URI.create(url))
                  .version(HttpClient.Version.HTTP_1_1)
                  .timeout(timeout)
                  .build(),
              BodyHandlers.ofString());
      if (response.statusCode() == 200) {
        return Optional.of(response);
      }
      failed("error scraping " + url + ", status code: " + response.statusCode());
    } catch (IOException e) {
      failed(e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return Optional.empty();
  }

  private void failed(String why) {
    failures.incrementAndGet();
    container.log().println("failed scraping application metrics: " + why);
  }

  /** A count that has never counted is not there. */
  private String ownMetrics() {
    var text =
        """
        # HELP istio_agent_scrapes_total The total number of scrapes.
        # TYPE istio_agent_scrapes_total counter
        istio_agent_scrapes_total %d
        # HELP envoy_server_live Whether Envoy serves.
        # TYPE envoy_server_live gauge
        envoy_server_live 1
        """
            .formatted(scrapes.get());
    return failures.get() == 0
        ? text
        : text
            + """
            # HELP istio_agent_scrape_failures_total The total number of failed scrapes.
            # TYPE istio_agent_scrape_failures_total counter
            istio_agent_scrape_failures_total{type="application"} %d
            """
                .formatted(failures.get());
  }

  /** A text of a flat JSON object; this package has nothing but the JDK. */
  private static String value(String json, String key) {
    var field = Pattern.compile("\"" + key + "\"\\s*:\\s*\"([^\"]*)\"").matcher(json);
    return field.find() ? field.group(1) : "";
  }
}
