package io.appmetrics.operator.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TerminalTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, false, StandardCharsets.UTF_8);
  private final AtomicLong nanoseconds = new AtomicLong();
  private final Stopwatch time = new Stopwatch(nanoseconds::get);

  @Test
  void a_pipe_gets_whole_lines_without_colours_and_without_what_is_waited_for() {
    var terminal = new Terminal(out, time, false, false, 0);
    nanoseconds.set(Duration.ofMillis(12_345).toNanos());

    terminal.waiting("waiting for Godot");
    terminal.event("word ".repeat(40).strip(), Terminal.Colour.RED);
    terminal.detail("why");
    terminal.entry("cure", "a nudge");

    assertThat(text())
        .isEqualTo(
            "  12.3 s  " + "word ".repeat(40).strip() + "\n          why\n    cure  a nudge\n");
  }

  @Test
  void a_terminal_gets_broken_lines_in_colour() {
    var terminal = new Terminal(out, time, true, true, 60);

    terminal.event(
        "word ".repeat(11)
            + "a-word-that-is-too-long-for-any-line-is-kept-whole-so-that-it-can-be-copied",
        Terminal.Colour.RED);

    assertThat(text().lines())
        .containsExactly(
            "   0.0 s  \033[1;31mword word word word word word word word word word\033[m",
            "          \033[1;31mword\033[m",
            "          \033[1;31ma-word-that-is-too-long-for-any-line-is-kept-whole-so-that-it-can-be-copied\033[m");
  }

  @Test
  void what_is_waited_for_gives_way_to_the_next_line() {
    var terminal = new Terminal(out, time, true, false, 80);

    terminal.waiting("waiting for Godot");
    terminal.event("Godot");

    assertThat(text()).isEqualTo("\r\033[K   0.0 s  waiting for Godot\r\033[K   0.0 s  Godot\n");
  }

  @Test
  void nothing_is_told_after_the_end() {
    var terminal = new Terminal(out, time, true, false, 80);

    terminal.end("ending");
    terminal.event("a failure that the end has brought about");
    terminal.waiting("waiting");
    terminal.end("ending");

    assertThat(text()).isEqualTo("ending\n");
  }

  private String text() {
    return bytes.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
  }
}
