package io.appmetrics.operator.cluster.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LifelineTest {

  /** Stands for the JVM that starts programs and is killed. */
  static final class Parent {
    private Parent() {}

    public static void main(String[] arguments) throws Exception {
      var program = Lifeline.tie(List.of("sh", "-c", "sleep 600; true")).start();
      Lifeline.sweep(arguments[0]).start();
      await().until(() -> program.descendants().anyMatch(LifelineTest::sleeps));
      Files.writeString(Path.of(arguments[1]), Long.toString(program.pid()));
      program.waitFor();
    }
  }

  @Test
  void a_program_keeps_its_exit_code_and_takes_signals() throws Exception {
    var ended = Lifeline.tie(List.of("sh", "-c", "exit 7")).start();
    assertThat(ended.waitFor()).isEqualTo(7);

    var terminated = Lifeline.tie(List.of("sleep", "600")).start();
    terminated.destroy();
    assertThat(terminated.waitFor(5, TimeUnit.SECONDS)).isTrue();
    assertThat(terminated.exitValue()).isEqualTo(128 + 15);
  }

  @Test
  void when_the_jvm_is_killed_its_programs_and_its_directory_go_too(@TempDir Path temporary)
      throws IOException, InterruptedException {
    var swept = temporary.resolve("swept");
    Files.createDirectories(swept.resolve("below"));
    var pidFile = temporary.resolve("pid");
    var parent =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Parent.class.getName(),
                swept.toString(),
                pidFile.toString())
            .inheritIO()
            .start();
    await().until(() -> Files.exists(pidFile) && Files.size(pidFile) > 0);
    var program = ProcessHandle.of(Long.parseLong(Files.readString(pidFile))).orElseThrow();
    assertThat(program.isAlive()).isTrue();
    var child = program.descendants().filter(LifelineTest::sleeps).findAny().orElseThrow();

    parent.destroyForcibly().waitFor(); // SIGKILL: no shutdown hook runs

    await().until(() -> !program.isAlive());
    await().until(() -> !child.isAlive());
    await().until(() -> !Files.exists(swept));
  }

  private static boolean sleeps(ProcessHandle process) {
    return process.info().command().filter(command -> command.endsWith("sleep")).isPresent();
  }
}
