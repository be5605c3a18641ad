package io.appmetrics.operator.cel;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The words of a rule, taken one after the other. */
final class Tokens {
  private enum Kind {
    NAME(1),
    NUMBER(2),
    STRING(3),
    SYMBOL(4);

    private final int group;

    Kind(int group) {
      this.group = group;
    }
  }

  private record Token(Kind kind, String text, int at) {}

  /** Strings with escapes are not known here, nor numbers that are not whole. */
  private static final Pattern TOKEN =
      Pattern.compile(
          "\\s*(?:([A-Za-z_][A-Za-z0-9_]*)|([0-9]+)|'([^'\\\\\\n]*)'|(&&|\\|\\||[=!<>]=|[<>!?:.,()\\[\\]]))");

  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private int next;

  Tokens(String source) {
    this.source = source;
    String text = source.stripTrailing();
    Matcher matcher = TOKEN.matcher(text);
    int at = 0;
    while (at < text.length()) {
      if (!matcher.find(at) || matcher.start() != at) {
        throw unknown(at);
      }
      for (Kind kind : Kind.values()) {
        String word = matcher.group(kind.group);
        if (word != null) {
          int quote = kind == Kind.STRING ? 1 : 0;
          tokens.add(new Token(kind, word, matcher.start(kind.group) - quote));
        }
      }
      at = matcher.end();
    }
  }

  /** Takes the next word if it is this symbol. */
  boolean take(String symbol) {
    boolean there = is(next, Kind.SYMBOL) && tokens.get(next).text().equals(symbol);
    next += there ? 1 : 0;
    return there;
  }

  /** Takes the next word if it is one of these symbols. */
  Optional<String> takeOneOf(String... symbols) {
    for (String symbol : symbols) {
      if (take(symbol)) {
        return Optional.of(symbol);
      }
    }
    return Optional.empty();
  }

  Optional<String> takeName() {
    return take(Kind.NAME);
  }

  Optional<String> takeNumber() {
    return take(Kind.NUMBER);
  }

  Optional<String> takeString() {
    return take(Kind.STRING);
  }

  void expect(String symbol) {
    if (!take(symbol)) {
      throw unknown();
    }
  }

  void expectEnd() {
    if (next < tokens.size()) {
      throw unknown();
    }
  }

  /** The next word is none that is known there. */
  IllegalArgumentException unknown() {
    return unknown(next < tokens.size() ? tokens.get(next).at() : source.length());
  }

  /** The word that was taken so many words ago is none that is known there. */
  IllegalArgumentException unknownBefore(int words) {
    return unknown(tokens.get(next - words).at());
  }

  private IllegalArgumentException unknown(int at) {
    return new IllegalArgumentException(
        "this form of CEL is not known here: >>>%s in the rule %s"
            .formatted(source.substring(at), source));
  }

  private Optional<String> take(Kind kind) {
    return is(next, kind) ? Optional.of(tokens.get(next++).text()) : Optional.empty();
  }

  private boolean is(int at, Kind kind) {
    return at < tokens.size() && tokens.get(at).kind() == kind;
  }
}
