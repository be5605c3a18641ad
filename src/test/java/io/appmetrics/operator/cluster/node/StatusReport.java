package io.appmetrics.operator.cluster.node;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The status of a pod as the kubelet writes it (source: kubernetes {@code
 * pkg/kubelet/kubelet_pods.go} and {@code pkg/kubelet/status/generate.go}).
 *
 * @param mounted true when all volumes are there, and the pod has its address
 */
record StatusReport(
    Pod pod,
    List<ContainerLife> lives,
    boolean mounted,
    String address,
    String nodeAddress,
    Instant startTime,
    Instant now) {

  private static final Set<String> OURS =
      Set.of(
          "PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled");

  /** The whole status; conditions of others are kept. */
  PodStatus status() {
    var before = pod.getStatus() == null ? new PodStatus() : pod.getStatus();
    var phase = phase();
    var status =
        new PodStatusBuilder()
            .withPhase(phase)
            .withQosClass(before.getQosClass())
            .withObservedGeneration(pod.getMetadata().getGeneration())
            .withStartTime(seconds(startTime))
            .withHostIP(nodeAddress)
            .addNewHostIP(nodeAddress)
            .withConditions(conditions(phase, before.getConditions()))
            .withInitContainerStatuses(
                lives.stream().filter(l -> !isMain(l)).map(ContainerLife::status).toList())
            .withContainerStatuses(
                // the kubelet's order
                lives.stream()
                    .filter(StatusReport::isMain)
                    .map(ContainerLife::status)
                    .sorted(Comparator.comparing(s -> s.getName()))
                    .toList());
    if (mounted) {
      status.withPodIP(address).addNewPodIP(address);
    }
    return status.build();
  }

  /** True when the pod has come to its end by itself. */
  boolean isOver() {
    var phase = phase();
    return phase.equals("Succeeded") || phase.equals("Failed");
  }

  private String phase() {
    var policy = pod.getSpec().getRestartPolicy();
    var deleted = pod.getMetadata().getDeletionTimestamp() != null;
    var mains = lives.stream().filter(StatusReport::isMain).toList();
    if (!initialized()) {
      var failed = lives.stream().anyMatch(l -> !isMain(l) && l.hasEnded() && !l.hasSucceeded());
      return failed && ("Never".equals(policy) || deleted) ? "Failed" : "Pending";
    }
    if (mains.stream().anyMatch(ContainerLife::isNew) && !deleted) {
      return "Pending";
    }
    if (mains.stream().anyMatch(l -> l.running() != null)) {
      return "Running";
    }
    var succeeded = mains.stream().allMatch(ContainerLife::hasSucceeded);
    if ("Always".equals(policy) && !deleted) {
      return "Running";
    }
    if (succeeded) {
      return "Succeeded";
    }
    return "Never".equals(policy) || deleted ? "Failed" : "Running";
  }

  private boolean initialized() {
    return lives.stream()
        .filter(l -> !isMain(l))
        .allMatch(l -> l.kind() == ContainerLife.Kind.INIT ? l.hasSucceeded() : l.hasStarted());
  }

  private List<PodCondition> conditions(String phase, List<PodCondition> before) {
    var conditions = new ArrayList<PodCondition>();
    conditions.add(condition("PodReadyToStartContainers", mounted, null, null, before));
    var uninitialized =
        lives.stream()
            .filter(l -> !isMain(l))
            .filter(l -> l.kind() == ContainerLife.Kind.INIT ? !l.hasSucceeded() : !l.hasStarted())
            .map(l -> l.spec().getName())
            .collect(Collectors.joining(" "));
    conditions.add(
        uninitialized.isEmpty()
            ? condition("Initialized", true, null, null, before)
            : condition(
                "Initialized",
                false,
                "ContainersNotInitialized",
                "containers with incomplete status: [" + uninitialized + "]",
                before));
    var containers = containersReady(phase, before);
    conditions.add(ready(containers, before));
    conditions.add(containers);
    conditions.add(condition("PodScheduled", true, null, null, before));
    before.stream().filter(c -> !OURS.contains(c.getType())).forEach(conditions::add);
    return conditions;
  }

  private PodCondition containersReady(String phase, List<PodCondition> before) {
    if (phase.equals("Succeeded") || phase.equals("Failed")) {
      var reason = phase.equals("Succeeded") ? "PodCompleted" : "PodFailed";
      return condition("ContainersReady", false, reason, null, before);
    }
    var unready =
        lives.stream()
            .filter(l -> l.kind() != ContainerLife.Kind.INIT && !l.isReady())
            .map(l -> l.spec().getName())
            .collect(Collectors.joining(" "));
    return unready.isEmpty()
        ? condition("ContainersReady", true, null, null, before)
        : condition(
            "ContainersReady",
            false,
            "ContainersNotReady",
            "containers with unready status: [" + unready + "]",
            before);
  }

  private PodCondition ready(PodCondition containers, List<PodCondition> before) {
    if (!"True".equals(containers.getStatus())) {
      return condition("Ready", false, containers.getReason(), containers.getMessage(), before);
    }
    for (var gate : pod.getSpec().getReadinessGates()) {
      if (before.stream()
          .noneMatch(
              c -> c.getType().equals(gate.getConditionType()) && "True".equals(c.getStatus()))) {
        var message =
            "corresponding condition of pod readiness gate \"%s\" does not exist or is not true."
                .formatted(gate.getConditionType());
        return condition("Ready", false, "ReadinessGatesNotReady", message, before);
      }
    }
    return condition("Ready", true, null, null, before);
  }

  private PodCondition condition(
      String type,
      boolean holds,
      @Nullable String reason,
      @Nullable String message,
      List<PodCondition> before) {
    var status = holds ? "True" : "False";
    var since =
        before.stream()
            .filter(c -> c.getType().equals(type) && status.equals(c.getStatus()))
            .map(PodCondition::getLastTransitionTime)
            .findFirst()
            .orElse(seconds(now));
    return new PodConditionBuilder()
        .withType(type)
        .withStatus(status)
        .withReason(reason)
        .withMessage(message)
        .withObservedGeneration(pod.getMetadata().getGeneration())
        .withLastTransitionTime(since)
        .build();
  }

  private static boolean isMain(ContainerLife life) {
    return life.kind() == ContainerLife.Kind.MAIN;
  }

  private static String seconds(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
