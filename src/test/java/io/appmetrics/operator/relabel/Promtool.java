package io.appmetrics.operator.relabel;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.appmetrics.operator.cluster.program.Binaries;
import io.appmetrics.operator.cluster.program.Binary;
import io.appmetrics.operator.cluster.program.Lifeline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * promtool, which judges configurations, and tells what discovery and rules make, drop or refuse.
 */
public final class Promtool {

  private static final ObjectMapper JSON = new ObjectMapper();

  private Promtool() {}

  /** What it says against a configuration; empty when nothing. */
  public static String complaint(Path config) {
    return complaint(List.of(config));
  }

  /** What it says against any of several configurations; empty when nothing. */
  public static String complaint(List<Path> configs) {
    var arguments = new ArrayList<>(List.of("check", "config", "--syntax-only"));
    configs.forEach(config -> arguments.add(config.toString()));
    var process = run(configs.get(0), arguments.toArray(String[]::new));
    return process.code() == 0 ? "" : process.errors();
  }

  /** What becomes of each discovered target of a job; it takes the whole time to look. */
  static JsonNode discovery(Path config, String job, int seconds) {
    var process =
        run(
            config,
            "check",
            "service-discovery",
            "--timeout=" + seconds + "s",
            config.toString(),
            job);
    if (process.code() != 0) {
      throw new IllegalStateException(process.errors());
    }
    try {
      return JSON.readTree(process.output());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private record Ended(int code, String output, String errors) {}

  private static Ended run(Path config, String... arguments) {
    var command = new ArrayList<>(List.of(new Binaries().get(Binary.PROMTOOL).toString()));
    command.addAll(List.of(arguments));
    try {
      var errors = Files.createTempFile(config.toAbsolutePath().getParent(), "promtool", ".log");
      var process = Lifeline.tie(command).redirectError(errors.toFile()).start();
      var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Ended(process.waitFor(), output, Files.readString(errors));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
