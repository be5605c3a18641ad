package io.appmetrics.operator.runtime;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/** Serves /livez, /readyz and /metrics over plain HTTP. */
public final class HealthServer implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads;

  private HealthServer(HttpServer server, ExecutorService threads) {
    this.server = server;
    this.threads = threads;
  }

  /**
   * Listens.
   *
   * @param live what must hold or else only a restart helps, by name
   * @param ready what must hold before the operator does its work, by name
   * @throws CannotStart when the address cannot be listened on
   */
  public static HealthServer start(
      InetSocketAddress address,
      Map<String, BooleanSupplier> live,
      Map<String, BooleanSupplier> ready,
      Meters meters)
      throws CannotStart {
    HttpServer server;
    try {
      server = HttpServer.create(address, 0);
    } catch (IOException e) {
      throw new CannotStart(
          "%s=%s:%d cannot be listened on: %s; name another address, or none"
              .formatted(
                  OperatorConfig.Setting.HTTP_ADDRESS.variable(),
                  address.getHostString(),
                  address.getPort(),
                  e.getMessage()),
          e);
    }
    // Two, so that a scrape that is slow to read does not keep the kubelet's probe waiting.
    ExecutorService threads =
        Executors.newFixedThreadPool(
            2,
            task -> {
              Thread thread = new Thread(task, "health");
              thread.setDaemon(true);
              return thread;
            });
    server.setExecutor(threads);
    SortedMap<String, BooleanSupplier> liveSorted = new TreeMap<>(live);
    SortedMap<String, BooleanSupplier> readySorted = new TreeMap<>(ready);
    server.createContext("/livez", exchange -> answer(exchange, "/livez", liveSorted));
    server.createContext("/readyz", exchange -> answer(exchange, "/readyz", readySorted));
    server.createContext("/metrics", exchange -> answer(exchange, "/metrics", meters));
    server.createContext("/", exchange -> send(exchange, 404, "text/plain", "not found\n"));
    server.start();
    return new HealthServer(server, threads);
  }

  /** The port listened on. */
  public int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private static void answer(
      HttpExchange exchange, String path, SortedMap<String, BooleanSupplier> checks)
      throws IOException {
    SortedMap<String, Boolean> results = new TreeMap<>();
    checks.forEach((name, check) -> results.put(name, check.getAsBoolean()));
    String text =
        results.entrySet().stream()
            .map(result -> (result.getValue() ? "[+]" : "[-]") + result.getKey() + "\n")
            .collect(Collectors.joining());
    boolean good = !results.containsValue(false);
    only(
        exchange,
        path,
        good ? 200 : 503,
        "text/plain; charset=utf-8",
        text + (good ? "ok\n" : "not ok\n"));
  }

  private static void answer(HttpExchange exchange, String path, Meters meters) throws IOException {
    only(exchange, path, 200, "text/plain; version=0.0.4; charset=utf-8", meters.scrape());
  }

  /** Contexts match prefixes: /metrics-of-others is not ours. */
  private static void only(HttpExchange exchange, String path, int code, String type, String text)
      throws IOException {
    if (!exchange.getRequestURI().getPath().equals(path)) {
      send(exchange, 404, "text/plain", "not found\n");
    } else if (!exchange.getRequestMethod().equals("GET")) {
      send(exchange, 405, "text/plain", "only GET\n");
    } else {
      send(exchange, code, type, text);
    }
  }

  private static void send(HttpExchange exchange, int code, String type, String text)
      throws IOException {
    try (exchange) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", type);
      exchange.sendResponseHeaders(code, bytes.length);
      try (OutputStream body = exchange.getResponseBody()) {
        body.write(bytes);
      }
    }
  }
}
