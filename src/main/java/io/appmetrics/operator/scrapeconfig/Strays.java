package io.appmetrics.operator.scrapeconfig;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * What stands outside our block and yet belongs to what begins in it, as a job behind a list that
 * only our block has brought. Without the block it would come to mean something else.
 */
final class Strays {

  private final int from;
  private final int to;
  private final Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());

  private Strays(int from, int to) {
    this.from = from;
    this.to = to;
  }

  /**
   * The first one.
   *
   * @param root of the whole text
   * @param from where the block begins, in code points, as the parser's marks count
   * @param to where it ends
   */
  static Optional<Node> find(Node root, int from, int to) {
    return root instanceof MappingNode config ? new Strays(from, to).in(config) : Optional.empty();
  }

  private Optional<Node> in(MappingNode config) {
    return config.getValue().stream()
        .flatMap(
            entry ->
                !isOurs(entry.getKeyNode()) && entry.getValueNode() instanceof SequenceNode list
                    ? list.getValue().stream()
                    : Stream.of(entry.getValueNode()))
        .flatMap(node -> below(node).stream())
        .findFirst();
  }

  private Optional<Node> below(Node node) {
    if (!seen.add(node)) {
      return Optional.empty();
    }
    return children(node)
        .flatMap(child -> isOurs(node) && !isOurs(child) ? Stream.of(child) : below(child).stream())
        .findFirst();
  }

  private static Stream<Node> children(Node node) {
    if (node instanceof MappingNode mapping) {
      return mapping.getValue().stream()
          .flatMap(entry -> Stream.of(entry.getKeyNode(), entry.getValueNode()));
    }
    return node instanceof SequenceNode list ? list.getValue().stream() : List.<Node>of().stream();
  }

  private boolean isOurs(Node node) {
    return node.getStartMark()
        .filter(mark -> mark.getIndex() >= from && mark.getIndex() < to)
        .isPresent();
  }
}
