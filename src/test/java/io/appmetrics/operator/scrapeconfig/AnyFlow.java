package io.appmetrics.operator.scrapeconfig;

import java.util.IdentityHashMap;
import java.util.List;

/**
 * Writes in brackets and braces: JSON, in one line or indented by whatever, or what nobody writes.
 */
final class AnyFlow {

  private final Chances chances;
  private final AnyScalar scalars;
  private final IdentityHashMap<Object, String> anchors;

  /** How much of a mess it is. */
  private enum Way {
    JSON_LINE,
    JSON,
    JSON_TABS,
    ONE_LINE,
    FREE
  }

  AnyFlow(Chances chances, AnyScalar scalars, IdentityHashMap<Object, String> anchors) {
    this.chances = chances;
    this.scalars = scalars;
    this.anchors = anchors;
  }

  /**
   * The text of a map or a list.
   *
   * @param column of what it belongs to
   */
  String text(Object value, int column) {
    var text = new StringBuilder();
    collection(text, chances.pick(Way.values()), value, column + 1);
    return text.toString();
  }

  private void write(StringBuilder text, Way way, Object value, int depth) {
    if (value == AnyConfig.Nothing.NULL) {
      text.append(way == Way.FREE || way == Way.ONE_LINE ? chances.pick("", "~", "null") : "null");
    } else if (value instanceof String string) {
      text.append(
          way == Way.FREE || way == Way.ONE_LINE ? scalars.inFlow(string) : scalars.json(string));
    } else if (anchors.containsKey(value) && chances.one(2)) {
      text.append('*').append(anchors.get(value)).append(' ');
    } else {
      collection(text, way, value, depth);
    }
  }

  private void collection(StringBuilder text, Way way, Object value, int depth) {
    if (value instanceof List<?> list) {
      text.append('[');
      for (var i = 0; i < list.size(); i++) {
        space(text, way, depth + 1);
        write(text, way, list.get(i), depth + 1);
        comma(text, way, i + 1 == list.size());
      }
      space(text, way, depth);
      text.append(']');
    } else {
      text.append('{');
      var entries = AnyYaml.entries(value);
      for (var i = 0; i < entries.size(); i++) {
        space(text, way, depth + 1);
        key(text, way, entries.get(i).getKey());
        write(text, way, entries.get(i).getValue(), depth + 1);
        comma(text, way, i + 1 == entries.size());
      }
      space(text, way, depth);
      text.append('}');
    }
  }

  private void key(StringBuilder text, Way way, String key) {
    switch (way) {
      case JSON_LINE -> text.append(scalars.json(key)).append(':');
      case JSON, JSON_TABS -> text.append(scalars.json(key)).append(": ");
      case ONE_LINE -> text.append(scalars.flowKey(key)).append(": ");
      case FREE ->
          text.append(scalars.flowKey(key)).append(chances.pick(": ", " : ", ":\t", ":\n   "));
    }
  }

  private void comma(StringBuilder text, Way way, boolean last) {
    var json = way != Way.FREE && way != Way.ONE_LINE;
    if (!last || (!json && chances.one(5))) {
      text.append(way == Way.FREE ? chances.pick(",", " ,", "\n,", " # c, d\n ,") : ",");
    }
  }

  private void space(StringBuilder text, Way way, int depth) {
    switch (way) {
      case JSON_LINE -> {}
      case JSON -> text.append('\n').append("  ".repeat(depth));
      case JSON_TABS -> text.append('\n').append("\t".repeat(depth));
      case ONE_LINE -> text.append(chances.pick("", " "));
      case FREE ->
          text.append(
              chances.pick(
                  "",
                  " ",
                  "\t",
                  "\n",
                  "\n      ",
                  " # why\n  ",
                  "\n# [\n",
                  "\n\n  # }\n    ",
                  "  "));
    }
  }
}
