package io.appmetrics.operator.appmetrics;

import io.appmetrics.operator.relabel.Pod;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A pod as the API server gives it, read as Prometheus' pod discovery does. */
public final class DiscoveredPod {

  private DiscoveredPod() {}

  /** Unwraps a pod. */
  public static Pod of(io.fabric8.kubernetes.api.model.Pod pod) {
    var metadata = pod.getMetadata();
    var status = Objects.requireNonNullElseGet(pod.getStatus(), PodStatus::new);
    var ready =
        status.getConditions().stream()
            .filter(condition -> condition.getType().equals("Ready"))
            .map(condition -> condition.getStatus())
            .findFirst()
            .orElse("Unknown");
    var controller =
        metadata.getOwnerReferences().stream()
            .filter(owner -> Boolean.TRUE.equals(owner.getController()))
            .map(owner -> new Pod.Controller(owner.getKind(), owner.getName()))
            .findFirst()
            .orElse(null);
    return new Pod(
        metadata.getNamespace(),
        metadata.getName(),
        metadata.getUid(),
        Objects.requireNonNullElse(status.getPodIP(), ""),
        Objects.requireNonNullElse(status.getHostIP(), ""),
        Objects.requireNonNullElse(pod.getSpec().getNodeName(), ""),
        Objects.requireNonNullElse(status.getPhase(), ""),
        ready,
        Objects.requireNonNullElse(metadata.getLabels(), Map.of()),
        Objects.requireNonNullElse(metadata.getAnnotations(), Map.of()),
        controller,
        containers(pod.getSpec().getContainers(), status.getContainerStatuses()),
        containers(pod.getSpec().getInitContainers(), status.getInitContainerStatuses()));
  }

  private static List<Pod.Container> containers(
      List<Container> containers, List<ContainerStatus> statuses) {
    return containers.stream()
        .map(
            container ->
                new Pod.Container(
                    container.getName(),
                    Objects.requireNonNullElse(container.getImage(), ""),
                    statuses.stream()
                        .filter(status -> status.getName().equals(container.getName()))
                        .map(status -> Objects.requireNonNullElse(status.getContainerID(), ""))
                        .findFirst()
                        .orElse(""),
                    container.getPorts().stream()
                        .map(
                            port ->
                                new Pod.Port(
                                    port.getContainerPort(),
                                    Objects.requireNonNullElse(port.getName(), ""),
                                    Objects.requireNonNullElse(port.getProtocol(), "TCP")))
                        .toList()))
        .toList();
  }
}
