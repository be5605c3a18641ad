package io.appmetrics.operator.schema;

import io.appmetrics.operator.cel.Rule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The keywords of a schema, each of which has to be understood. */
final class Keywords {
  private final Map<String, @Nullable Object> left = new LinkedHashMap<>();

  private Keywords(Object schema) {
    if (!(schema instanceof Map<?, ?> map)) {
      throw new IllegalArgumentException("this is no schema: " + schema);
    }
    map.forEach((key, value) -> left.put(String.valueOf(key), value));
  }

  /**
   * Reads a schema.
   *
   * @throws IllegalArgumentException when it has a keyword that is not known here
   */
  static Schema read(Object schema) {
    Keywords keywords = new Keywords(schema);
    keywords.left.remove("description");
    boolean intOrString = Boolean.TRUE.equals(keywords.left.remove("x-kubernetes-int-or-string"));
    Schema read =
        new Schema(
            intOrString ? List.of("integer", "string") : List.of(keywords.text("type")),
            keywords.properties(),
            keywords.list("required").stream().map(String::valueOf).toList(),
            keywords.schema("additionalProperties"),
            keywords.schema("items"),
            keywords.left.remove("default"),
            keywords.limits(),
            keywords.keys(),
            keywords.rules());
    if (!keywords.left.isEmpty()) {
      throw new IllegalArgumentException(
          "keywords that are not known here: " + keywords.left.keySet());
    }
    return read;
  }

  private Limits limits() {
    Object pattern = left.remove("pattern");
    Object format = left.remove("format");
    return new Limits(
        list("enum"),
        number("minimum"),
        number("maximum"),
        number("minLength"),
        number("maxLength"),
        number("minItems"),
        number("maxItems"),
        number("maxProperties"),
        pattern == null ? null : com.google.re2j.Pattern.compile(pattern.toString()),
        format == null ? null : Format.of(format.toString()));
  }

  private Map<String, Schema> properties() {
    Map<String, Schema> properties = new TreeMap<>();
    if (left.remove("properties") instanceof Map<?, ?> map) {
      map.forEach((name, schema) -> properties.put(String.valueOf(name), read(schema)));
    }
    return properties;
  }

  private @Nullable Schema schema(String keyword) {
    Object schema = left.remove(keyword);
    return schema == null ? null : read(schema);
  }

  /** Only lists that are maps have keys; in an atomic list everything may stand twice. */
  private List<String> keys() {
    List<String> keys =
        list("x-kubernetes-list-map-keys").stream().map(String::valueOf).sorted().toList();
    Object type = left.get("x-kubernetes-list-type");
    if (type == null || (type.equals("map") ? !keys.isEmpty() : type.equals("atomic"))) {
      left.remove("x-kubernetes-list-type");
    }
    return keys;
  }

  private List<Schema.FieldRule> rules() {
    List<Schema.FieldRule> rules = new ArrayList<>();
    for (Object rule : list("x-kubernetes-validations")) {
      Keywords keywords = new Keywords(rule);
      Object fieldPath = keywords.left.remove("fieldPath");
      rules.add(
          new Schema.FieldRule(
              Rule.parse(keywords.text("rule")), keywords.text("message"), field(fieldPath)));
      if (!keywords.left.isEmpty()) {
        throw new IllegalArgumentException(
            "keywords of a rule that are not known here: " + keywords.left.keySet());
      }
    }
    return List.copyOf(rules);
  }

  private static @Nullable String field(@Nullable Object fieldPath) {
    if (fieldPath == null) {
      return null;
    }
    if (!fieldPath.toString().matches("\\.[A-Za-z]+")) {
      throw new IllegalArgumentException("this form of fieldPath is not known here: " + fieldPath);
    }
    return fieldPath.toString().substring(1);
  }

  private String text(String keyword) {
    if (left.remove(keyword) instanceof String text) {
      return text;
    }
    throw new IllegalArgumentException("there is no " + keyword);
  }

  private @Nullable Long number(String keyword) {
    Object number = left.remove(keyword);
    if (number == null) {
      return null;
    }
    if (number instanceof Long whole) {
      return whole;
    }
    throw new IllegalArgumentException(keyword + " is no whole number: " + number);
  }

  private List<Object> list(String keyword) {
    return left.remove(keyword) instanceof List<?> list ? List.copyOf(list) : List.of();
  }
}
