package io.appmetrics.operator.cluster.app;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * An app with metrics on any number of ports.
 *
 * <pre>
 *   --listen=PORT[=BEHAVIOUR]   any number; see {@link Behaviour}, default plain
 *   --path=/metrics             where the metrics are, any number; elsewhere 404
 *   --certs=/etc/certs          certificate, key and root for mtls
 *   --tls=TLSv1.2               this version of TLS for mtls, and an alert to whom it refuses
 *   --behaviour=DIR             a file per port whose text goes before --listen's
 *   --exit=CODE                 ends at once
 *   --control=9000              GET /healthz; PUT /behaviour/PORT with a behaviour as body;
 *                               PUT /health with ok or ill; PUT /exit with a code;
 *                               GET /files/PATH, a file's text or a directory's names;
 *                               GET /environment
 *   --deaf                      does not end on SIGTERM
 * </pre>
 *
 * The probes of a manifest ask the control port, as those of an app with a sidecar ask the agent.
 */
public final class DemoApp implements AutoCloseable {

  private static final int CONTROL_PORT = 9000;
  private static final String MANY_SAMPLES =
      IntStream.range(0, 100)
          .mapToObj("demo_sample{number=\"%d\"} 1\n"::formatted)
          .collect(Collectors.joining());
  private static final String METRICS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

  private final Container container;
  private final List<String> paths;
  private final String name;
  private final Map<Integer, Port> ports = new TreeMap<>();
  private final HttpDoor control;
  private volatile boolean healthy = true;

  /**
   * Listens on all its ports.
   *
   * @throws IllegalArgumentException when an argument is wrong
   */
  public DemoApp(Container container) throws IOException {
    this.container = container;
    List<String> given = container.options("path");
    this.paths = given.isEmpty() ? List.of("/metrics") : given;
    this.name = container.environment().getOrDefault("APP", "demo");
    for (var listen : container.options("listen")) {
      var parts = listen.split("=", 2);
      var number = Integer.parseInt(parts[0]);
      ports.put(number, new Port(number));
      behave(number, Behaviour.parse(behaviourOnDisk(parts)));
    }
    this.control =
        HttpDoor.plain(
            container.address(),
            Integer.parseInt(container.option("control", Integer.toString(CONTROL_PORT))),
            this::control);
    if (!container.options("exit").isEmpty()) {
      container.exit(Integer.parseInt(container.option("exit", "")));
    }
  }

  /** Runs until the process is ended. */
  public static void main(String[] arguments) throws Exception {
    if (List.of(arguments).contains("--deaf")) {
      Runtime.getRuntime().addShutdownHook(new Thread(DemoApp::waitForever));
    }
    new DemoApp(Container.ofProcess(arguments));
    waitForever();
  }

  @Override
  public void close() {
    control.close();
    synchronized (ports) {
      ports.values().forEach(Port::shut);
    }
  }

  private String behaviourOnDisk(String[] listen) throws IOException {
    var directory = container.option("behaviour", "");
    if (!directory.isEmpty()) {
      var file = container.file(directory).resolve(listen[0]);
      if (Files.exists(file)) {
        return Files.readString(file);
      }
    }
    return listen.length > 1 ? listen[1] : "plain";
  }

  private void behave(int number, Behaviour behaviour) throws IOException {
    synchronized (ports) {
      var port = ports.get(number);
      if (port == null) {
        throw new IllegalArgumentException("no --listen for port " + number);
      }
      port.become(behaviour);
    }
    container.log().println(number + ": " + behaviour);
  }

  private void control(HttpExchange exchange) throws IOException {
    var request = exchange.getRequestURI().getPath();
    if (request.equals("/healthz")) {
      HttpDoor.answer(exchange, healthy ? 200 : 503, null, "");
      return;
    }
    var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (request.startsWith("/behaviour/")) {
        var number = Integer.parseInt(request.substring("/behaviour/".length()));
        behave(number, Behaviour.parse(body));
      } else if (request.equals("/health")) {
        healthy = body.strip().equals("ok");
      } else if (request.startsWith("/files/")) {
        file(exchange, request.substring("/files".length()));
        return;
      } else if (request.equals("/environment")) {
        var lines = new TreeMap<>(container.environment()).toString().replace(", ", "\n");
        HttpDoor.answer(exchange, 200, null, lines.substring(1, lines.length() - 1));
        return;
      } else if (request.equals("/exit")) {
        // unanswered, as by any process that ends
        container.exit(Integer.parseInt(body.strip()));
      } else {
        HttpDoor.answer(exchange, 404, null, "");
        return;
      }
      HttpDoor.answer(exchange, 200, null, "");
    } catch (IllegalArgumentException e) {
      HttpDoor.answer(exchange, 400, null, e.getMessage() + "\n");
    }
  }

  private void file(HttpExchange exchange, String name) throws IOException {
    var file = container.file(name);
    if (!Files.exists(file)) {
      HttpDoor.answer(exchange, 404, null, "");
      return;
    }
    var mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    exchange.getResponseHeaders().set("X-Mode", mode);
    if (Files.isDirectory(file)) {
      try (var names = Files.list(file)) {
        var sorted = names.map(path -> path.getFileName().toString()).sorted().toList();
        HttpDoor.answer(exchange, 200, null, String.join("\n", sorted));
      }
    } else {
      HttpDoor.answer(exchange, 200, null, Files.readString(file));
    }
  }

  private static void waitForever() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** One port, and how many scrapes it has answered. */
  private final class Port {

    private final int number;
    private final AtomicLong scrapes = new AtomicLong();
    private @Nullable HttpDoor door;

    Port(int number) {
      this.number = number;
    }

    void become(Behaviour behaviour) throws IOException {
      shut();
      var address = container.address();
      door =
          switch (behaviour.connection()) {
            case PLAIN -> HttpDoor.plain(address, number, e -> answer(e, behaviour));
            case MTLS -> mutualTls(behaviour);
            case HANG -> HttpDoor.plain(address, number, e -> waitForever());
            case DOWN -> null;
          };
    }

    void shut() {
      if (door != null) {
        door.close();
        door = null;
      }
    }

    private HttpDoor mutualTls(Behaviour behaviour) throws IOException {
      try {
        var tls = MeshTls.of(container.file(container.option("certs", "/etc/certs")));
        var version = container.option("tls", "");
        return version.isEmpty()
            ? HttpDoor.mutualTls(container.address(), number, tls, e -> answer(e, behaviour))
            : HttpDoor.behindFront(
                container.address(), number, tls, version, e -> answer(e, behaviour));
      } catch (GeneralSecurityException e) {
        throw new IOException("the certificates for mtls cannot be used", e);
      }
    }

    private void answer(HttpExchange exchange, Behaviour behaviour) throws IOException {
      if (!paths.contains(exchange.getRequestURI().getPath())) {
        HttpDoor.answer(exchange, 404, null, "404 page not found\n");
        return;
      }
      switch (behaviour.answer()) {
        case Behaviour.METRICS -> HttpDoor.answer(exchange, 200, METRICS_TEXT, metrics(behaviour));
        case Behaviour.MANY ->
            HttpDoor.answer(exchange, 200, METRICS_TEXT, metrics(behaviour) + MANY_SAMPLES);
        case Behaviour.HTML ->
            HttpDoor.answer(exchange, 200, "text/html", "<!DOCTYPE html><title>App</title>\n");
        default -> HttpDoor.answer(exchange, Integer.parseInt(behaviour.answer()), null, "");
      }
    }

    private String metrics(Behaviour behaviour) {
      var connection = behaviour.connection().name().toLowerCase(Locale.ROOT);
      return """
          # HELP demo_scrapes_total How often this port was scraped.
          # TYPE demo_scrapes_total counter
          demo_scrapes_total{app="%s",app_port="%d",connection="%s"} %d
          """
          .formatted(name, number, connection, scrapes.incrementAndGet());
    }
  }
}
