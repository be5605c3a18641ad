package io.appmetrics.operator.mesh;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A Service of Kubernetes: policies of Istio 1.0 to 1.5 are for Services, not for pods.
 *
 * @param selector the labels of its pods; empty: it has none
 */
public record Service(String name, Map<String, String> selector, List<Port> ports) {

  public Service {
    selector = Map.copyOf(selector);
    ports = List.copyOf(ports);
  }

  /**
   * A port of a Service.
   *
   * @param name or empty
   * @param target the port of its pods: a number, or the name of a containerPort
   */
  public record Port(String name, int number, String target) {
    private boolean leadsTo(int port, MeshPod pod) {
      return target.equals(Integer.toString(port))
          || Integer.valueOf(port).equals(pod.namedPorts().get(target));
    }
  }

  /** A port of this Service that leads to a port of a pod. */
  record Served(String service, Port port) {}

  /** The ports of this Service that lead to this port of the pod. */
  Stream<Served> serving(MeshPod pod, int port) {
    return selector.isEmpty() || !pod.labels().entrySet().containsAll(selector.entrySet())
        ? Stream.of()
        : ports.stream()
            .filter(candidate -> candidate.leadsTo(port, pod))
            .map(candidate -> new Served(name, candidate));
  }
}
