package io.appmetrics.operator.cli;

import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.appmetrics.operator.api.AppMetricsSpec;
import io.appmetrics.operator.api.TargetKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.constructor.StandardConstructor;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** The AppMetrics and the workloads of some files; whatever else stands there is passed over. */
final class Manifests {

  /** Where something stands, as compilers say it. */
  record Position(String file, int line, int column) {
    @Override
    public String toString() {
      return "%s:%d:%d".formatted(file, line, column);
    }
  }

  /** An AppMetrics of a file. */
  record Declared(Position position, String namespace, String name, AppMetricsSpec spec) {
    @Override
    public String toString() {
      return "AppMetrics " + namespace + "/" + name;
    }
  }

  /** What identifies a workload. */
  record Key(TargetKind kind, String namespace, String name) {}

  private static final LoadSettings SETTINGS = LoadSettings.builder().build();
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int DEEPEST = 8;

  private final List<Declared> appMetrics = new ArrayList<>();
  private final Map<Key, Map<?, ?>> workloads = new HashMap<>();

  List<Declared> appMetrics() {
    return appMetrics;
  }

  /** The manifest of a workload, if one was given. */
  Optional<Map<?, ?>> workload(Key key) {
    return Optional.ofNullable(workloads.get(key));
  }

  /**
   * Reads one file, of any number of documents.
   *
   * @throws Misuse when it is no YAML, or an AppMetrics in it is none
   */
  void read(String file, String text) throws Misuse {
    try {
      for (Node document : new Compose(SETTINGS).composeAllFromString(text)) {
        read(file, document, 0);
      }
    } catch (MarkedYamlEngineException e) {
      Optional<Mark> mark = e.getProblemMark().or(e::getContextMark);
      throw new Misuse(position(file, mark) + ": this is no YAML (" + e.getProblem() + ")");
    } catch (YamlEngineException e) {
      throw new Misuse(file + ":1:1: this is no YAML (" + e.getMessage() + ")");
    }
  }

  private void read(String file, Node node, int depth) throws Misuse {
    if (!(node instanceof MappingNode mapping) || depth > DEEPEST) {
      return;
    }
    String kind = text(mapping, "kind");
    if (kind.endsWith("List") && child(mapping, "items") instanceof SequenceNode items) {
      for (Node item : items.getValue()) {
        read(file, item, depth + 1);
      }
    } else if (kind.equals("AppMetrics")
        && text(mapping, "apiVersion").startsWith("appmetrics.io/")) {
      appMetrics.add(declared(file, mapping));
    } else if (child(mapping, "metadata") instanceof MappingNode metadata) {
      for (TargetKind target : TargetKind.values()) {
        if (target.toString().equals(kind)) {
          workloads.put(
              new Key(target, namespace(metadata), text(metadata, "name")), object(mapping));
        }
      }
    }
  }

  private static Declared declared(String file, MappingNode mapping) throws Misuse {
    Position position = position(file, mapping.getStartMark());
    if (!(child(mapping, "metadata") instanceof MappingNode metadata)
        || text(metadata, "name").isEmpty()) {
      throw new Misuse(position + ": this AppMetrics has no metadata.name; give it one");
    }
    if (!(child(mapping, "spec") instanceof MappingNode spec)) {
      throw new Misuse(position + ": this AppMetrics has no spec; name its targets there");
    }
    try {
      AppMetricsSpec read = JSON.convertValue(object(spec), AppMetricsSpec.class);
      return new Declared(
          position,
          namespace(metadata),
          text(metadata, "name"),
          Defaults.of(read, position(file, spec.getStartMark())));
    } catch (IllegalArgumentException e) {
      throw new Misuse(misread(file, spec, e));
    }
  }

  /** With the place of the field that is wrong. */
  private static String misread(String file, Node spec, IllegalArgumentException e) {
    if (!(e.getCause() instanceof JsonMappingException wrong)) {
      return position(file, spec.getStartMark()) + ": " + e.getMessage();
    }
    Node at = spec;
    for (JsonMappingException.Reference step : wrong.getPath()) {
      Node next =
          at instanceof SequenceNode items && step.getIndex() >= 0
              ? items.getValue().get(step.getIndex())
              : at instanceof MappingNode fields && step.getFieldName() != null
                  ? child(fields, step.getFieldName())
                  : null;
      if (next == null) {
        break;
      }
      at = next;
    }
    String path =
        wrong.getPath().stream()
            .map(s -> s.getIndex() >= 0 ? "[" + s.getIndex() + "]" : "." + s.getFieldName())
            .collect(Collectors.joining());
    return "%s: spec%s is not what it should be: %s"
        .formatted(position(file, at.getStartMark()), path, wrong.getOriginalMessage());
  }

  private static Map<?, ?> object(Node node) {
    return (Map<?, ?>) new StandardConstructor(SETTINGS).constructSingleDocument(Optional.of(node));
  }

  private static String namespace(MappingNode metadata) {
    String namespace = text(metadata, "namespace");
    return namespace.isEmpty() ? "default" : namespace;
  }

  private static String text(MappingNode mapping, String key) {
    return child(mapping, key) instanceof ScalarNode scalar ? scalar.getValue() : "";
  }

  private static @Nullable Node child(MappingNode mapping, String key) {
    return mapping.getValue().stream()
        .filter(
            tuple -> tuple.getKeyNode() instanceof ScalarNode name && name.getValue().equals(key))
        .map(NodeTuple::getValueNode)
        .findFirst()
        .orElse(null);
  }

  private static Position position(String file, Optional<Mark> mark) {
    return new Position(
        file, mark.map(Mark::getLine).orElse(0) + 1, mark.map(Mark::getColumn).orElse(0) + 1);
  }
}
