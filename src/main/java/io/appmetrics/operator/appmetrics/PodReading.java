package io.appmetrics.operator.appmetrics;

import io.appmetrics.operator.chain.PodFacts;
import io.appmetrics.operator.chain.Workload;
import io.appmetrics.operator.route.Endpoint;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStateRunning;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Unwraps a pod, once. */
final class PodReading {
  private static final String SIDECAR_STATUS = "sidecar.istio.io/status";
  private static final String PROXY = "istio-proxy";
  private static final String MERGED = "ISTIO_PROMETHEUS_ANNOTATIONS";

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
   * Whether the Deployment made it, by way of a ReplicaSet name-hash: the labels of a debug pod, a
   * job or a canary may match, too, and nobody rolls those out.
   */
  private static boolean belongs(Pod pod, Workload workload) {
    String prefix = workload.name() + "-";
    return pod.getMetadata().getOwnerReferences().stream()
        .filter(owner -> Boolean.TRUE.equals(owner.getController()))
        .filter(owner -> owner.getKind().equals("ReplicaSet"))
        .map(OwnerReference::getName)
        .anyMatch(name -> name.startsWith(prefix) && name.indexOf('-', prefix.length()) < 0);
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
        readySince(pod),
        startedAt(pod),
        pod.getMetadata().getDeletionTimestamp() != null,
        sidecar(pod, annotations),
        annotations,
        DeploymentReading.ports(pod.getSpec().getContainers()),
        merged(pod),
        DiscoveredPod.of(pod));
  }

  /** What the injector has told the agent to fetch (pkg/kube/inject/webhook.go). */
  private static Endpoint.@Nullable Key merged(Pod pod) {
    return containers(pod)
        .filter(container -> container.getName().equals(PROXY))
        .flatMap(container -> container.getEnv().stream())
        .filter(variable -> variable.getName().equals(MERGED))
        .flatMap(variable -> Stream.ofNullable(variable.getValue()))
        .findFirst()
        .flatMap(PodReading::merged)
        .orElse(null);
  }

  /** As {@code {"scrape":"true","path":"/metrics","port":"8080"}}; the agent has its defaults. */
  private static Optional<Endpoint.Key> merged(String json) {
    Map<?, ?> told;
    try {
      told = Serialization.unmarshal(json, Map.class);
    } catch (IllegalArgumentException | KubernetesClientException e) {
      return Optional.empty(); // then the agent fetches nothing either
    }
    String port = told(told, "port", "80");
    return "true".equals(told(told, "scrape", "")) && port.matches("[1-9]\\d{0,4}")
        ? Optional.of(new Endpoint.Key(Integer.parseInt(port), told(told, "path", "/metrics")))
        : Optional.empty();
  }

  private static String told(Map<?, ?> told, String key, String unlessSet) {
    return told.get(key) instanceof String text && !text.isEmpty() ? text : unlessSet;
  }

  private static Stream<Container> containers(Pod pod) {
    return Stream.concat(
        pod.getSpec().getContainers().stream(), pod.getSpec().getInitContainers().stream());
  }

  /** A native sidecar is an init container. */
  private static boolean sidecar(Pod pod, Map<String, String> annotations) {
    return annotations.containsKey(SIDECAR_STATUS)
        || containers(pod).anyMatch(container -> container.getName().equals(PROXY));
  }

  private static @Nullable Instant readySince(Pod pod) {
    return status(pod).getConditions().stream()
        .filter(c -> c.getType().equals("Ready") && c.getStatus().equals("True"))
        .map(c -> c.getLastTransitionTime())
        .flatMap(Stream::ofNullable)
        .map(Instant::parse)
        .findFirst()
        .orElse(null);
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
