package io.appmetrics.operator.scrapeconfig;

/** The lines of a text, as Prometheus' parser tells them apart, which knows YAML 1.1. */
record Lines(String text) {

  static boolean isBreak(char c) {
    return c == '\n' || c == '\r' || isRareBreak(c);
  }

  /** NEL, LS and PS: line breaks of YAML 1.1, and characters as any other of YAML 1.2. */
  static boolean isRareBreak(char c) {
    return c == '\u0085' || c == '\u2028' || c == '\u2029';
  }

  boolean isBreak(int offset) {
    return isBreak(text.charAt(offset));
  }

  /** Whether a line ends there. */
  boolean isEnd(int offset) {
    return offset == text.length() || isBreak(offset);
  }

  int start(int offset) {
    var at = offset;
    while (at > 0 && !isBreak(at - 1)) {
      at--;
    }
    return at;
  }

  int end(int offset) {
    var at = offset;
    while (!isEnd(at)) {
      at++;
    }
    return at;
  }

  /** The first character that is neither space nor tab; maybe a line break, or the text's end. */
  int behindBlanks(int offset) {
    var at = offset;
    while (at < text.length() && isBlank(at)) {
      at++;
    }
    return at;
  }

  /** The place behind the last character before {@code offset} that is neither space nor tab. */
  int beforeBlanks(int offset) {
    var at = offset;
    while (at > 0 && isBlank(at - 1)) {
      at--;
    }
    return at;
  }

  /** Where the line break before {@code offset} begins; the offset itself, where there is none. */
  int breakBefore(int offset) {
    if (offset == 0 || !isBreak(offset - 1)) {
      return offset;
    }
    return text.startsWith("\r\n", offset - 2) ? offset - 2 : offset - 1;
  }

  private boolean isBlank(int offset) {
    var c = text.charAt(offset);
    return c == ' ' || c == '\t';
  }
}
