package io.appmetrics.operator.cel;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntPredicate;

/** Reads a rule; each method what binds as strongly. Source: CEL, language definition, Syntax. */
final class Parser {
  private final Tokens tokens;
  private final Deque<String> variables = new ArrayDeque<>();

  Parser(String source, String self) {
    this.tokens = new Tokens(source);
    variables.push(self);
  }

  Expression rule() {
    Expression rule = conditional();
    tokens.expectEnd();
    return rule;
  }

  private Expression conditional() {
    Expression test = or();
    if (!tokens.take("?")) {
      return test;
    }
    Expression yes = or();
    tokens.expect(":");
    Expression no = conditional();
    return scope -> Values.truth(test.value(scope)) ? yes.value(scope) : no.value(scope);
  }

  private Expression or() {
    Expression left = and();
    while (tokens.take("||")) {
      left = new Expression.Logical(left, and(), true);
    }
    return left;
  }

  private Expression and() {
    Expression left = relation();
    while (tokens.take("&&")) {
      left = new Expression.Logical(left, relation(), false);
    }
    return left;
  }

  private Expression relation() {
    Expression left = negation();
    Optional<String> operator = tokens.takeOneOf("==", "!=", "<=", ">=", "<", ">");
    if (operator.isEmpty()) {
      return left;
    }
    Expression right = negation();
    return switch (operator.get()) {
      case "==" -> scope -> left.value(scope).equals(right.value(scope));
      case "!=" -> scope -> !left.value(scope).equals(right.value(scope));
      case "<=" -> compared(left, right, order -> order <= 0);
      case ">=" -> compared(left, right, order -> order >= 0);
      case "<" -> compared(left, right, order -> order < 0);
      default -> compared(left, right, order -> order > 0);
    };
  }

  private static Expression compared(Expression left, Expression right, IntPredicate holds) {
    return scope -> holds.test(Values.compare(left.value(scope), right.value(scope)));
  }

  private Expression negation() {
    if (!tokens.take("!")) {
      return member();
    }
    Expression negated = negation();
    return scope -> !Values.truth(negated.value(scope));
  }

  private Expression member() {
    Expression of = primary();
    while (true) {
      if (tokens.take(".")) {
        String name = tokens.takeName().orElseThrow(tokens::unknown);
        of = tokens.take("(") ? method(of, name) : new Expression.Field(of, name);
      } else if (tokens.take("[")) {
        Expression holder = of;
        Expression key = conditional();
        tokens.expect("]");
        of = scope -> Values.member(holder.value(scope), key.value(scope));
      } else {
        return of;
      }
    }
  }

  /** Behind its opening parenthesis. */
  private Expression method(Expression of, String name) {
    Expression method =
        switch (name) {
          case "matches" -> matches(of);
          case "all" -> all(of);
          default -> throw tokens.unknownBefore(2);
        };
    tokens.expect(")");
    return method;
  }

  private Expression matches(Expression of) {
    String expression = tokens.takeString().orElseThrow(tokens::unknown);
    try {
      Pattern pattern = Pattern.compile(expression);
      return scope -> pattern.matcher(Values.text(of.value(scope))).find();
    } catch (PatternSyntaxException e) {
      throw tokens.unknownBefore(1);
    }
  }

  private Expression all(Expression of) {
    String variable = tokens.takeName().orElseThrow(tokens::unknown);
    tokens.expect(",");
    variables.push(variable);
    Expression holds = conditional();
    variables.pop();
    return new Expression.All(of, variable, holds);
  }

  private Expression primary() {
    if (tokens.take("(")) {
      Expression inner = conditional();
      tokens.expect(")");
      return inner;
    }
    Optional<String> string = tokens.takeString();
    if (string.isPresent()) {
      return scope -> string.get();
    }
    Optional<String> number = tokens.takeNumber();
    if (number.isPresent()) {
      Long value = Long.valueOf(number.get());
      return scope -> value;
    }
    String name = tokens.takeName().orElseThrow(tokens::unknown);
    if (tokens.take("(")) {
      return function(name);
    }
    if (variables.contains(name)) {
      return scope -> scope.get(name);
    }
    if (name.equals(Values.INT.name())) {
      return scope -> Values.INT;
    }
    throw tokens.unknownBefore(1);
  }

  /** Behind its opening parenthesis. */
  private Expression function(String name) {
    if (name.equals("has")) {
      return has();
    }
    Function<Object, Object> function =
        switch (name) {
          case "type" -> Values::type;
          case "int" -> Values::integer;
          case "string" -> Values::string;
          case "duration" -> Values::duration;
          default -> throw tokens.unknownBefore(2);
        };
    Expression argument = conditional();
    tokens.expect(")");
    return scope -> function.apply(argument.value(scope));
  }

  private Expression has() {
    if (!(member() instanceof Expression.Field field)) {
      throw tokens.unknown();
    }
    tokens.expect(")");
    return field::isThere;
  }
}
