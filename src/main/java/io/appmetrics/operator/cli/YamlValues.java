package io.appmetrics.operator.cli;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * Manifests as kubectl reads them: YAML 1.1, where {@code on} is true and {@code 010} is eight.
 * Source: go-yaml v2, resolve.go, by way of sigs.k8s.io/yaml.
 */
final class YamlValues {
  /** What kubectl does not read. */
  static final class Unread extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Optional<Mark> mark;

    Unread(Optional<Mark> mark, String message) {
      super(message);
      this.mark = mark;
    }

    Optional<Mark> mark() {
      return mark;
    }
  }

  private static final String MERGE = "<<";
  private static final int MERGES = 8;
  private static final Set<String> NULLS = Set.of("", "~", "null", "Null", "NULL");
  private static final Set<String> TRUE =
      Set.of("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON");
  private static final Set<String> FALSE =
      Set.of("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF");
  private static final Pattern WHOLE =
      Pattern.compile("([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))");
  private static final Pattern DECIMAL =
      Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");
  private static final int[] RADIX = {0, 0, 16, 2, 8, 10};

  private final IdentityHashMap<Node, Object> read = new IdentityHashMap<>();

  /**
   * A node and all below it.
   *
   * @throws Unread when kubectl would not read it
   */
  @Nullable Object of(Node node) throws Unread {
    if (node instanceof ScalarNode scalar) {
      return scalar(scalar);
    }
    Object known = read.get(node);
    if (known == read) {
      throw new Unread(node.getStartMark(), "this contains itself");
    }
    if (known == null) {
      read.put(node, read);
      known = node instanceof SequenceNode list ? list(list) : map((MappingNode) node);
      read.put(node, known);
    }
    return known;
  }

  private List<@Nullable Object> list(SequenceNode list) throws Unread {
    List<@Nullable Object> items = new ArrayList<>();
    for (Node item : list.getValue()) {
      items.add(of(item));
    }
    return items;
  }

  /** Its own keys go before those that are merged into it. */
  private Map<String, @Nullable Object> map(MappingNode mapping) throws Unread {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    for (NodeTuple entry : mapping.getValue()) {
      if (isMerge(entry)) {
        continue;
      }
      if (!(entry.getKeyNode() instanceof ScalarNode key)) {
        throw new Unread(entry.getKeyNode().getStartMark(), "a key has to be a word");
      }
      if (map.containsKey(key.getValue())) {
        throw new Unread(
            key.getStartMark(), "the key \"%s\" is there already".formatted(key.getValue()));
      }
      map.put(key.getValue(), of(entry.getValueNode()));
    }
    for (NodeTuple entry : mapping.getValue()) {
      if (isMerge(entry)) {
        for (MappingNode merged : merged(entry.getValueNode())) {
          if (of(merged) instanceof Map<?, ?> more) {
            more.forEach((key, value) -> map.putIfAbsent(key.toString(), value));
          }
        }
      }
    }
    return map;
  }

  /** The value of a key, and where it stands; null when it is not there. */
  static @Nullable Node child(MappingNode mapping, String key) {
    return child(mapping, key, MERGES);
  }

  /** As many merges deep: one may contain itself. */
  private static @Nullable Node child(MappingNode mapping, String key, int merges) {
    for (NodeTuple entry : mapping.getValue()) {
      if (entry.getKeyNode() instanceof ScalarNode name
          && name.getValue().equals(key)
          && !isMerge(entry)) {
        return entry.getValueNode();
      }
    }
    for (NodeTuple entry : mapping.getValue()) {
      if (isMerge(entry) && merges > 0) {
        for (MappingNode merged : merged(entry.getValueNode())) {
          Node found = child(merged, key, merges - 1);
          if (found != null) {
            return found;
          }
        }
      }
    }
    return null;
  }

  private static boolean isMerge(NodeTuple entry) {
    return entry.getKeyNode() instanceof ScalarNode key
        && key.getValue().equals(MERGE)
        && key.getScalarStyle() == ScalarStyle.PLAIN;
  }

  private static List<MappingNode> merged(Node value) {
    List<Node> all = value instanceof SequenceNode several ? several.getValue() : List.of(value);
    return all.stream().filter(MappingNode.class::isInstance).map(MappingNode.class::cast).toList();
  }

  private static @Nullable Object scalar(ScalarNode scalar) {
    String text = scalar.getValue();
    if (scalar.getScalarStyle() != ScalarStyle.PLAIN
        || (scalar.getTag().equals(Tag.STR) && isTagged(scalar))) {
      return text;
    }
    if (NULLS.contains(text)) {
      return null;
    }
    return TRUE.contains(text) || FALSE.contains(text)
        ? (Object) TRUE.contains(text)
        : number(text);
  }

  /** Whether {@code !!str} is written before it: then it is longer than its value. */
  private static boolean isTagged(ScalarNode scalar) {
    Optional<Mark> end = scalar.getEndMark();
    int length =
        end.map(Mark::getIndex).orElse(0) - scalar.getStartMark().map(Mark::getIndex).orElse(0);
    return length != scalar.getValue().codePointCount(0, scalar.getValue().length());
  }

  /** A text that is no number is itself. */
  private static Object number(String text) {
    String digits = text.replace("_", "");
    var whole = WHOLE.matcher(digits);
    if (whole.matches()) {
      for (int group = 2; group < RADIX.length; group++) {
        if (whole.group(group) != null) {
          return whole(
              new BigDecimal(
                  new BigInteger(
                      whole.group(1).replace("+", "") + whole.group(group), RADIX[group])));
        }
      }
    }
    return DECIMAL.matcher(digits).matches() ? decimal(text, digits) : text;
  }

  /** What is too large for a number is a text; what is too small is nothing. */
  private static Object decimal(String text, String digits) {
    double value = Double.parseDouble(digits);
    if (Double.isInfinite(value)) {
      return text;
    }
    return value == 0 ? Long.valueOf(0) : whole(new BigDecimal(digits));
  }

  /** JSON does not tell 80.0 from 80. */
  private static Object whole(BigDecimal number) {
    try {
      return number.longValueExact();
    } catch (ArithmeticException e) {
      return number.doubleValue();
    }
  }
}
