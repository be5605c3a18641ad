package io.appmetrics.operator.cluster.app;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/**
 * Istio's agent as far as Prometheus is concerned: it writes the workload's certificate into the
 * directory that OUTPUT_CERTS names, as key, chain and root, three renames that a reader can see in
 * between (source: istio {@code pkg/security/util.go}, OutputKeyCertToDir).
 *
 * <p>Certificates come from a test: before the start from the files below {@value #ISSUED}, later
 * by {@code PUT /certificates/FILE} on port {@value #CONTROL_PORT}. It is ready also before it has
 * any, as an agent without Envoy is (DISABLE_ENVOY).
 */
public final class CertificateAgent implements AutoCloseable {

  /** Where an optional Secret with the three files may be mounted. */
  public static final String ISSUED = "/var/run/issued-certificates";

  /** The port of Istio's own readiness probe; a real agent serves no certificates there. */
  public static final int CONTROL_PORT = 15021;

  private static final List<String> FILES = List.of("key.pem", "cert-chain.pem", "root-cert.pem");

  private final Container container;
  private final Map<String, String> received = new ConcurrentHashMap<>();
  private final HttpDoor control;

  /** Writes the certificates if they are there already, and listens. */
  public CertificateAgent(Container container) throws IOException {
    this.container = container;
    var issued = container.file(ISSUED);
    for (var name : FILES) {
      var file = issued.resolve(name);
      if (Files.exists(file)) {
        receive(name, Files.readString(file));
      }
    }
    this.control = HttpDoor.plain(container.address(), CONTROL_PORT, this::control);
  }

  /** Runs until the process is ended. */
  public static void main(String[] arguments) throws Exception {
    new CertificateAgent(Container.ofProcess(arguments));
    new CountDownLatch(1).await();
  }

  @Override
  public void close() {
    control.close();
  }

  private void control(HttpExchange exchange) throws IOException {
    var path = exchange.getRequestURI().getPath();
    if (path.equals("/healthz/ready")) {
      HttpDoor.answer(exchange, 200, null, "");
    } else if (path.startsWith("/certificates/") && exchange.getRequestMethod().equals("PUT")) {
      var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      receive(path.substring("/certificates/".length()), body);
      HttpDoor.answer(exchange, 200, null, "");
    } else {
      HttpDoor.answer(exchange, 404, null, "");
    }
  }

  /** Writes all three when the last has come, so that they belong together. */
  private synchronized void receive(String name, String pem) throws IOException {
    received.put(name, pem);
    if (!received.keySet().containsAll(FILES)) {
      return;
    }
    var directory = container.environment().get("OUTPUT_CERTS");
    if (directory == null) {
      container.log().println("OUTPUT_CERTS is not set: certificates stay in memory");
      return;
    }
    for (var file : FILES) {
      rename(container.file(directory), file, received.getOrDefault(file, ""));
    }
    received.clear();
    container.log().println("wrote certificates into " + directory);
  }

  private static void rename(Path directory, String name, String text) throws IOException {
    var temporary = Files.writeString(directory.resolve("." + name + ".tmp"), text);
    Files.move(temporary, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }
}
