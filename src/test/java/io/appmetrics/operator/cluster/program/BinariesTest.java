package io.appmetrics.operator.cluster.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BinariesTest {

  private Path home;
  private final ByteArrayOutputStream told = new ByteArrayOutputStream();
  private Path path;

  @BeforeEach
  void directories(@TempDir Path directory) throws IOException {
    home = directory;
    path = Files.createDirectory(home.resolve("path"));
  }

  @Test
  void builds_once_for_all_who_ask_at_the_same_time() throws IOException {
    fakeGo(
        """
        echo built >>"$HOME/builds"
        while [ "$1" != -o ]; do shift; done
        test -s go.mod && test -s go.sum && echo '#!/bin/sh' >"$2" && chmod +x "$2"
        """);

    var first = CompletableFuture.supplyAsync(() -> binaries().get(Binary.ETCD));
    var second = CompletableFuture.supplyAsync(() -> binaries().get(Binary.ETCD));

    assertThat(first.join()).isExecutable().isEqualTo(second.join());
    assertThat(binaries().get(Binary.ETCD)).isEqualTo(first.join());
    assertThat(home.resolve("builds")).hasContent("built");
    assertThat(told.toString(StandardCharsets.UTF_8))
        .matches("building etcd 3\\.6\\.16 \\(about 60 s, once\\) \\.\\.\\. done in \\d+ s\\n");
  }

  @Test
  void a_failing_build_shows_the_end_of_what_go_said_and_where_the_rest_is() throws IOException {
    fakeGo("for i in $(seq 40); do echo line $i; done; echo 'go: no such module' >&2; exit 1\n");

    assertThatThrownBy(() -> binaries().get(Binary.PROMETHEUS_2))
        .isInstanceOf(BinaryMissing.class)
        .hasMessageContaining("go could not build prometheus 2.42.0")
        .hasMessageContaining(".cache/appmetrics-operator/log/prometheus-2.42.0.log")
        .hasMessageContaining("line 27")
        .hasMessageNotContaining("line 26")
        .hasMessageEndingWith("go: no such module");
  }

  @Test
  void without_go_it_says_what_to_install_or_to_set() {
    assertThatThrownBy(() -> binaries().get(Binary.ETCD))
        .hasMessage(
            "no go on the PATH to build etcd 3.6.16 with: install Go 1.26 or later"
                + " (https://go.dev/dl), or set APPMETRICS_TEST_BINARIES to a directory that has"
                + " etcd-3.6.16/etcd");
  }

  @Test
  void takes_ready_binaries_where_the_variable_says_so() throws IOException {
    var ready = executable(Files.createDirectories(home.resolve("ready/etcd-3.6.16")), "etcd", "");
    var environment = Map.of(Binaries.READY, home.resolve("ready").toString());
    var binaries = new Binaries(environment, BuildProgress.lines(System.err));

    assertThat(binaries.get(Binary.ETCD)).isEqualTo(ready);
    assertThatThrownBy(() -> binaries.get(Binary.PROMTOOL))
        .hasMessageContaining("has no executable prometheus-3.16.0/promtool");
  }

  private Binaries binaries() {
    return new Binaries(
        Map.of("HOME", home.toString(), "PATH", path + ":/nowhere" + shellPath()),
        BuildProgress.lines(new PrintStream(told, true, StandardCharsets.UTF_8)));
  }

  /** The fake needs seq and chmod, but a go of the machine's must not be found. */
  private String shellPath() {
    return Files.exists(path.resolve("go")) ? ":/usr/bin:/bin" : "";
  }

  private void fakeGo(String script) throws IOException {
    executable(path, "go", script);
  }

  private static Path executable(Path directory, String name, String script) throws IOException {
    var file = Files.writeString(directory.resolve(name), "#!/bin/sh\n" + script);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
