package io.appmetrics.operator.relabel;

import java.util.Optional;
import java.util.Set;

/** What Go's strconv.ParseBool takes, and nothing else. */
final class GoBoolean {

  private static final Set<String> TRUE = Set.of("1", "t", "T", "TRUE", "true", "True");
  private static final Set<String> FALSE = Set.of("0", "f", "F", "FALSE", "false", "False");

  private GoBoolean() {}

  static Optional<Boolean> parse(String text) {
    if (TRUE.contains(text)) {
      return Optional.of(true);
    }
    return FALSE.contains(text) ? Optional.of(false) : Optional.empty();
  }
}
