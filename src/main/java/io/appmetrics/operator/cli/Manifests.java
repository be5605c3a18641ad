package io.appmetrics.operator.cli;

import io.appmetrics.operator.api.TargetKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** The AppMetrics and the workloads of some files; whatever else stands there is passed over. */
final class Manifests {

  /** What identifies a workload. */
  record Key(TargetKind kind, String namespace, String name) {
    @Override
    public String toString() {
      return kind + " " + name;
    }
  }

  private static final LoadSettings SETTINGS = LoadSettings.builder().build();
  private static final int DEEPEST = 8;

  private final YamlValues values = new YamlValues();
  private final List<Manifest> appMetrics = new ArrayList<>();
  private final Map<Key, Manifest> workloads = new HashMap<>();

  List<Manifest> appMetrics() {
    return appMetrics;
  }

  /** The manifest of a workload, if one was given. */
  Optional<Manifest> workload(Key key) {
    return Optional.ofNullable(workloads.get(key));
  }

  /**
   * Reads one file, of any number of documents.
   *
   * @throws Misuse when it is no YAML that kubectl reads
   */
  void read(String file, String text) throws Misuse {
    try {
      for (Node document : new Compose(SETTINGS).composeAllFromString(text)) {
        read(file, document, 0);
      }
    } catch (MarkedYamlEngineException e) {
      throw new Misuse(
          "%s: this is no YAML (%s)"
              .formatted(
                  Manifest.Position.of(file, e.getProblemMark().or(e::getContextMark)),
                  e.getProblem()));
    } catch (YamlEngineException e) {
      throw new Misuse(file + ":1:1: this is no YAML (" + e.getMessage() + ")");
    } catch (StackOverflowError e) {
      throw new Misuse(file + ":1:1: this is nested too deeply to be read");
    } catch (YamlValues.Unread e) {
      throw new Misuse(Manifest.Position.of(file, e.mark()) + ": " + e.getMessage());
    }
  }

  private void read(String file, Node node, int depth) throws YamlValues.Unread {
    if (!(node instanceof MappingNode mapping) || depth > DEEPEST) {
      return;
    }
    String kind = text(mapping, "kind");
    if (kind.endsWith("List") && YamlValues.child(mapping, "items") instanceof SequenceNode items) {
      for (Node item : items.getValue()) {
        read(file, item, depth + 1);
      }
    } else if (kind.equals("AppMetrics") && text(mapping, "apiVersion").startsWith(Crd.GROUP)) {
      appMetrics.add(manifest(file, mapping));
    } else {
      for (TargetKind target : TargetKind.values()) {
        if (target.toString().equals(kind)) {
          Manifest workload = manifest(file, mapping);
          workloads.put(new Key(target, workload.namespace(), workload.name()), workload);
        }
      }
    }
  }

  private Manifest manifest(String file, MappingNode mapping) throws YamlValues.Unread {
    return new Manifest(
        file, mapping, values.of(mapping) instanceof Map<?, ?> value ? value : Map.of());
  }

  private static String text(MappingNode mapping, String key) {
    return YamlValues.child(mapping, key) instanceof ScalarNode scalar ? scalar.getValue() : "";
  }
}
