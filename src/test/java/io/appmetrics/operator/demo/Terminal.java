package io.appmetrics.operator.demo;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the story is told: lines, each with the time at which it happened. The same text goes to a
 * terminal and into a pipe; on a terminal there are colours, long lines are broken, and one more
 * line says what is being waited for.
 */
final class Terminal {
  private static final int MARGIN = 10;
  private static final int NARROWEST = 60;
  private static final String ERASE = "\r\033[K";

  /** How a piece of text looks. */
  enum Colour {
    PLAIN(""),
    BOLD("1"),
    FAINT("2"),
    RED("1;31"),
    GREEN("32");

    private final String code;

    Colour(String code) {
      this.code = code;
    }
  }

  private final PrintStream out;
  private final Stopwatch time;
  private final boolean live;
  private final boolean colours;
  private final int width;
  private boolean ended;
  private String waiting = "";

  /**
   * Tells on {@code out}.
   *
   * @param live whether a line can be written over
   * @param width in characters; 0 for lines that are never broken
   */
  Terminal(PrintStream out, Stopwatch time, boolean live, boolean colours, int width) {
    this.out = out;
    this.time = time;
    this.live = live;
    this.colours = colours;
    this.width = width == 0 ? Integer.MAX_VALUE : Math.max(width, NARROWEST);
  }

  /** A heading, after an empty line. */
  synchronized void heading(String text) {
    print("");
    print(paint(text, Colour.BOLD));
  }

  /** Something that happens now. */
  synchronized void event(String text) {
    wrapped("%8s  ".formatted(Stopwatch.seconds(time.elapsed())), text, Colour.PLAIN);
  }

  /** The same in a colour. */
  synchronized void event(String text, Colour colour) {
    wrapped("%8s  ".formatted(Stopwatch.seconds(time.elapsed())), text, colour);
  }

  /** What explains the line before. */
  synchronized void detail(String text) {
    wrapped(" ".repeat(MARGIN), text, Colour.PLAIN);
  }

  /** The same in a colour. */
  synchronized void detail(String text, Colour colour) {
    wrapped(" ".repeat(MARGIN), text, colour);
  }

  /** A line that keeps its spaces and its colours, below the times. */
  synchronized void verbatim(String text) {
    print(" ".repeat(MARGIN) + text);
  }

  /** A line of a list, under a word. */
  synchronized void entry(String word, String text) {
    wrapped("%8s  ".formatted(word), text, Colour.PLAIN);
  }

  /** A row of a table with the time before it. */
  synchronized void row(String text) {
    print("%8s  %s".formatted(Stopwatch.seconds(time.elapsed()), text));
  }

  /** What is waited for; only on a terminal, and gone with the next line. */
  synchronized void waiting(String text) {
    if (!live || ended) {
      return;
    }
    waiting = text;
    var line = "%8s  %s".formatted(Stopwatch.seconds(time.elapsed()), text);
    // one column less: a full line would make the terminal go to the next one
    var room = Math.min(line.length(), width - 1);
    out.print(ERASE + paint(line.substring(0, room), Colour.FAINT));
    out.flush();
  }

  /** Nothing is told any more: the process is ending, and what fails now is no news. */
  synchronized void end(String last) {
    if (!ended) {
      print(last);
      ended = true;
    }
  }

  String paint(String text, Colour colour) {
    return colours && !colour.code.isEmpty() ? "\033[" + colour.code + "m" + text + "\033[m" : text;
  }

  private void wrapped(String first, String text, Colour colour) {
    var margin = first;
    for (var line : lines(text, width - MARGIN)) {
      print(margin + paint(line, colour));
      margin = " ".repeat(MARGIN);
    }
  }

  private void print(String line) {
    if (ended) {
      return;
    }
    if (!waiting.isEmpty()) {
      out.print(ERASE);
      waiting = "";
    }
    out.println(line);
    out.flush();
  }

  /** Breaks at spaces; a word that is too long stays whole, so that it can be copied. */
  private static List<String> lines(String text, int room) {
    var lines = new ArrayList<String>();
    for (var paragraph : text.split("\\R", -1)) {
      var line = new StringBuilder();
      for (var word : paragraph.split(" ", -1)) {
        if (line.length() > 0 && line.length() + 1 + word.length() > room) {
          lines.add(line.toString());
          line.setLength(0);
        } else if (line.length() > 0) {
          line.append(' ');
        }
        line.append(word);
      }
      lines.add(line.toString());
    }
    return lines;
  }
}
