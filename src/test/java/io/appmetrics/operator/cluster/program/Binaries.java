package io.appmetrics.operator.cluster.program;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Finds the programs of the test cluster, and builds with Go, once, what is not there yet.
 *
 * <p>Built programs lie in {@code $XDG_CACHE_HOME/appmetrics-operator} (default {@code ~/.cache}),
 * keyed by version and by the hash of go.mod, go.sum and flags. {@value #READY} names a directory
 * of ready ones instead, as {@code etcd-3.6.16/etcd}.
 */
public final class Binaries {

  /** The environment variable that names a directory with ready binaries. */
  public static final String READY = "APPMETRICS_TEST_BINARIES";

  private static final int TAIL_LINES = 15;

  // a file lock is the process', not the thread's: two threads would throw instead of wait
  private static final Object ONE_BUILD = new Object();

  private final Map<String, String> environment;
  private final BuildProgress progress;

  /** Uses the user's environment and tells progress on standard error. */
  public Binaries() {
    this(System.getenv(), BuildProgress.lines(System.err));
  }

  /** Uses the given environment variables in place of the process' own. */
  public Binaries(Map<String, String> environment, BuildProgress progress) {
    this.environment = Map.copyOf(environment);
    this.progress = progress;
  }

  /**
   * The executable; builds it if need be.
   *
   * @throws BinaryMissing when there is none and none can be built; the message says why
   */
  public Path get(Binary binary) {
    var ready = environment.get(READY);
    if (ready != null && !ready.isBlank()) {
      var file = Path.of(ready, binary.module(), binary.program()).toAbsolutePath();
      if (!Files.isExecutable(file)) {
        throw new BinaryMissing(
            "%s=%s has no executable %s/%s: put it there, or unset the variable to have it built"
                .formatted(READY, ready, binary.module(), binary.program()));
      }
      return file;
    }
    try {
      return cached(binary);
    } catch (IOException e) {
      throw new BinaryMissing("cannot build " + binary + " in " + cache() + ": " + e, e);
    }
  }

  private Path cached(Binary binary) throws IOException {
    var module = Module.of(binary);
    var directory = cache().resolve("bin").resolve(binary.module() + "-" + module.key());
    var file = directory.resolve(binary.program());
    if (Files.isExecutable(file)) {
      return file;
    }
    Files.createDirectories(directory);
    synchronized (ONE_BUILD) {
      var lock = directory.resolve(binary.program() + ".lock");
      try (var channel =
          FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        channel.lock(); // until the channel is closed

        // another process may have built it while this one waited for the lock
        if (!Files.isExecutable(file)) {
          build(binary, module, file);
        }
      }
    }
    return file;
  }

  private void build(Binary binary, Module module, Path file) throws IOException {
    var log = cache().resolve("log").resolve(binary.program() + "-" + binary.version() + ".log");
    Files.createDirectories(log.getParent());
    progress.started(binary);
    var began = System.nanoTime();
    var prefix = binary.program() + "-build-";
    // what a build that was killed has left; nobody else builds this program now
    try (var left = Files.newDirectoryStream(file.getParent(), prefix + "*")) {
      for (var directory : left) {
        Directories.delete(directory);
      }
    }
    var scratch = Files.createTempDirectory(file.getParent(), prefix);
    try {
      module.write(scratch);
      var output = scratch.resolve(binary.program());
      var command = new ArrayList<>(List.of(go(binary)));
      command.addAll(binary.buildArguments());
      command.addAll(List.of("-o", output.toString(), binary.goPackage()));
      run(binary, command, scratch, log);
      // renamed when whole: nobody sees half a program, and a killed build leaves none
      Files.move(output, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Directories.delete(scratch);
    }
    progress.finished(binary, Duration.ofNanos(System.nanoTime() - began));
  }

  private String go(Binary binary) {
    return Arrays.stream(environment.getOrDefault("PATH", "").split(":"))
        .filter(directory -> !directory.isEmpty())
        .map(directory -> Path.of(directory, "go"))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(
            () ->
                new BinaryMissing(
                    "no go on the PATH to build %s with: install Go 1.26 or later (https://go.dev/dl), or set %s to a directory that has %s/%s"
                        .formatted(binary, READY, binary.module(), binary.program())))
        .toString();
  }

  private void run(Binary binary, List<String> command, Path directory, Path log)
      throws IOException {
    var builder = Lifeline.tie(command).directory(directory.toFile());
    var variables = builder.environment();
    variables.clear();
    variables.putAll(environment);
    variables.put("CGO_ENABLED", "0");
    variables.put("GOFLAGS", "-buildvcs=false");
    // a workspace of the user's would replace what our go.mod pins
    variables.put("GOWORK", "off");
    // else a build that is killed leaves its files in /tmp
    variables.put("GOTMPDIR", directory.toString());
    var process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      if (process.waitFor() == 0) {
        return;
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new BinaryMissing("interrupted while building " + binary, e);
    }
    var lines = Files.readAllLines(log);
    var tail = lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size());
    throw new BinaryMissing(
        "go could not build %s; the end of its output, all of which is in %s:%n  %s"
            .formatted(binary, log, String.join(System.lineSeparator() + "  ", tail)));
  }

  /** The cache directory of the user. */
  private Path cache() {
    var xdg = environment.get("XDG_CACHE_HOME");
    var base =
        xdg != null && !xdg.isBlank()
            ? Path.of(xdg)
            : Path.of(environment.getOrDefault("HOME", System.getProperty("user.home")), ".cache");
    return base.resolve("appmetrics-operator").toAbsolutePath();
  }

  /** The module files that pin a binary, as they lie on the class path. */
  private record Module(String mod, String sum, String key) {

    static Module of(Binary binary) throws IOException {
      var mod = read(binary, "go.mod");
      var sum = read(binary, "go.sum");
      try {
        var digest = MessageDigest.getInstance("SHA-256");
        var flags = String.join(" ", binary.buildArguments());
        digest.update((mod + sum + flags).getBytes(StandardCharsets.UTF_8));
        return new Module(mod, sum, HexFormat.of().formatHex(digest.digest(), 0, 6));
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException(e);
      }
    }

    void write(Path directory) throws IOException {
      Files.writeString(directory.resolve("go.mod"), mod);
      Files.writeString(directory.resolve("go.sum"), sum);
    }

    private static String read(Binary binary, String file) throws IOException {
      var name = "/cluster-modules/" + binary.module() + "/" + file;
      try (InputStream in = Binaries.class.getResourceAsStream(name)) {
        if (in == null) {
          throw new IOException("no " + name + " on the class path");
        }
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
      }
    }
  }
}
