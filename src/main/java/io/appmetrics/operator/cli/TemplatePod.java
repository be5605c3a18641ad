package io.appmetrics.operator.cli;

import io.appmetrics.operator.cli.RenderOptions.Sidecars;
import io.appmetrics.operator.mesh.InboundCapture;
import io.appmetrics.operator.mesh.MeshPod;
import io.appmetrics.operator.relabel.Injector;
import io.appmetrics.operator.relabel.MetricsMerging;
import io.appmetrics.operator.relabel.Pod;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The pod that a workload's manifest will have, as far as a manifest can tell. */
final class TemplatePod {
  private static final String STATUS = "sidecar.istio.io/status";
  private static final String INJECT = "sidecar.istio.io/inject";
  private static final String PROXY = "istio-proxy";

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

  private Map<String, String> labels() {
    return texts(at(template, "metadata", "labels"));
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

  /**
   * What stands before the app: what the template says of it goes before the option, which speaks
   * of all (istio, pkg/kube/inject/inject.go, injectRequired: the label goes before the
   * annotation).
   */
  Sidecars sidecars(Sidecars otherwise) {
    Map<String, String> annotations = annotations();
    if (MeshPod.asksForGateway(annotations) || proxies().anyMatch(TemplatePod::runsAsRouter)) {
      return Sidecars.NONE;
    }
    if (proxies().findAny().isPresent()) { // by istioctl kube-inject
      return MetricsMerging.agentPort(annotations).isPresent() ? Sidecars.MERGING : Sidecars.PLAIN;
    }
    String asked = labels().getOrDefault(INJECT, annotations.getOrDefault(INJECT, ""));
    boolean onTheHost = Boolean.TRUE.equals(at(template, "spec", "hostNetwork"));
    return asked.equals("false") || onTheHost ? Sidecars.NONE : otherwise;
  }

  /** Which ports the sidecar stands before, if there is one. */
  InboundCapture capture() {
    return InboundCapture.ofAnnotations(annotations()).orElse(InboundCapture.ALL);
  }

  private Stream<Object> proxies() {
    return Stream.of("containers", "initContainers")
        .flatMap(field -> declared(field).stream())
        .filter(container -> text(container, "name").equals(PROXY));
  }

  private static boolean runsAsRouter(Object container) {
    return at(container, "args") instanceof List<?> arguments
        && MeshPod.runsAsRouter(arguments.stream().map(String::valueOf).toList());
  }

  /** The pod, once the injector has done its work. */
  Pod pod(Manifests.Key key, Sidecars option) {
    Sidecars sidecars = sidecars(option);
    Map<String, String> annotations = new HashMap<>(annotations());
    List<Pod.Container> containers = containers("containers", container -> true);
    if (sidecars != Sidecars.NONE && proxies().findAny().isEmpty()) {
      annotations.put(STATUS, "{}");
      containers.add(new Pod.Container(PROXY, "", "", List.of()));
    }
    if (sidecars == Sidecars.MERGING) {
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
        labels(),
        annotations,
        null,
        containers,
        containers("initContainers", container -> true));
  }

  private List<Pod.Container> containers(String field, Predicate<Object> which) {
    List<Pod.Container> containers = new ArrayList<>();
    for (Object container : declared(field)) {
      if (which.test(container)) {
        containers.add(
            new Pod.Container(
                text(container, "name"), text(container, "image"), "", ports(container)));
      }
    }
    return containers;
  }

  private List<Object> declared(String field) {
    return at(template, "spec", field) instanceof List<?> declared
        ? declared.stream().filter(Objects::nonNull).<Object>map(item -> item).toList()
        : List.of();
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
