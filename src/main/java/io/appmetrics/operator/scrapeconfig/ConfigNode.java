package io.appmetrics.operator.scrapeconfig;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * A place in a Prometheus configuration, with aliases and merge keys resolved; text is what was
 * written, since Prometheus takes {@code true} and {@code 15020} for strings where it wants some.
 */
public final class ConfigNode {

  private final Node node;

  private ConfigNode(Node node) {
    this.node = node;
  }

  /**
   * The root; empty when the text has none.
   *
   * @throws UnparsableConfig when the text is no YAML
   */
  public static Optional<ConfigNode> parse(String yaml) throws UnparsableConfig {
    return new YamlText(MarkedText.unmarked(yaml)).root().map(ConfigNode::new);
  }

  /** The value of a key, also when that is null; empty when there is no such key. */
  public Optional<ConfigNode> field(String key) {
    return field(node, key).map(ConfigNode::new);
  }

  /** Merge keys need no care: the composer has resolved them, under the schema of YamlText. */
  static Optional<Node> field(Node node, String key) {
    if (!(node instanceof MappingNode mapping)) {
      return Optional.empty();
    }
    return mapping.getValue().stream()
        .filter(tuple -> isKey(tuple.getKeyNode(), key))
        .map(NodeTuple::getValueNode)
        .findFirst();
  }

  private static boolean isKey(Node node, String key) {
    return node instanceof ScalarNode scalar && scalar.getValue().equals(key);
  }

  public boolean isMapping() {
    return node instanceof MappingNode;
  }

  /** The entries of a mapping in their order; none when this is no mapping. */
  public Map<String, ConfigNode> fields() {
    var fields = new LinkedHashMap<String, ConfigNode>();
    if (node instanceof MappingNode mapping) {
      for (var tuple : mapping.getValue()) {
        if (tuple.getKeyNode() instanceof ScalarNode key) {
          fields.putIfAbsent(key.getValue(), new ConfigNode(tuple.getValueNode()));
        }
      }
    }
    return fields;
  }

  /** The items of a list under a key; none when there is no such list. */
  public List<ConfigNode> items(String key) {
    return field(key).map(ConfigNode::items).orElse(List.of());
  }

  /** The items of a list; none when this is no list. */
  public List<ConfigNode> items() {
    var items = new ArrayList<ConfigNode>();
    if (node instanceof SequenceNode sequence) {
      sequence.getValue().forEach(item -> items.add(new ConfigNode(item)));
    }
    return items;
  }

  /** The text of a scalar under a key, null as an empty one; empty when there is none. */
  public Optional<String> text(String key) {
    return field(key).flatMap(ConfigNode::text);
  }

  /** The text of a scalar, null as an empty one; empty when this is none. */
  public Optional<String> text() {
    if (!(node instanceof ScalarNode scalar)) {
      return Optional.empty();
    }
    return Optional.of(node.getTag().equals(Tag.NULL) ? "" : scalar.getValue());
  }
}
