package io.appmetrics.operator.schema;

import io.appmetrics.operator.schema.Violation.Kind;
import java.util.ArrayList;
import java.util.List;

/** What has been found so far. */
final class Findings {
  private final List<Violation> violations = new ArrayList<>();

  List<Violation> all() {
    return List.copyOf(violations);
  }

  int count() {
    return violations.size();
  }

  void unknown(FieldPath path) {
    violations.add(new Violation(Kind.UNKNOWN_FIELD, path, "unknown field \"%s\"".formatted(path)));
  }

  void blocking(FieldPath path, String message) {
    violations.add(new Violation(Kind.BLOCKING, path, message));
  }

  void other(FieldPath path, String message) {
    violations.add(new Violation(Kind.OTHER, path, message));
  }

  void rule(FieldPath path, String message) {
    violations.add(new Violation(Kind.RULE, path, message));
  }

  /** The value is of another type, or no text of a format. */
  void ofType(FieldPath path, String wanted, String actual) {
    blocking(
        path,
        "Invalid value: %s: %s in body must be of type %s: %s"
            .formatted(Words.quoted(actual), path, wanted, Words.quoted(actual)));
  }
}
