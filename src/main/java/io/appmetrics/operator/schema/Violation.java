package io.appmetrics.operator.schema;

/**
 * What a schema refuses.
 *
 * @param path of the value; of the field that should be there, when it is missing
 * @param message in the words of the API server
 */
public record Violation(Kind kind, FieldPath path, String message) {

  /** What refuses it; the API server goes from one kind to the next as far as it gets. */
  public enum Kind {
    /** Strict field validation: no such field. */
    UNKNOWN_FIELD,
    /** The plain schema, so that the API server looks at no rule. */
    BLOCKING,
    /** The plain schema, which does not keep it from looking at the rules. */
    OTHER,
    /** A rule in CEL. */
    RULE
  }

  /** As the API server writes it into a list of such. */
  @Override
  public String toString() {
    return kind == Kind.UNKNOWN_FIELD ? message : path + ": " + message;
  }
}
