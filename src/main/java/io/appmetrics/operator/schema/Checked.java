package io.appmetrics.operator.schema;

import io.appmetrics.operator.cel.NotEvaluable;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An object as the API server would store it, and all for which it would not.
 *
 * <p>One thing is told that the API server does not come to: it looks at no rule while the plain
 * schema is violated anywhere; here a rule is looked at where all is well with its own value.
 *
 * @param value with its defaults
 * @param violations what is wrong with it; empty: it is taken
 */
public record Checked(@Nullable Object value, List<Violation> violations) {

  /** Checks an object, unknown fields refused. */
  public static Checked of(Schema schema, @Nullable Object object) {
    Object complete = Defaulting.of(schema, object);
    Findings findings = new Findings();
    check(schema, complete, FieldPath.ROOT, findings);
    return new Checked(complete, findings.all());
  }

  private static void check(
      Schema schema, @Nullable Object value, FieldPath path, Findings findings) {
    int before = findings.count();
    if (value == null || !schema.types().contains(Words.type(value))) {
      findings.ofType(path, String.join(",", schema.types()), Words.type(value));
      return;
    }
    schema.limits().check(value, path, findings);
    if (value instanceof Map<?, ?> map) {
      fields(schema, map, path, findings);
    } else if (value instanceof List<?> list && schema.items() != null) {
      for (int i = 0; i < list.size(); i++) {
        check(schema.items(), list.get(i), path.then(i), findings);
      }
      duplicates(schema.keys(), list, path, findings);
    }
    if (findings.count() == before) {
      rules(schema, value, path, findings);
    }
  }

  private static void fields(Schema schema, Map<?, ?> map, FieldPath path, Findings findings) {
    for (String name : schema.required()) {
      if (!map.containsKey(name)) {
        findings.blocking(path.then(name), "Required value");
      }
    }
    map.forEach(
        (name, value) -> {
          Schema field = schema.field(name.toString());
          if (field == null) {
            findings.unknown(path.then(name));
          } else {
            check(field, value, path.then(name), findings);
          }
        });
  }

  private static void duplicates(
      List<String> keys, List<?> list, FieldPath path, Findings findings) {
    if (keys.isEmpty()) {
      return;
    }
    Set<Map<String, @Nullable Object>> seen = new HashSet<>();
    for (int i = 0; i < list.size(); i++) {
      if (list.get(i) instanceof Map<?, ?> item) {
        Map<String, @Nullable Object> identity = new LinkedHashMap<>();
        keys.stream().filter(item::containsKey).forEach(key -> identity.put(key, item.get(key)));
        if (!seen.add(identity)) {
          findings.other(path.then(i), "Duplicate value: " + Words.json(identity));
        }
      }
    }
  }

  private static void rules(Schema schema, Object value, FieldPath path, Findings findings) {
    for (Schema.FieldRule rule : schema.rules()) {
      FieldPath blamed = rule.field() == null ? path : path.then(rule.field());
      try {
        if (!rule.rule().holds(value)) {
          findings.rule(blamed, Words.invalid(value) + rule.message());
        }
      } catch (NotEvaluable e) {
        findings.rule(
            blamed, Words.invalid(value) + "rule: " + rule.rule() + ": " + e.getMessage());
      }
    }
  }
}
