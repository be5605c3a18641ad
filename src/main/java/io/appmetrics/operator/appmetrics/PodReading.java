package io.appmetrics.operator.appmetrics;

import io.appmetrics.operator.apiserver.PodReadiness;
import io.appmetrics.operator.chain.PodFacts;
import io.appmetrics.operator.chain.Workload;
import io.appmetrics.operator.mesh.Dataplane;
import io.appmetrics.operator.mesh.InboundCapture;
import io.appmetrics.operator.mesh.MeshPod;
import io.appmetrics.operator.mesh.ProxyRelease;
import io.appmetrics.operator.relabel.MetricsMerging;
import io.appmetrics.operator.route.Endpoint;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStateRunning;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Unwraps a pod, once. */
final class PodReading {
  private static final String SIDECAR_STATUS = "sidecar.istio.io/status";
  private static final String PROXY = "istio-proxy";
  private static final Set<String> CAPTURING = Set.of("istio-init", "istio-validation");

  private PodReading() {}

  /** The workload's pods that live, by name; what has run to its end serves nobody. */
  static List<PodFacts> of(Workload workload, List<Pod> pods) {
    return pods.stream()
        .filter(pod -> belongs(pod, workload))
        .filter(pod -> !ended(pod))
        .map(PodReading::of)
        .sorted(Comparator.comparing(PodFacts::name))
        .toList();
  }

  /**
   * Whether the workload made it: the labels of a debug pod, a job or a canary may match, too, and
   * nobody rolls those out.
   */
  private static boolean belongs(Pod pod, Workload workload) {
    return pod.getMetadata().getOwnerReferences().stream()
        .filter(owner -> Boolean.TRUE.equals(owner.getController()))
        .anyMatch(
            owner ->
                switch (workload.kind()) {
                  case DEPLOYMENT -> isReplicaSetOf(owner, workload.name());
                  case STATEFUL_SET, DAEMON_SET -> workload.uid().equals(owner.getUid());
                });
  }

  /** A Deployment makes its pods by way of a ReplicaSet name-hash, which is not read. */
  private static boolean isReplicaSetOf(OwnerReference owner, String deployment) {
    String prefix = deployment + "-";
    return owner.getKind().equals("ReplicaSet")
        && owner.getName().startsWith(prefix)
        && owner.getName().indexOf('-', prefix.length()) < 0;
  }

  private static boolean ended(Pod pod) {
    String phase = status(pod).getPhase();
    return "Succeeded".equals(phase) || "Failed".equals(phase);
  }

  private static PodFacts of(Pod pod) {
    Map<String, String> annotations =
        Objects.requireNonNullElse(pod.getMetadata().getAnnotations(), Map.of());
    return new PodFacts(
        pod.getMetadata().getNamespace(),
        pod.getMetadata().getName(),
        pod.getMetadata().getUid(),
        Optional.ofNullable(pod.getMetadata().getCreationTimestamp())
            .map(Instant::parse)
            .orElse(Instant.EPOCH),
        PodReadiness.since(pod).orElse(null),
        startedAt(pod),
        pod.getMetadata().getDeletionTimestamp() != null,
        mesh(pod, annotations),
        annotations,
        WorkloadReading.ports(pod.getSpec()),
        merged(pod),
        DiscoveredPod.of(pod));
  }

  /** What the injector has told the agent to fetch (pkg/kube/inject/webhook.go). */
  private static Endpoint.@Nullable Key merged(Pod pod) {
    return proxies(pod)
        .flatMap(container -> container.getEnv().stream())
        .filter(variable -> variable.getName().equals(MetricsMerging.VARIABLE))
        .flatMap(variable -> Stream.ofNullable(variable.getValue()))
        .flatMap(variable -> MetricsMerging.fetched(variable).stream())
        .map(fetch -> new Endpoint.Key(fetch.port(), fetch.path()))
        .findFirst()
        .orElse(null);
  }

  /** A native sidecar is an init container. */
  private static Stream<Container> proxies(Pod pod) {
    return Stream.concat(
            pod.getSpec().getContainers().stream(), pod.getSpec().getInitContainers().stream())
        .filter(container -> container.getName().equals(PROXY));
  }

  private static MeshPod mesh(Pod pod, Map<String, String> annotations) {
    return new MeshPod(
        pod.getMetadata().getNamespace(),
        Objects.requireNonNullElse(pod.getMetadata().getLabels(), Map.of()),
        WorkloadReading.ports(pod.getSpec()).stream()
            .filter(port -> port.name() != null)
            .collect(
                Collectors.toMap(
                    port -> String.valueOf(port.name()),
                    Workload.DeclaredPort::number,
                    (first, second) -> first)),
        dataplane(pod, annotations),
        capture(pod, annotations),
        release(pod));
  }

  private static ProxyRelease release(Pod pod) {
    return proxies(pod)
        .flatMap(container -> Stream.ofNullable(container.getImage()))
        .map(ProxyRelease::ofImage)
        .findFirst()
        .orElse(ProxyRelease.UNKNOWN);
  }

  private static Dataplane dataplane(Pod pod, Map<String, String> annotations) {
    if (sidecar(pod, annotations)) {
      return Dataplane.SIDECAR; // ztunnel leaves such a pod alone
    }
    return MeshPod.inAmbient(annotations) ? Dataplane.AMBIENT : Dataplane.NONE;
  }

  /** With Istio's CNI no init container sets it up, or one that only looks whether it was. */
  private static InboundCapture capture(Pod pod, Map<String, String> annotations) {
    return pod.getSpec().getInitContainers().stream()
        .filter(container -> CAPTURING.contains(container.getName()))
        .flatMap(container -> InboundCapture.ofArguments(container.getArgs()).stream())
        .findFirst()
        .or(() -> InboundCapture.ofAnnotations(annotations))
        .orElse(InboundCapture.ALL);
  }

  private static boolean sidecar(Pod pod, Map<String, String> annotations) {
    return !gateway(pod, annotations)
        && (annotations.containsKey(SIDECAR_STATUS) || proxies(pod).findAny().isPresent());
  }

  private static boolean gateway(Pod pod, Map<String, String> annotations) {
    return MeshPod.asksForGateway(annotations)
        || proxies(pod).anyMatch(container -> MeshPod.runsAsRouter(container.getArgs()));
  }

  private static @Nullable Instant startedAt(Pod pod) {
    return status(pod).getContainerStatuses().stream()
        .flatMap(c -> Optional.ofNullable(c.getState()).stream())
        .flatMap(state -> Optional.ofNullable(state.getRunning()).stream())
        .map(ContainerStateRunning::getStartedAt)
        .flatMap(Stream::ofNullable)
        .map(Instant::parse)
        .max(Comparator.naturalOrder())
        .orElse(null);
  }

  private static PodStatus status(Pod pod) {
    return Objects.requireNonNullElseGet(pod.getStatus(), PodStatus::new);
  }
}
