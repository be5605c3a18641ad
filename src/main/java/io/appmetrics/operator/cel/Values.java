package io.appmetrics.operator.cel;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** What CEL does with values. */
final class Values {
  /** The type of a value, which is a value, too. */
  record Type(String name) {}

  static final Type INT = new Type("int");

  private Values() {}

  static boolean truth(Object value) {
    if (value instanceof Boolean truth) {
      return truth;
    }
    throw new NotEvaluable("no such overload: a condition that is " + type(value).name());
  }

  static Type type(Object value) {
    return value instanceof Long
        ? INT
        : new Type(
            value instanceof String
                ? "string"
                : value instanceof Boolean
                    ? "bool"
                    : value instanceof Double
                        ? "double"
                        : value instanceof List<?>
                            ? "list"
                            : value instanceof Map<?, ?> ? "map" : "another type");
  }

  static Object member(Object of, Object key) {
    Object value = of instanceof Map<?, ?> map ? map.get(key) : null;
    if (value == null) {
      throw new NotEvaluable("no such key: " + key);
    }
    return value;
  }

  static Collection<?> elements(Object of) {
    if (of instanceof Map<?, ?> map) {
      return map.keySet();
    }
    if (of instanceof List<?> list) {
      return list;
    }
    throw new NotEvaluable("no such overload: all() of " + type(of).name());
  }

  static int compare(Object left, Object right) {
    if (left instanceof Long one && right instanceof Long other) {
      return one.compareTo(other);
    }
    if (left instanceof Duration one && right instanceof Duration other) {
      return one.compareTo(other);
    }
    throw new NotEvaluable(
        "no such overload: an order of %s and %s".formatted(type(left).name(), type(right).name()));
  }

  static String text(Object value) {
    if (value instanceof String text) {
      return text;
    }
    throw new NotEvaluable("no such overload: matches() of " + type(value).name());
  }

  static String string(Object value) {
    if (value instanceof String || value instanceof Long || value instanceof Boolean) {
      return value.toString();
    }
    throw new NotEvaluable("no such overload: string() of " + type(value).name());
  }

  static Long integer(Object value) {
    if (value instanceof Long number) {
      return number;
    }
    if (value instanceof String text) {
      try {
        return Long.valueOf(text);
      } catch (NumberFormatException e) {
        throw new NotEvaluable("type conversion error from 'string' to 'int'");
      }
    }
    throw new NotEvaluable("no such overload: int() of " + type(value).name());
  }

  static Duration duration(Object value) {
    return value instanceof String text
        ? GoDuration.parse(text)
            .orElseThrow(() -> new NotEvaluable("invalid duration \"" + text + "\""))
        : ofDuration(value);
  }

  private static Duration ofDuration(Object value) {
    if (value instanceof Duration duration) {
      return duration;
    }
    throw new NotEvaluable("no such overload: duration() of " + type(value).name());
  }
}
