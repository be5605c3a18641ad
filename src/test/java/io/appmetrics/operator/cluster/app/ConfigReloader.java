package io.appmetrics.operator.cluster.app;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The prometheus-config-reloader sidecar: when the content of a {@code --watched-dir} differs from
 * what it last reloaded, it posts to {@code --reload-url} after a second, then every five until
 * that succeeds; so it also reloads once at its start (source: thanos {@code
 * pkg/reloader/reloader.go}, and the defaults of its flags). Answers {@code /healthz} on {@code
 * --listen-address}.
 */
public final class ConfigReloader implements AutoCloseable {

  private static final Duration LOOK = Duration.ofMillis(100);
  private static final Duration DELAY = Duration.ofSeconds(1);
  private static final Duration RETRY = Duration.ofSeconds(5);

  private final Container container;
  private final URI reload;
  private final List<Path> watched;
  private final HttpDoor health;
  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
  private final CountDownLatch closed = new CountDownLatch(1);

  /** Watches and listens. */
  public ConfigReloader(Container container) throws IOException {
    this.container = container;
    this.reload = itself(container.option("reload-url", "http://127.0.0.1:9090/-/reload"));
    this.watched = container.options("watched-dir").stream().map(container::file).toList();
    var listen = container.option("listen-address", ":8080");
    this.health =
        HttpDoor.plain(
            container.address(),
            Integer.parseInt(listen.substring(listen.lastIndexOf(':') + 1)),
            this::health);
    var thread = new Thread(this::watch, "config-reloader " + container.address());
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() {
    closed.countDown();
    health.close();
  }

  /** Runs until the process is ended. */
  public static void main(String[] arguments) throws Exception {
    new ConfigReloader(Container.ofProcess(arguments));
    new CountDownLatch(1).await();
  }

  private void watch() {
    var reloaded = Map.<String, String>of();
    try {
      while (!closed.await(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
        var now = content();
        if (now.equals(reloaded)) {
          continue;
        }
        // the first reload is at once, as is the real one's
        if (!reloaded.isEmpty() && closed.await(DELAY.toMillis(), TimeUnit.MILLISECONDS)) {
          return;
        }
        now = content();
        while (!reload()) {
          if (closed.await(RETRY.toMillis(), TimeUnit.MILLISECONDS)) {
            return;
          }
        }
        reloaded = now;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean reload() throws InterruptedException {
    var request =
        HttpRequest.newBuilder(reload)
            .timeout(Duration.ofSeconds(30))
            .POST(HttpRequest.BodyPublishers.noBody())
            .build();
    try {
      var status = http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
      container.log().println("reload: " + status);
      return status == 200;
    } catch (IOException e) {
      container.log().println("reload: " + e);
      return false;
    }
  }

  /** Every file's text; a file that is swapped meanwhile is seen whole a look later. */
  private Map<String, String> content() {
    var content = new TreeMap<String, String>();
    for (var directory : watched) {
      try (var files = Files.list(directory)) {
        for (var file : files.filter(Files::isRegularFile).toList()) {
          content.put(file.toString(), Files.readString(file));
        }
      } catch (IOException e) {
        container.log().println("watching: " + e);
      }
    }
    return content;
  }

  /** Containers of a pod share 127.0.0.1; without a network namespace that is the pod's address. */
  private URI itself(String url) {
    var address = container.address();
    return URI.create(
        address.equals("0.0.0.0")
            ? url
            : url.replaceFirst("//(127\\.0\\.0\\.1|localhost)(?=[:/])", "//" + address));
  }

  private void health(HttpExchange exchange) throws IOException {
    var healthy = exchange.getRequestURI().getPath().equals("/healthz");
    HttpDoor.answer(exchange, healthy ? 200 : 404, null, "");
  }
}
