package io.appmetrics.operator.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The script demo, up to where it would build and start something. */
class ScriptTest {

  private record Answer(int code, String out, String err) {}

  @Test
  void help_is_told_without_a_build() throws Exception {
    for (var option : List.of("--help", "-h")) {
      var answer = demo(Map.of(), option);
      assertThat(answer.code()).isZero();
      assertThat(answer.out())
          .startsWith("Usage: ./demo [istio-1.0] [--keep]")
          .contains("Exit code: 0 ");
      assertThat(answer.err()).isEmpty();
    }
  }

  @Test
  void an_unknown_option_is_refused() throws Exception {
    for (var arguments : List.of(List.of("--kep"), List.of("--keep", "now"), List.of(""))) {
      var answer = demo(Map.of(), arguments.toArray(String[]::new));
      assertThat(answer.code()).isEqualTo(2);
      assertThat(answer.out()).isEmpty();
      assertThat(answer.err())
          .startsWith("demo: there is no option " + arguments.get(arguments.size() - 1) + "\n")
          .contains("Usage: ./demo [istio-1.0] [--keep]");
    }
  }

  @Test
  void without_java_it_says_what_to_install() throws Exception {
    var answer = demo(Map.of("PATH", "/nowhere", "JAVA_HOME", ""));
    assertThat(answer)
        .isEqualTo(
            new Answer(1, "", "demo: java is missing: install a JDK, version 17 or later\n"));
  }

  private static Answer demo(Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    var words =
        Stream.concat(
                Stream.of("/bin/bash", Path.of("demo").toAbsolutePath().toString()),
                Stream.of(arguments))
            .toList();
    var builder = new ProcessBuilder(words);
    builder.environment().putAll(environment);
    var process = builder.start();
    process.getOutputStream().close();
    var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    var err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Answer(process.waitFor(), out, err);
  }
}
