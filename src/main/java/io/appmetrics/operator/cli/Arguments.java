package io.appmetrics.operator.cli;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The words behind {@code render}.
 *
 * @param given the options, each with its value; a later one goes before an earlier one
 * @param inputs what is no option
 */
record Arguments(Map<Option, String> given, List<String> inputs) {

  /**
   * Reads them: {@code --x y} and {@code --x=y}, and none of it behind {@code --}.
   *
   * @throws Misuse when one is no option, or lacks its value
   */
  static Arguments of(List<String> words) throws Misuse {
    Map<Option, String> given = new EnumMap<>(Option.class);
    List<String> inputs = new ArrayList<>();
    boolean ended = false;
    for (Iterator<String> rest = words.iterator(); rest.hasNext(); ) {
      String word = rest.next();
      if (ended || !word.startsWith("-") || word.equals("-")) {
        inputs.add(word);
      } else if (word.equals("--")) {
        ended = true;
      } else {
        int equals = word.indexOf('=');
        Option option = Option.of(equals < 0 ? word : word.substring(0, equals));
        Optional<String> value =
            equals < 0 ? Optional.empty() : Optional.of(word.substring(equals + 1));
        given.put(option, value(option, value, rest));
      }
    }
    return new Arguments(given, List.copyOf(inputs));
  }

  private static String value(Option option, Optional<String> attached, Iterator<String> rest)
      throws Misuse {
    if (!option.takesValue()) {
      if (attached.isPresent()) {
        throw new Misuse(option + " takes no value");
      }
      return "";
    }
    if (attached.isEmpty() && !rest.hasNext()) {
      throw new Misuse(option + " needs a value");
    }
    return attached.orElseGet(rest::next);
  }

  boolean has(Option option) {
    return given.containsKey(option);
  }

  Optional<String> get(Option option) {
    return Optional.ofNullable(given.get(option));
  }

  /** What is given, or else the default. */
  String value(Option option) {
    return given.getOrDefault(option, option.unlessSet());
  }

  /**
   * The constant of an option that takes one of some words.
   *
   * @param constants in the order of these words
   * @throws Misuse when it is none of them
   */
  <E> E one(Option option, List<E> constants) throws Misuse {
    for (int i = 0; i < constants.size(); i++) {
      if (option.choice().get(i).equalsIgnoreCase(value(option))) {
        return constants.get(i);
      }
    }
    throw new Misuse(
        "%s takes %s, not %s".formatted(option, String.join(", ", option.choice()), value(option)));
  }
}
