package io.appmetrics.operator.schema;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Fills in what is left out. Source: kubernetes, apiextensions-apiserver, schema/defaulting: nulls
 * go first, since none of our fields is nullable.
 */
final class Defaulting {
  private Defaulting() {}

  static @Nullable Object of(Schema schema, @Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      return fields(schema, map);
    }
    if (value instanceof List<?> list && schema.items() != null) {
      List<@Nullable Object> items = new ArrayList<>();
      list.forEach(item -> items.add(of(schema.items(), item)));
      return items;
    }
    return value;
  }

  private static Map<String, @Nullable Object> fields(Schema schema, Map<?, ?> map) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    map.forEach(
        (name, value) -> {
          Schema field = schema.field(name.toString());
          if (field == null || value != null) {
            fields.put(name.toString(), field == null ? value : of(field, value));
          }
        });
    schema
        .properties()
        .forEach(
            (name, field) -> {
              if (field.unlessSet() != null) {
                fields.putIfAbsent(name, field.unlessSet());
              }
            });
    return fields;
  }
}
