package io.appmetrics.operator.prometheus;

import static org.awaitility.Awaitility.await;

import io.appmetrics.operator.cluster.program.Binaries;
import io.appmetrics.operator.cluster.program.Binary;
import io.appmetrics.operator.cluster.program.Lifeline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A real Prometheus without a cluster around it: pod discovery finds nothing, unless the
 * configuration names an API server; all else works.
 */
public final class LonePrometheus implements AutoCloseable {

  private final Path config;
  private final Process process;
  private final URI base;

  private LonePrometheus(Path config, Process process, URI base) {
    this.config = config;
    this.process = process;
    this.base = base;
  }

  /** Starts it and waits until it is ready. */
  public static LonePrometheus start(Binary version, Path directory, String config, String... flags)
      throws IOException {
    var file = directory.resolve("prometheus.yml");
    Files.writeString(file, config);
    var address = "127.0.0.1:" + freePort();
    var command =
        new ArrayList<>(
            List.of(
                new Binaries().get(version).toString(),
                "--config.file=" + file,
                "--storage.tsdb.path=" + directory.resolve("data"),
                "--web.listen-address=" + address));
    if (version != Binary.PROMETHEUS_2_5) {
      // hidden; else a pool comes up to 5 s after its job
      command.add("--scrape.discovery-reload-interval=1s");
    }
    command.addAll(List.of(flags));
    var log = directory.resolve("log").toFile();
    var process =
        Lifeline.tie(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log)
            .start();
    var prometheus = new LonePrometheus(file, process, URI.create("http://" + address));
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () -> {
              if (!process.isAlive()) {
                throw new IllegalStateException(
                    "Prometheus ended: " + Files.readString(log.toPath()));
              }
              return Files.readString(log.toPath()).contains("Server is ready");
            });
    return prometheus;
  }

  /** What it has printed. */
  public String log() throws IOException {
    return Files.readString(config.resolveSibling("log"));
  }

  static PrometheusApi api() {
    return new PrometheusApi(
        HttpClient.newHttpClient(), Duration.ofSeconds(10), Duration.ofSeconds(30));
  }

  /** Where it answers. */
  public URI base() {
    return base;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  void write(String text) {
    try {
      Files.writeString(config, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      // its directory is deleted next, and it writes until its end
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
