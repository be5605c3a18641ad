package io.appmetrics.operator.cluster.app;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** An HTTP server on one port, whose end also ends what it is in the middle of. */
final class HttpDoor implements AutoCloseable {

  private final HttpServer server;
  private final ExecutorService threads;
  private @Nullable TlsFront front;

  private HttpDoor(HttpServer server, HttpHandler handler) {
    this.server = server;
    this.threads =
        Executors.newCachedThreadPool(
            task -> {
              var thread = new Thread(task, "http " + server.getAddress());
              thread.setDaemon(true);
              return thread;
            });
    server.setExecutor(threads);
    server.createContext("/", handler);
    server.start();
  }

  /** Plain HTTP. */
  static HttpDoor plain(String address, int port, HttpHandler handler) throws IOException {
    return new HttpDoor(HttpServer.create(new InetSocketAddress(address, port), 0), handler);
  }

  /** HTTPS that demands a client certificate which the context trusts. */
  static HttpDoor mutualTls(String address, int port, SSLContext context, HttpHandler handler)
      throws IOException {
    var server = HttpsServer.create(new InetSocketAddress(address, port), 0);
    server.setHttpsConfigurator(
        new HttpsConfigurator(context) {
          @Override
          public void configure(HttpsParameters parameters) {
            var tls = context.getDefaultSSLParameters();
            tls.setNeedClientAuth(true);
            parameters.setSSLParameters(tls);
          }
        });
    return new HttpDoor(server, handler);
  }

  /** The same of one version of TLS, behind a front that tells why it refuses. */
  static HttpDoor behindFront(
      String address, int port, SSLContext context, String version, HttpHandler handler)
      throws IOException {
    var behind = plain(address, 0, handler);
    try {
      behind.front =
          new TlsFront(address, port, context, version, behind.server.getAddress().getPort());
      return behind;
    } catch (IOException e) {
      behind.close();
      throw e;
    }
  }

  /** Refuses new connections, and cuts those that there are. */
  @Override
  public void close() {
    if (front != null) {
      front.close();
    }
    server.stop(0);
    threads.shutdownNow();
  }

  /** Answers and ends the exchange. */
  static void answer(HttpExchange exchange, int status, @Nullable String contentType, String body)
      throws IOException {
    var bytes = body.getBytes(StandardCharsets.UTF_8);
    if (contentType != null) {
      exchange.getResponseHeaders().set("Content-Type", contentType);
    }
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    try (var out = exchange.getResponseBody()) {
      out.write(bytes);
    }
  }
}
