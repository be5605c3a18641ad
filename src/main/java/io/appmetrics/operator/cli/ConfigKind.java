package io.appmetrics.operator.cli;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/**
 * Files that are taken for a Prometheus configuration by mistake: told by keys at the top that
 * Prometheus refuses, and always has. Any other key that is not known here may be one of
 * tomorrow's.
 */
final class ConfigKind {
  private static final Map<String, String> MISTAKES =
      Map.of(
          "receivers", "this is a configuration of Alertmanager; give that of Prometheus",
          "route", "this is a configuration of Alertmanager; give that of Prometheus",
          "groups",
              "this is a file of rules, which rule_files names; give the configuration itself");

  /** Most files have none of these words, and need not be read once more. */
  private static final Pattern SUSPECT =
      Pattern.compile("(?:^|[\\s{,])[\"']?(?:apiVersion|receivers|route|groups)[\"']?\\s*:");

  private ConfigKind() {}

  /**
   * Sees whether a text is something else.
   *
   * @throws Misuse when it is; with what it is, and what to give instead
   */
  static void check(String file, String text) throws Misuse {
    if (!SUSPECT.matcher(text).find() || !(root(text) instanceof MappingNode root)) {
      return;
    }
    for (NodeTuple entry : root.getValue()) {
      if (entry.getKeyNode() instanceof ScalarNode key) {
        String mistake =
            key.getValue().equals("apiVersion") ? manifest(root) : MISTAKES.get(key.getValue());
        if (mistake != null) {
          throw new Misuse(
              "%s: %s".formatted(Manifest.Position.of(file, key.getStartMark()), mistake));
        }
      }
    }
  }

  /** The first document, the only one that Prometheus reads; what is no YAML is told elsewhere. */
  private static @Nullable Node root(String text) {
    try {
      var documents = new Compose(LoadSettings.builder().build()).composeAllFromString(text);
      for (Node document : documents) {
        return document;
      }
      return null;
    } catch (YamlEngineException e) {
      return null;
    }
  }

  private static String manifest(MappingNode root) {
    String kind =
        YamlValues.child(root, "kind") instanceof ScalarNode scalar ? scalar.getValue() : "object";
    Optional<String> key =
        YamlValues.child(root, "data") instanceof MappingNode data
            ? keys(data).stream().filter(name -> name.matches(".*\\.ya?ml")).findFirst()
            : Optional.empty();
    return "this is a Kubernetes %s, and no Prometheus configuration; give the text of its key %s"
        .formatted(kind, key.orElse("prometheus.yml"));
  }

  private static List<String> keys(MappingNode data) {
    return data.getValue().stream()
        .map(NodeTuple::getKeyNode)
        .filter(ScalarNode.class::isInstance)
        .map(key -> ((ScalarNode) key).getValue())
        .toList();
  }
}
