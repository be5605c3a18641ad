package io.appmetrics.operator.cel;

import org.jspecify.annotations.Nullable;

/** The value of a variable, within those of the scope around it. */
record Scope(String name, Object value, @Nullable Scope outer) {
  Object get(String wanted) {
    for (Scope scope = this; scope != null; scope = scope.outer) {
      if (scope.name.equals(wanted)) {
        return scope.value;
      }
    }
    throw new NotEvaluable("undeclared reference to '" + wanted + "'");
  }
}
