package io.appmetrics.operator.schema;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Values in the API server's messages. */
final class Words {
  private Words() {}

  /** The type of a value, as OpenAPI calls it. */
  static String type(@Nullable Object value) {
    return value == null
        ? "null"
        : value instanceof String
            ? "string"
            : value instanceof Long
                ? "integer"
                : value instanceof Double
                    ? "number"
                    : value instanceof Boolean
                        ? "boolean"
                        : value instanceof List<?> ? "array" : "object";
  }

  /** What is said before a reason; nothing of lists and objects, which are too long. */
  static String invalid(Object value) {
    return "Invalid value: "
        + (value instanceof List<?> || value instanceof Map<?, ?> ? "" : json(value) + ": ");
  }

  /** As JSON, keys in their order. */
  static String json(@Nullable Object value) {
    if (value instanceof String text) {
      return quoted(text);
    }
    if (value instanceof List<?> list) {
      return list.stream().map(Words::json).collect(Collectors.joining(",", "[", "]"));
    }
    if (value instanceof Map<?, ?> map) {
      return new TreeMap<>(map)
          .entrySet().stream()
              .map(entry -> quoted(entry.getKey().toString()) + ":" + json(entry.getValue()))
              .collect(Collectors.joining(",", "{", "}"));
    }
    return String.valueOf(value);
  }

  /** Source: Go, strconv.Quote. */
  static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    text.codePoints().forEach(c -> quoted.append(escaped(c)));
    return quoted.append('"').toString();
  }

  private static String escaped(int c) {
    int escape = "\u0007\b\f\n\r\t\u000b\\\"".indexOf(c);
    if (escape >= 0) {
      return "\\" + "abfnrtv\\\"".charAt(escape);
    }
    return c < ' ' || c == 0x7f
        ? "\\x%02x".formatted(c)
        : Character.isISOControl(c) || !Character.isDefined(c)
            ? (c < 0x10000 ? "\\u%04x" : "\\U%08x").formatted(c)
            : Character.toString(c);
  }
}
