package io.appmetrics.operator.cluster.node;

import io.appmetrics.operator.cluster.program.Directories;
import io.appmetrics.operator.cluster.program.Lifeline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;

/**
 * The real Prometheus, with the pod's directory as its root, so that every path is the manifest's.
 *
 * <p>Pods have no network namespace here: where the manifest lets Prometheus listen on every
 * address, it listens on the pod's; and {@code localhost} is the pod's address in /etc/hosts.
 */
record PrometheusProgram(Path binary, Root root) implements Program {

  private static final String LISTEN = "--web.listen-address=";
  private static final Pattern EVERY_ADDRESS = Pattern.compile("(0\\.0\\.0\\.0|\\[::\\])?:(\\d+)");

  // what the image's Dockerfile has as CMD
  private static final List<String> DEFAULT_ARGUMENTS =
      List.of("--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus");

  @Override
  public boolean needsRoot() {
    return true;
  }

  @Override
  public Running start(ContainerInstance container) throws IOException {
    var directory = container.podDirectory();
    lay(container, directory);
    var command = new ArrayList<>(root.enter(directory));
    command.add("/bin/prometheus");
    command.addAll(arguments(container));
    var builder =
        Lifeline.tie(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(container.log().toFile());
    builder.environment().clear();
    builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    builder.environment().putAll(container.environment());
    var process = builder.start();
    var exit = process.onExit().thenApply(Process::exitValue);
    return new Running() {
      @Override
      public CompletableFuture<Integer> exit() {
        return exit;
      }

      @Override
      public void terminate() {
        process.destroy();
      }

      @Override
      public void kill() {
        process.destroyForcibly();
      }
    };
  }

  private static List<String> arguments(ContainerInstance container) {
    var given = container.arguments().isEmpty() ? DEFAULT_ARGUMENTS : container.arguments();
    var arguments = new ArrayList<String>();
    var listens = false;
    for (var argument : given) {
      if (!argument.startsWith(LISTEN)) {
        arguments.add(argument);
        continue;
      }
      listens = true;
      var every = EVERY_ADDRESS.matcher(argument.substring(LISTEN.length()));
      arguments.add(
          every.matches() ? LISTEN + container.address() + ":" + every.group(2) : argument);
    }
    if (!listens) {
      arguments.add(LISTEN + container.address() + ":9090");
    }
    return arguments;
  }

  /**
   * A fresh root: what an earlier start wrote outside of volumes is gone, as in a real container.
   */
  private void lay(ContainerInstance container, Path directory) throws IOException {
    try (var present = Files.list(directory)) {
      for (var path : present.toList()) {
        if (!path.getFileName().toString().equals(ContainerInstance.VOLUMES)) {
          Directories.delete(path);
        }
      }
    }
    for (var name : List.of("bin", "etc", "tmp", "prometheus")) {
      Files.createDirectory(directory.resolve(name));
    }
    copy(binary, directory.resolve("bin/prometheus"));
    Files.writeString(
        directory.resolve("etc/hosts"),
        "%1$s localhost%n%1$s %2$s%n".formatted(container.address(), container.podName()));
    for (var mount : container.mounts()) {
      var target = directory.resolve(Path.of("/").relativize(Path.of(mount.path())));
      Files.createDirectories(target.getParent());
      // absolute, and therefore the same from inside
      Files.createSymbolicLink(target, Path.of("/").resolve(directory.relativize(mount.source())));
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try {
      Files.createLink(to, from);
    } catch (IOException | UnsupportedOperationException e) {
      Files.copy(from, to); // another file system
    }
  }
}
