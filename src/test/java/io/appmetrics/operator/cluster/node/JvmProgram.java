package io.appmetrics.operator.cluster.node;

import io.appmetrics.operator.cluster.app.Container;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** A program that runs inside this JVM; killed, it ends as gracefully as terminated. */
record JvmProgram(Main main) implements Program {

  private static final int TERMINATED = 143;
  private static final int KILLED = 137;

  /** Its constructor: what it starts is ended by closing it. */
  interface Main {
    AutoCloseable start(Container container) throws IOException;
  }

  @Override
  public Running start(ContainerInstance instance) throws IOException {
    var log = new PrintStream(instance.log().toFile(), StandardCharsets.UTF_8);
    var ended = new CompletableFuture<Integer>();
    var program = main.start(new Inside(instance, log, ended));
    // closed first: the next start needs its ports; and not on the caller's thread, which may be
    // the
    // program's own
    var exit =
        ended.thenApplyAsync(
            code -> {
              close(program, log);
              return code;
            });
    return new Running() {
      @Override
      public CompletableFuture<Integer> exit() {
        return exit;
      }

      @Override
      public void terminate() {
        if (!instance.arguments().contains("--deaf")) {
          ended.complete(TERMINATED);
        }
      }

      @Override
      public void kill() {
        ended.complete(KILLED);
      }
    };
  }

  private static void close(AutoCloseable program, PrintStream log) {
    try {
      program.close();
    } catch (Exception e) {
      e.printStackTrace(log);
    }
    log.close();
  }

  private record Inside(
      ContainerInstance instance, PrintStream log, CompletableFuture<Integer> ended)
      implements Container {

    @Override
    public List<String> arguments() {
      return instance.arguments();
    }

    @Override
    public Map<String, String> environment() {
      return instance.environment();
    }

    @Override
    public String address() {
      return instance.address();
    }

    @Override
    public Path file(String path) {
      return instance.file(path);
    }

    @Override
    public void exit(int code) {
      ended.complete(code);
    }
  }
}
