package io.appmetrics.operator.cli;

import io.appmetrics.operator.schema.FieldPath;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * An object of a file, and where its parts stand.
 *
 * @param value as kubectl reads it
 */
record Manifest(String file, MappingNode node, Map<?, ?> value) {

  /** Where something stands, as compilers say it; both numbers from 1. */
  record Position(String file, int line, int column) implements Comparable<Position> {
    static Position of(String file, Optional<Mark> mark) {
      return new Position(
          file, mark.map(Mark::getLine).orElse(0) + 1, mark.map(Mark::getColumn).orElse(0) + 1);
    }

    @Override
    public int compareTo(Position other) {
      return line == other.line
          ? Integer.compare(column, other.column)
          : Integer.compare(line, other.line);
    }

    @Override
    public String toString() {
      return "%s:%d:%d".formatted(file, line, column);
    }
  }

  /** A text of the metadata; empty when there is none. */
  String metadata(String key) {
    return value.get("metadata") instanceof Map<?, ?> metadata
            && metadata.get(key) instanceof String text
        ? text
        : "";
  }

  /** A mapping of the metadata. */
  Map<?, ?> metadata(String key, Map<?, ?> otherwise) {
    return value.get("metadata") instanceof Map<?, ?> metadata
            && metadata.get(key) instanceof Map<?, ?> mapping
        ? mapping
        : otherwise;
  }

  String namespace() {
    String namespace = metadata("namespace");
    return namespace.isEmpty() ? "default" : namespace;
  }

  String name() {
    return metadata("name");
  }

  Position position() {
    return Position.of(file, node.getStartMark());
  }

  /** Where a field stands: its value, or what should have it. */
  Position at(FieldPath path) {
    Node at = node;
    for (Object step : path.steps()) {
      Node next = below(at, step);
      if (next == null) {
        break;
      }
      at = next;
    }
    return Position.of(file, at.getStartMark());
  }

  /** Where the name of a field stands. */
  Position key(FieldPath path) {
    List<Object> steps = path.steps();
    Node holder = node;
    for (Object step : steps.subList(0, steps.size() - 1)) {
      Node next = below(holder, step);
      holder = next == null ? holder : next;
    }
    if (holder instanceof MappingNode mapping) {
      for (NodeTuple entry : mapping.getValue()) {
        if (entry.getKeyNode() instanceof ScalarNode key
            && key.getValue().equals(steps.get(steps.size() - 1))) {
          return Position.of(file, key.getStartMark());
        }
      }
    }
    return at(path);
  }

  private static @Nullable Node below(Node node, Object step) {
    return node instanceof SequenceNode list && step instanceof Integer index
        ? list.getValue().get(index)
        : node instanceof MappingNode mapping ? YamlValues.child(mapping, step.toString()) : null;
  }
}
