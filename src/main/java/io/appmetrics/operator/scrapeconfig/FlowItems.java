package io.appmetrics.operator.scrapeconfig;

import static java.util.stream.Collectors.joining;

import java.util.List;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Our jobs for a list in brackets: the same without their comments, a line for each rule. */
final class FlowItems {

  /** What may stand without quotes among brackets, too. */
  private static final Pattern PLAIN = Pattern.compile("[^,\\[\\]{}]+");

  private FlowItems() {}

  /** The jobs, each line ended by a line feed, a comma between two. */
  static String of(ScrapeBlock block) throws UnparsableConfig {
    var jobs = new YamlText(MarkedText.unmarked(block.items())).root().orElseThrow();
    return items(jobs).stream().map(FlowItems::job).collect(joining(",\n", "", "\n"));
  }

  private static String job(Node job) {
    return ((MappingNode) job)
        .getValue().stream().map(FlowItems::setting).collect(joining(",\n  ", "{", "}"));
  }

  private static String setting(NodeTuple setting) {
    var value = setting.getValueNode();
    return value instanceof SequenceNode && items(value).size() > 1
        ? text(setting.getKeyNode())
            + items(value).stream()
                .map(FlowItems::text)
                .collect(joining(",\n    ", ": [\n    ", "]"))
        : entry(setting);
  }

  private static String entry(NodeTuple entry) {
    return text(entry.getKeyNode()) + ": " + text(entry.getValueNode());
  }

  private static String text(Node node) {
    if (node instanceof MappingNode mapping) {
      return mapping.getValue().stream().map(FlowItems::entry).collect(joining(", ", "{", "}"));
    }
    if (node instanceof SequenceNode) {
      return items(node).stream().map(FlowItems::text).collect(joining(", ", "[", "]"));
    }
    var scalar = (ScalarNode) node;
    return scalar.getScalarStyle() == ScalarStyle.PLAIN
            && PLAIN.matcher(scalar.getValue()).matches()
        ? scalar.getValue()
        : "'" + scalar.getValue().replace("'", "''") + "'";
  }

  private static List<Node> items(Node list) {
    return ((SequenceNode) list).getValue();
  }
}
