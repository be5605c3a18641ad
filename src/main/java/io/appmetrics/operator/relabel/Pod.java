package io.appmetrics.operator.relabel;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A pod, as far as pod discovery reads it (discovery/kubernetes/pod.go).
 *
 * @param ip {@code status.podIP}, the first of several; empty while there is none
 * @param hostIp {@code status.hostIP}, or empty
 * @param nodeName {@code spec.nodeName}, or empty
 * @param phase {@code status.phase}, such as Running
 * @param ready the status of the condition Ready: True, False or Unknown; Unknown without one
 * @param controller the owner that controls it, if any
 * @param initContainers among them native sidecars, which Prometheus takes for no other thing
 */
public record Pod(
    String namespace,
    String name,
    String uid,
    String ip,
    String hostIp,
    String nodeName,
    String phase,
    String ready,
    Map<String, String> labels,
    Map<String, String> annotations,
    @Nullable Controller controller,
    List<Container> containers,
    List<Container> initContainers) {

  public Pod {
    labels = Map.copyOf(labels);
    annotations = Map.copyOf(annotations);
    containers = List.copyOf(containers);
    initContainers = List.copyOf(initContainers);
  }

  /** Who made the pod, such as a ReplicaSet. */
  public record Controller(String kind, String name) {}

  /**
   * A container.
   *
   * @param id {@code containerID} of its status, such as {@code containerd://...}; empty before
   */
  public record Container(String name, String image, String id, List<Port> ports) {

    public Container {
      ports = List.copyOf(ports);
    }
  }

  /**
   * A declared containerPort.
   *
   * @param name or empty
   * @param protocol TCP, UDP or SCTP
   */
  public record Port(int number, String name, String protocol) {}

  /** The same pod with other annotations, such as a template will bring. */
  public Pod withAnnotations(Map<String, String> other) {
    return new Pod(
        namespace,
        name,
        uid,
        ip,
        hostIp,
        nodeName,
        phase,
        ready,
        labels,
        other,
        controller,
        containers,
        initContainers);
  }
}
