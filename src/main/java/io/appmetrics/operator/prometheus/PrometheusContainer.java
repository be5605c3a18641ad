package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.mesh.MeshPod;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The Prometheus container of a pod, as the kubelet tells of it.
 *
 * @param image the image that it is to run; empty when the pod has no such container
 * @param running whether its process runs
 * @param failing whether it has been restarted, and is not ready again
 * @param startedAt since when its process runs; null while it does not
 * @param ambient whether what it calls sees a pod of the mesh, for ztunnel carries it
 */
public record PrometheusContainer(
    String image, boolean running, boolean failing, @Nullable Instant startedAt, boolean ambient) {

  PrometheusContainer(String image, boolean running, boolean failing) {
    this(image, running, failing, null, false);
  }

  static PrometheusContainer of(Pod pod, String name) {
    Optional<ContainerStatus> status =
        pod.getStatus() == null
            ? Optional.empty()
            : pod.getStatus().getContainerStatuses().stream()
                .filter(c -> c.getName().equals(name))
                .findFirst();
    return new PrometheusContainer(
        image(pod, name),
        status.filter(s -> s.getState() != null && s.getState().getRunning() != null).isPresent(),
        status
            .filter(s -> s.getRestartCount() != null && s.getRestartCount() > 0)
            .filter(s -> !Boolean.TRUE.equals(s.getReady()))
            .isPresent(),
        status
            .flatMap(s -> Optional.ofNullable(s.getState()))
            .flatMap(state -> Optional.ofNullable(state.getRunning()))
            .flatMap(running -> Optional.ofNullable(running.getStartedAt()))
            .map(Instant::parse)
            .orElse(null),
        MeshPod.inAmbient(
            Objects.requireNonNullElse(pod.getMetadata().getAnnotations(), Map.of())));
  }

  private static String image(Pod pod, String name) {
    return pod.getSpec().getContainers().stream()
        .filter(c -> c.getName().equals(name))
        .flatMap(c -> Stream.ofNullable(c.getImage()))
        .findFirst()
        .orElse("");
  }
}
