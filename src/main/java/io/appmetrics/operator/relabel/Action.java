package io.appmetrics.operator.relabel;

import java.util.Locale;
import java.util.Optional;

/** What a relabel rule does. */
public enum Action {
  REPLACE,
  KEEP,
  DROP,
  KEEPEQUAL,
  DROPEQUAL,
  HASHMOD,
  LABELMAP,
  LABELDROP,
  LABELKEEP,
  LOWERCASE,
  UPPERCASE;

  /** The action of this name in any case; empty when this model knows none. */
  static Optional<Action> named(String name) {
    for (var action : values()) {
      if (action.name().equalsIgnoreCase(name)) {
        return Optional.of(action);
      }
    }
    return Optional.empty();
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
