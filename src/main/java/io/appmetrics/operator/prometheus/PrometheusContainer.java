package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.apiserver.PodReadiness;
import io.appmetrics.operator.mesh.MeshPod;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
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
 * @param end how its last process ended by itself; null when none did
 * @param readySince since when its pod is ready; null while it is not
 * @param podSince when its pod was made; null when nobody says
 */
public record PrometheusContainer(
    String image,
    boolean running,
    boolean failing,
    @Nullable Instant startedAt,
    boolean ambient,
    @Nullable End end,
    @Nullable Instant readySince,
    @Nullable Instant podSince) {

  /** What the kernel ends for want of memory says nothing of what it has read. */
  private static final String OUT_OF_MEMORY = "OOMKilled";

  /**
   * How a process ended that nobody had asked to.
   *
   * @param podSince when the pod was made, in whole seconds; null when nobody says
   * @param startedAt when it had started, in whole seconds
   * @param times how many of this pod have ended
   * @param exitCode its exit code
   */
  public record End(@Nullable Instant podSince, Instant startedAt, int times, int exitCode) {}

  PrometheusContainer(String image, boolean running, boolean failing) {
    this(image, running, failing, null, false, null, null, null);
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
        MeshPod.inAmbient(Objects.requireNonNullElse(pod.getMetadata().getAnnotations(), Map.of())),
        status
            .flatMap(s -> end(s, Optional.ofNullable(pod.getMetadata().getCreationTimestamp())))
            .orElse(null),
        PodReadiness.since(pod).orElse(null),
        Optional.ofNullable(pod.getMetadata().getCreationTimestamp())
            .map(Instant::parse)
            .orElse(null));
  }

  private static Optional<End> end(ContainerStatus status, Optional<String> podSince) {
    Optional<ContainerStateTerminated> now = terminated(status.getState());
    int restarts = Objects.requireNonNullElse(status.getRestartCount(), 0);
    boolean runs = status.getState() != null && status.getState().getRunning() != null;
    return now.or(() -> terminated(status.getLastState()))
        .filter(end -> !OUT_OF_MEMORY.equals(end.getReason()))
        .filter(end -> end.getStartedAt() != null)
        .filter(end -> !Integer.valueOf(0).equals(end.getExitCode()))
        .map(
            end ->
                new End(
                    podSince.map(Instant::parse).orElse(null),
                    Instant.parse(end.getStartedAt()),
                    restarts + (runs ? 0 : 1),
                    Objects.requireNonNullElse(end.getExitCode(), -1)));
  }

  private static Optional<ContainerStateTerminated> terminated(@Nullable ContainerState state) {
    return Optional.ofNullable(state).map(ContainerState::getTerminated);
  }

  private static String image(Pod pod, String name) {
    return pod.getSpec().getContainers().stream()
        .filter(c -> c.getName().equals(name))
        .flatMap(c -> Stream.ofNullable(c.getImage()))
        .findFirst()
        .orElse("");
  }
}
