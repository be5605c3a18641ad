package io.appmetrics.operator.cli;

import io.appmetrics.operator.relabel.Injector;
import io.appmetrics.operator.relabel.MetricsMerging;
import io.appmetrics.operator.relabel.Pod;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The pod that a workload's manifest will have, as far as a manifest can tell. */
final class TemplatePod {
  private static final String STATUS = "sidecar.istio.io/status";

  private final @Nullable Object template;

  /**
   * Of a workload.
   *
   * @param manifest its manifest; null when nobody has given it
   */
  TemplatePod(@Nullable Map<?, ?> manifest) {
    this.template = manifest == null ? null : at(manifest, "spec", "template");
  }

  /** The annotations of the template. */
  Map<String, String> annotations() {
    return texts(at(template, "metadata", "annotations"));
  }

  /** The numbers of the named ports of its containers, native sidecars among them. */
  Map<String, Integer> namedPorts() {
    Map<String, Integer> named = new TreeMap<>();
    Stream.concat(
            containers("containers", container -> true).stream(),
            containers("initContainers", c -> text(c, "restartPolicy").equals("Always")).stream())
        .flatMap(container -> container.ports().stream())
        .filter(port -> !port.name().isEmpty())
        .forEach(port -> named.putIfAbsent(port.name(), port.number()));
    return named;
  }

  /** The pod, once the injector has done its work. */
  Pod pod(Manifests.Key key, RenderOptions.Sidecars sidecars) {
    Map<String, String> annotations = new HashMap<>(annotations());
    List<Pod.Container> containers = containers("containers", container -> true);
    if (sidecars != RenderOptions.Sidecars.NONE) {
      annotations.put(STATUS, "{}");
      containers.add(new Pod.Container("istio-proxy", "", "", List.of()));
    }
    if (sidecars == RenderOptions.Sidecars.MERGING) {
      annotations.putAll(MetricsMerging.shown(Injector.DEFAULT_AGENT_PORT));
    }
    return new Pod(
        key.namespace(),
        key.name() + "-0",
        "",
        "",
        "",
        "",
        "Running",
        "True",
        texts(at(template, "metadata", "labels")),
        annotations,
        null,
        containers,
        containers("initContainers", container -> true));
  }

  private List<Pod.Container> containers(String field, Predicate<Object> which) {
    List<Pod.Container> containers = new ArrayList<>();
    if (at(template, "spec", field) instanceof List<?> declared) {
      for (Object container : declared) {
        if (which.test(container)) {
          containers.add(
              new Pod.Container(
                  text(container, "name"), text(container, "image"), "", ports(container)));
        }
      }
    }
    return containers;
  }

  private static List<Pod.Port> ports(Object container) {
    List<Pod.Port> ports = new ArrayList<>();
    if (at(container, "ports") instanceof List<?> declared) {
      for (Object port : declared) {
        if (at(port, "containerPort") instanceof Long number) {
          String protocol = text(port, "protocol");
          ports.add(
              new Pod.Port(
                  number.intValue(), text(port, "name"), protocol.isEmpty() ? "TCP" : protocol));
        }
      }
    }
    return ports;
  }

  private static @Nullable Object at(@Nullable Object from, String... path) {
    Object at = from;
    for (String key : path) {
      at = at instanceof Map<?, ?> map ? map.get(key) : null;
    }
    return at;
  }

  private static String text(Object from, String key) {
    Object text = at(from, key);
    return text == null ? "" : text.toString();
  }

  private static Map<String, String> texts(@Nullable Object map) {
    Map<String, String> texts = new TreeMap<>();
    if (map instanceof Map<?, ?> entries) {
      entries.forEach((key, value) -> texts.put(String.valueOf(key), String.valueOf(value)));
    }
    return texts;
  }
}
