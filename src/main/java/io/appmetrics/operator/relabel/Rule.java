package io.appmetrics.operator.relabel;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.List;
import java.util.StringJoiner;
import java.util.function.IntUnaryOperator;
import java.util.stream.Stream;

/** One item of {@code relabel_configs} (model/relabel/relabel.go). */
final class Rule {

  static final String DEFAULT_SEPARATOR = ";";
  static final String DEFAULT_REGEX = "(.*)";
  static final String DEFAULT_REPLACEMENT = "$1";

  /** What comes of a rule. */
  enum Outcome {
    KEPT,
    DROPPED,
    /** Two labels of different value are mapped to one name, and a hash map decides. */
    BY_CHANCE
  }

  private final Action action;
  private final List<String> sources;
  private final String separator;
  private final Anchored regex;
  private final long modulus;
  private final String target;
  private final String replacement;
  private final LabelNames names;
  private final Dialect dialect;

  Rule(
      Action action,
      List<String> sources,
      String separator,
      Anchored regex,
      long modulus,
      String target,
      String replacement,
      LabelNames names,
      Dialect dialect) {
    this.action = action;
    this.sources = List.copyOf(sources);
    this.separator = separator;
    this.regex = regex;
    this.modulus = modulus;
    this.target = target;
    this.replacement = replacement;
    this.names = names;
    this.dialect = dialect;
  }

  Action action() {
    return action;
  }

  List<String> sources() {
    return sources;
  }

  /** The labels whose values it looks at; none for those that go by names. */
  List<String> reads() {
    return switch (action) {
      case LABELMAP, LABELDROP, LABELKEEP -> List.of();
      case KEEPEQUAL, DROPEQUAL -> Stream.concat(sources.stream(), Stream.of(target)).toList();
      case REPLACE, KEEP, DROP, HASHMOD, LOWERCASE, UPPERCASE -> sources;
    };
  }

  /** What it does, whoever has written it down: what its action does not look at is left out. */
  List<Object> meaning() {
    return switch (action) {
      case REPLACE -> List.of(action, sources, separator, regex.text(), target, replacement);
      case KEEP, DROP -> List.of(action, sources, separator, regex.text());
      case HASHMOD -> List.of(action, sources, separator, modulus, target);
      case LABELMAP -> List.of(action, regex.text(), replacement);
      case LABELDROP, LABELKEEP -> List.of(action, regex.text());
      case KEEPEQUAL, DROPEQUAL, LOWERCASE, UPPERCASE ->
          List.of(action, sources, separator, target);
    };
  }

  /** Whether it keeps or drops. */
  boolean chooses() {
    return switch (action) {
      case KEEP, DROP, KEEPEQUAL, DROPEQUAL -> true;
      case REPLACE, HASHMOD, LOWERCASE, UPPERCASE, LABELMAP, LABELDROP, LABELKEEP -> false;
    };
  }

  /** Of a rule that {@link #chooses}: whether it keeps, and does not drop. */
  boolean letsMatchesIn() {
    return action == Action.KEEP || action == Action.KEEPEQUAL;
  }

  /** The label that it writes to, or compares with; empty when there is none. */
  String target() {
    return target;
  }

  /** Of a hashmod, unsigned. */
  long modulus() {
    return modulus;
  }

  /** Whether a label of this name is one that the rule looks for by its regex. */
  boolean mapsLabel(String name) {
    return action == Action.LABELMAP && regex.matches(name);
  }

  /** The values of the sources, joined. */
  String value(Labels labels) {
    if (sources.size() == 1) {
      return labels.get(sources.get(0));
    }
    var value = new StringJoiner(separator);
    sources.forEach(source -> value.add(labels.get(source)));
    return value.toString();
  }

  Outcome apply(Labels labels) {
    var value = value(labels);
    switch (action) {
      case KEEP -> {
        return kept(regex.matches(value));
      }
      case DROP -> {
        return kept(!regex.matches(value));
      }
      case KEEPEQUAL -> {
        return kept(labels.get(target).equals(value));
      }
      case DROPEQUAL -> {
        return kept(!labels.get(target).equals(value));
      }
      case REPLACE -> replace(labels, value);
      case LOWERCASE -> labels.set(target, mapped(value, Character::toLowerCase));
      case UPPERCASE -> labels.set(target, mapped(value, Character::toUpperCase));
      case HASHMOD -> labels.set(target, hashmod(value));
      case LABELMAP -> {
        return map(labels);
      }
      case LABELDROP -> labels.names().stream().filter(regex::matches).forEach(labels::remove);
      case LABELKEEP ->
          labels.names().stream().filter(name -> !regex.matches(name)).forEach(labels::remove);
    }
    return Outcome.KEPT;
  }

  private static Outcome kept(boolean kept) {
    return kept ? Outcome.KEPT : Outcome.DROPPED;
  }

  private void replace(Labels labels, String value) {
    var match = regex.match(value);
    if (match.isEmpty()) {
      return;
    }
    var name = match.get().expand(target);
    if (!names.allow(name)) {
      if (!dialect.expandedTargetDeleted()) {
        labels.remove(target);
      }
      return;
    }
    var replaced = match.get().expand(replacement);
    if (replaced.isEmpty()) {
      labels.remove(dialect.expandedTargetDeleted() ? name : target);
    } else {
      labels.set(name, replaced);
    }
  }

  private Outcome map(Labels labels) {
    var mapped = new HashMap<String, String>();
    var outcome = Outcome.KEPT;
    for (var label : labels.values().entrySet()) {
      var match = regex.match(label.getKey());
      if (match.isPresent()) {
        var to = match.get().expand(replacement);
        var value = label.getValue();
        var other = mapped.put(to, value);
        if (other != null && !other.equals(value) && dialect.unsortedLabelmap()) {
          outcome = Outcome.BY_CHANCE;
        }
        labels.set(to, value);
      }
    }
    return outcome;
  }

  /** By code points, without the special cases of Java's and of a locale. */
  private static String mapped(String value, IntUnaryOperator each) {
    return value
        .codePoints()
        .map(each)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  /** The last eight bytes of the MD5 sum, taken as one unsigned number. */
  private String hashmod(String value) {
    try {
      var sum = MessageDigest.getInstance("MD5").digest(value.getBytes(StandardCharsets.UTF_8));
      var last = ByteBuffer.wrap(sum).getLong(8);
      return Long.toUnsignedString(Long.remainderUnsigned(last, modulus));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }

  /** As a human says it: {@code keep __meta_kubernetes_namespace =~ "shop"}. */
  @Override
  public String toString() {
    var from = String.join(separator, sources);
    return switch (action) {
      case KEEP, DROP -> action + " " + from + " =~ \"" + regex.text() + "\"";
      case KEEPEQUAL, DROPEQUAL -> action + " " + from + " == " + target;
      case REPLACE ->
          from.isEmpty()
              ? "replace " + target + " by \"" + replacement + "\""
              : "replace "
                  + target
                  + " by \""
                  + replacement
                  + "\" where "
                  + from
                  + " =~ \""
                  + regex.text()
                  + "\"";
      case LOWERCASE, UPPERCASE -> action + " " + from + " into " + target;
      case HASHMOD ->
          "hashmod " + from + " modulo " + Long.toUnsignedString(modulus) + " into " + target;
      case LABELMAP -> "labelmap \"" + regex.text() + "\" to \"" + replacement + "\"";
      case LABELDROP, LABELKEEP -> action + " \"" + regex.text() + "\"";
    };
  }
}
