package io.appmetrics.operator.scrapeconfig;

import java.util.regex.Pattern;

/** Writes texts: plain, in quotes, or as lines. */
final class AnyScalar {

  private static final Pattern PLAIN =
      Pattern.compile(
          "(?!(?:~|null|Null|NULL)$)[A-Za-z0-9_/.*é][A-Za-z0-9_/.*:|é;()+-]*( [A-Za-z0-9]+)*");
  private static final Pattern LINES = Pattern.compile("(?s)[A-Za-z#].*");

  private final Chances chances;
  private boolean endsInLines;

  AnyScalar(Chances chances) {
    this.chances = chances;
  }

  /** Whether what was written last ends in lines, to which all that follows may belong. */
  boolean endsInLines() {
    return endsInLines;
  }

  String key(String key) {
    endsInLines = false;
    return chances.one(10) ? quoted(key, -1) : key.equals("match[]") ? "match[]" : key;
  }

  String flowKey(String key) {
    return chances.one(4) || key.equals("match[]") ? quoted(key, -1) : key;
  }

  String inFlow(String text) {
    endsInLines = false;
    if (text.isEmpty()) {
      return chances.pick("''", "\"\"");
    }
    return isPlain(text) && !text.contains("|") && chances.one(2) ? text : quoted(text, -1);
  }

  String json(String text) {
    endsInLines = false;
    return '"' + escaped(text) + '"';
  }

  /** With the space before it. */
  String value(String text, int column, boolean behindDash) {
    endsInLines = false;
    if (LINES.matcher(text).matches() && chances.one(text.contains("\n") ? 2 : 12)) {
      return lines(text, column);
    }
    var tag = chances.one(30) ? "!!str " : "";
    var space = chances.pick(" ", " ", "  ", behindDash ? " " : "\t");
    if (text.isEmpty()) {
      return chances.pick(" ''", " \"\"", " !!str ''");
    }
    return space
        + tag
        + (isPlain(text) && chances.one(2) ? folded(text, column) : quoted(text, column));
  }

  private boolean isPlain(String text) {
    return PLAIN.matcher(text).matches()
        && !text.contains(": ")
        && !text.endsWith(":")
        && !text.startsWith("*");
  }

  private String quoted(String text, int column) {
    return text.contains("\n") || chances.one(2)
        ? '"' + folded(escaped(text), column) + '"'
        : "'" + folded(text.replace("'", "''"), column) + "'";
  }

  /** One space becomes a line break, where a letter follows, and none precedes. */
  private String folded(String text, int column) {
    var at = text.indexOf(' ', text.length() / 2);
    return column < 0
            || at <= 0
            || at + 1 >= text.length()
            || !Character.isLetter(text.charAt(at + 1))
            || !Character.isLetterOrDigit(text.charAt(at - 1))
            || !chances.one(3)
        ? text
        : text.substring(0, at)
            + chances.pick("\n", " \n")
            + " ".repeat(column + 1 + chances.upTo(3))
            + text.substring(at + 1);
  }

  private String escaped(String text) {
    var escaped = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              if (c == '"' || c == '\\') {
                escaped.append('\\').appendCodePoint(c);
              } else if (c == '\n') {
                escaped.append("\\n");
              } else if (c > 0xFFFF && chances.one(2)) {
                escaped.append("\\U%08X".formatted(c));
              } else if (c > 0x7F && c <= 0xFFFF && chances.one(2)) {
                escaped.append("\\u%04x".formatted(c));
              } else {
                escaped.appendCodePoint(c);
              }
            });
    return escaped.toString();
  }

  private String lines(String text, int column) {
    endsInLines = true;
    var body = text.stripTrailing();
    var trailing = text.length() - body.length();
    var chomp = trailing == 0 ? "-" : trailing == 1 ? chances.pick("", "+") : "+";
    var style = body.contains("\n") ? "|" : chances.pick("|", ">");
    var indent = " ".repeat(column + 1 + chances.upTo(3));
    var written = new StringBuilder(" " + style + chomp + chances.pick("", "", " # lines"));
    body.lines().forEach(line -> written.append('\n').append(line.isEmpty() ? "" : indent + line));
    return written + "\n".repeat(Math.max(0, trailing - 1));
  }
}
