package io.appmetrics.operator.demo;

import io.appmetrics.operator.cluster.Cluster;
import io.appmetrics.operator.cluster.program.Lifeline;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** The operator's jar as a process of its own, with the rights of its ServiceAccount. */
final class OperatorProcess {
  static final String NAMESPACE = "appmetrics-system";
  static final String SERVICE_ACCOUNT = "appmetrics-operator";
  static final Path JAR = Path.of("target", "appmetrics-operator.jar");

  /** {@code --keep} may be for a working day. */
  private static final Duration TOKEN = Duration.ofHours(24);

  /** As for the story itself: on a busy machine a second compiler costs more than it gains. */
  static final List<String> SHORT_LIVED = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

  private static final int TAIL_LINES = 12;
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /** The file that it logs to, below the demo's directory. */
  static final String LOG = "operator.log";

  private final Process process;
  private final Path log;
  private final URI readiness;
  private final HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build();

  private OperatorProcess(Process process, Path log, int port) {
    this.process = process;
    this.log = log;
    this.readiness = URI.create("http://127.0.0.1:" + port + "/readyz");
  }

  /** Starts it; it ends with this JVM, however that ends. */
  static OperatorProcess start(Cluster cluster, Path directory) {
    try {
      var kubeconfig =
          cluster
              .admin()
              .withToken(token(cluster))
              .writeTo(directory.resolve("operator.kubeconfig"));
      var log = directory.resolve(LOG);
      var port = freePort();
      var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
      var builder =
          Lifeline.tie(
                  Stream.of(List.of(java), SHORT_LIVED, List.of("-jar", JAR.toString()))
                      .flatMap(List::stream)
                      .toList())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile());
      var environment = builder.environment();
      // the user's own settings, or those of a pod that this may be, are for another operator
      environment
          .keySet()
          .removeIf(name -> name.startsWith("APPMETRICS_") || name.startsWith("KUBERNETES_"));
      environment.put("KUBECONFIG", kubeconfig.toString());
      environment.put("APPMETRICS_HTTP_ADDRESS", "127.0.0.1:" + port);
      return new OperatorProcess(builder.start(), log, port);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** True when it says that it does its work. */
  boolean isReady() {
    try {
      var request = HttpRequest.newBuilder(readiness).timeout(PATIENCE).build();
      return http.send(request, BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false; // not listening yet
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Where it logs. */
  Path log() {
    return log;
  }

  /**
   * Goes on while it runs.
   *
   * @throws StepFailed when it has ended
   */
  void mustRun() {
    StepFailed.unless(
        process.isAlive(),
        "the operator to run",
        "it ended; the end of its log:" + System.lineSeparator() + tail());
  }

  /** The end of its log. */
  String tail() {
    try {
      var lines = Files.readAllLines(log);
      return String.join(
          System.lineSeparator(),
          lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
    } catch (IOException e) {
      return "no log: " + e;
    }
  }

  private static String token(Cluster cluster) {
    return cluster
        .client()
        .serviceAccounts()
        .inNamespace(NAMESPACE)
        .withName(SERVICE_ACCOUNT)
        .tokenRequest(
            new TokenRequestBuilder()
                .withNewSpec()
                .withExpirationSeconds(TOKEN.toSeconds())
                .endSpec()
                .build())
        .getStatus()
        .getToken();
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
