package io.appmetrics.operator.mesh;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A pod, as far as the mesh's policies ask about it.
 *
 * @param labels by which policies select it
 * @param namedPorts the numbers of its named containerPorts
 * @param dataplane what enforces them
 * @param capture which of its ports that is done for, where it is a sidecar
 * @param proxy the release of its Istio, which decides what its policies come to
 */
public record MeshPod(
    String namespace,
    Map<String, String> labels,
    Map<String, Integer> namedPorts,
    Dataplane dataplane,
    InboundCapture capture,
    ProxyRelease proxy) {

  private static final String REDIRECTION = "ambient.istio.io/redirection";
  private static final String TEMPLATES = "inject.istio.io/templates";
  private static final String GATEWAY = "gateway";

  /** What a proxy is run as that is the app itself, and no sidecar of one. */
  private static final Set<String> ROUTERS = Set.of("router", "waypoint");

  public MeshPod {
    labels = Map.copyOf(labels);
    namedPorts = Map.copyOf(namedPorts);
  }

  /**
   * Whether a pod without a sidecar is in ambient. Its own label and that of its namespace only ask
   * for it; Istio's CNI says so by an annotation once it has seen to it (cni/pkg/util/podutil.go).
   */
  public static boolean inAmbient(Map<String, String> annotations) {
    return "enabled".equals(annotations.get(REDIRECTION));
  }

  /** Whether a pod, or its template, asks the injector for a gateway in place of a sidecar. */
  public static boolean asksForGateway(Map<String, String> annotations) {
    return Stream.of(annotations.getOrDefault(TEMPLATES, "").split(",", -1))
        .map(String::strip)
        .anyMatch(GATEWAY::equals);
  }

  /**
   * Whether a container istio-proxy is a gateway or a waypoint: nothing that comes into its pod is
   * redirected, and Istio's ports are its own (istio, cni/pkg/plugin/plugin.go, ProxyType).
   *
   * @param arguments the container's
   */
  public static boolean runsAsRouter(List<String> arguments) {
    return arguments.size() > 1
        && arguments.get(0).equals("proxy")
        && ROUTERS.contains(arguments.get(1));
  }

  /**
   * The pod that its workload's template makes next: what an injector adds is as in this one.
   *
   * @param labels the template's
   * @param annotations the template's
   */
  public MeshPod next(Map<String, String> labels, Map<String, String> annotations) {
    return new MeshPod(
        namespace,
        labels,
        namedPorts,
        dataplane,
        InboundCapture.ofAnnotations(annotations).orElse(capture),
        proxy);
  }

  /**
   * The pod that a template makes, where there is none to go by, if it gets what it may from the
   * injector: a sidecar, unless it asks for a gateway.
   */
  public static MeshPod imagined(
      String namespace,
      Map<String, String> labels,
      Map<String, Integer> namedPorts,
      Map<String, String> annotations) {
    return new MeshPod(
        namespace,
        labels,
        namedPorts,
        asksForGateway(annotations) ? Dataplane.NONE : Dataplane.SIDECAR,
        InboundCapture.ofAnnotations(annotations).orElse(InboundCapture.ALL),
        ProxyRelease.UNKNOWN);
  }
}
