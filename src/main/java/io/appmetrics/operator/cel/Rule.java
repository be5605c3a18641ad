package io.appmetrics.operator.cel;

/** A rule that a value keeps or breaks. */
public final class Rule {
  private static final String SELF = "self";

  private final String source;
  private final Expression expression;

  private Rule(String source, Expression expression) {
    this.source = source;
    this.expression = expression;
  }

  /**
   * Reads a rule.
   *
   * @throws IllegalArgumentException when it is written in forms that are not known here
   */
  public static Rule parse(String source) {
    return new Rule(source, new Parser(source, SELF).rule());
  }

  /**
   * Whether a value keeps the rule.
   *
   * @param self strings, Longs, Doubles, Booleans, Lists, and Maps by Strings
   * @throws NotEvaluable when the rule says nothing of such a value
   */
  public boolean holds(Object self) {
    return Values.truth(expression.value(new Scope(SELF, self, null)));
  }

  @Override
  public String toString() {
    return source;
  }
}
