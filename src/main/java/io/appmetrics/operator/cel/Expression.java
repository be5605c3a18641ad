package io.appmetrics.operator.cel;

import java.util.Map;

/** A part of a rule. */
interface Expression {
  /**
   * What it comes to.
   *
   * @throws NotEvaluable when that is not defined
   */
  Object value(Scope scope);

  /** {@code of.field}, which {@code has()} asks about. */
  record Field(Expression of, String field) implements Expression {
    @Override
    public Object value(Scope scope) {
      return Values.member(of.value(scope), field);
    }

    boolean isThere(Scope scope) {
      return of.value(scope) instanceof Map<?, ?> map && map.containsKey(field);
    }
  }

  /** One side may be undefined where the other decides alone. Source: CEL, logical operators. */
  record Logical(Expression left, Expression right, boolean decides) implements Expression {
    @Override
    public Object value(Scope scope) {
      NotEvaluable undefined;
      try {
        if (Values.truth(left.value(scope)) == decides) {
          return decides;
        }
        return Values.truth(right.value(scope));
      } catch (NotEvaluable e) {
        undefined = e;
      }
      if (Values.truth(right.value(scope)) == decides) {
        return decides;
      }
      throw undefined;
    }
  }

  /** {@code of.all(variable, holds)}. */
  record All(Expression of, String variable, Expression holds) implements Expression {
    @Override
    public Object value(Scope scope) {
      NotEvaluable undefined = null;
      for (Object element : Values.elements(of.value(scope))) {
        try {
          if (!Values.truth(holds.value(new Scope(variable, element, scope)))) {
            return false;
          }
        } catch (NotEvaluable e) {
          undefined = e;
        }
      }
      if (undefined != null) {
        throw undefined;
      }
      return true;
    }
  }
}
