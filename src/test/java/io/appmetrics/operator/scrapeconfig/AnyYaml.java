package io.appmetrics.operator.scrapeconfig;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes a document in any of the ways that YAML has for it. */
final class AnyYaml {

  private final Chances chances;
  private final IdentityHashMap<Object, Map<String, Object>> bases;
  private final IdentityHashMap<Object, String> anchors = new IdentityHashMap<>();
  private final StringBuilder out = new StringBuilder();
  private final AnyScalar scalars;
  private int anchored;
  private final AnyFlow flow;

  /**
   * A writer of one document.
   *
   * @param bases what a map may be merged from
   */
  AnyYaml(Chances chances, IdentityHashMap<Object, Map<String, Object>> bases) {
    this.chances = chances;
    this.bases = bases;
    this.scalars = new AnyScalar(chances);
    this.flow = new AnyFlow(chances, scalars, anchors);
  }

  AnyConfig.Written write(Map<String, Object> document) {
    if (chances.one(12)) {
      out.append(chances.pick("---\n", "--- # start\n", "%YAML 1.1\n---\n", "# first\n---\n\n"));
    } else {
      blanks();
    }
    var exact = true;
    var nothing = document.isEmpty() && chances.one(2);
    if (nothing) {
      out.append(chances.pick("", "---\n", "# nothing\n"));
    } else if (document.isEmpty() || chances.one(6)) {
      out.append(flow.text(document, -1)).append(chances.pick("", " # end")).append('\n');
    } else {
      map(document, chances.one(10) ? 2 : 0);
    }
    if (!nothing && chances.one(12)) {
      out.append(chances.pick("...\n", "... # end\n", "---\nscrape_configs: [x]\n", "---\n[ {\n"));
    } else if (chances.one(3) && out.length() > 0) {
      exact = !scalars.endsInLines();
      out.setLength(out.length() - 1);
    }
    document.replaceAll((key, value) -> value == AnyConfig.Nothing.NULL ? "" : value);
    var text = (chances.one(20) ? "\uFEFF" : "") + out;
    var breaks = chances.pick("\n", "\n", "\n", "\n", "\r\n", "\r");
    return new AnyConfig.Written(text.replace("\n", breaks), exact ? document : null);
  }

  /** From the start of a line. */
  private void map(Map<String, Object> map, int column) {
    indent(column);
    mapHere(map, column);
  }

  /** From where the first key belongs. */
  private void mapHere(Map<String, Object> map, int column) {
    var entries = new LinkedHashMap<>(map);
    var first = true;
    var base = bases.get(map);
    if (base != null && anchors.containsKey(base) && chances.one(2)) {
      entries.entrySet().removeAll(base.entrySet());
      var alias = "*" + anchors.get(base);
      out.append("<<: ").append(chances.one(3) ? "[ " + alias + " ]" : alias);
      endLine(false);
      first = false;
    }
    for (var entry : entries.entrySet()) {
      if (!first) {
        indent(column);
      }
      first = false;
      var key = scalars.key(entry.getKey());
      var complex = chances.one(60) && column > 0;
      if (complex) {
        out.append("? ").append(key).append('\n');
        indent(column);
        out.append(':');
      } else {
        out.append(key).append(chances.pick("", "", "", " ")).append(':');
      }
      value(entry.getValue(), column, complex);
    }
  }

  /** Behind a colon, or a dash, behind which no tab may stand, nor behind a complex key's colon. */
  private void value(Object value, int column, boolean behindDash) {
    if (value == AnyConfig.Nothing.NULL) {
      out.append(chances.pick("", "", " ~", " null", "  Null"));
      endLine(behindDash);
    } else if (anchors.containsKey(value) && chances.one(2)) {
      out.append(" *").append(anchors.get(value));
      endLine(behindDash);
    } else if (value instanceof String text) {
      out.append(scalars.value(text, column, behindDash));
      if (scalars.endsInLines()) {
        out.append('\n');
      } else {
        endLine(behindDash);
      }
    } else if (isEmpty(value) || chances.one(7)) {
      var text = flow.text(value, column);
      out.append(chances.pick(" ", "  ", behindDash ? " " : "\t"))
          .append(anchor(value))
          .append(text);
      endLine(behindDash);
    } else {
      var anchor = anchor(value);
      out.append(anchor.isEmpty() ? "" : " " + anchor.strip());
      endLine(behindDash);
      if (value instanceof List<?> list) {
        list(list, column + chances.pick(0, 0, 2, 3, 6));
      } else {
        map(mapOf(value), column + chances.pick(1, 2, 2, 4));
      }
    }
  }

  private void list(List<?> list, int column) {
    for (var item : list) {
      indent(column);
      out.append('-');
      if (anchors.containsKey(item) && chances.one(2)) {
        out.append(" *").append(anchors.get(item));
        endLine(true);
      } else if (item instanceof String || isEmpty(item) || chances.one(8)) {
        value(item, column, true);
      } else {
        var anchor = anchor(item);
        var gap = chances.pick(1, 1, 1, 3);
        if (anchor.isEmpty() && !chances.one(8)) {
          out.append(" ".repeat(gap));
          mapHere(mapOf(item), column + 1 + gap);
        } else {
          out.append(anchor.isEmpty() ? "" : " " + anchor.strip());
          endLine(true);
          map(mapOf(item), column + 1 + gap);
        }
      }
    }
  }

  private String anchor(Object value) {
    if (isEmpty(value) || !chances.one(5)) {
      return "";
    }
    anchors.put(value, "a" + anchored++);
    return "&" + anchors.get(value) + " ";
  }

  private static boolean isEmpty(Object value) {
    return value instanceof List<?> list ? list.isEmpty() : mapOf(value).isEmpty();
  }

  @SuppressWarnings("unchecked")
  static Map<String, Object> mapOf(Object value) {
    return (Map<String, Object>) value;
  }

  private void endLine(boolean behindDash) {
    if (chances.one(10)) {
      out.append(
          chances.pick(
              "  # why", " ", behindDash ? " # tab" : "\t# tab", "   ", " # ünï\uD83D\uDE80"));
    }
    out.append('\n');
    blanks();
  }

  private void blanks() {
    while (chances.one(8)) {
      out.append(
          chances.pick(
              "\n",
              "  \n",
              "# a comment\n",
              "    # - job_name: not in use\n",
              "#\n",
              "  # BEGIN appmetrics.io\n",
              " # END appmetrics.io\n"));
    }
  }

  private void indent(int column) {
    out.append(" ".repeat(column));
  }

  static List<Map.Entry<String, Object>> entries(Object map) {
    return new ArrayList<>(mapOf(map).entrySet());
  }
}
