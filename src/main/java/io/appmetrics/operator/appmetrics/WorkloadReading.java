package io.appmetrics.operator.appmetrics;

import io.appmetrics.operator.chain.Obstacle;
import io.appmetrics.operator.chain.Workload;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetStatus;
import io.fabric8.kubernetes.api.model.apps.DaemonSetUpdateStrategy;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentCondition;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import io.fabric8.kubernetes.api.model.apps.RollingUpdateStatefulSetStrategy;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetStatus;
import io.fabric8.kubernetes.api.model.apps.StatefulSetUpdateStrategy;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Unwraps the parts of a workload, once. */
final class WorkloadReading {
  private static final String ON_DELETE = "OnDelete";

  private WorkloadReading() {}

  /** The controller that owns it, such as an Application's; null when it is its user's own. */
  static @Nullable String controller(HasMetadata object) {
    return object.getMetadata().getOwnerReferences().stream()
        .filter(owner -> Boolean.TRUE.equals(owner.getController()))
        .map(WorkloadReading::name)
        .findFirst()
        .orElse(null);
  }

  private static String name(OwnerReference owner) {
    return owner.getKind() + " " + owner.getName();
  }

  /**
   * Those of native sidecars, too, in the order in which a Service resolves a name (kubernetes,
   * pkg/api/v1/pod/util.go, FindPort).
   */
  static List<Workload.DeclaredPort> ports(PodSpec spec) {
    return Stream.concat(
            spec.getContainers().stream(),
            spec.getInitContainers().stream().filter(WorkloadReading::isNativeSidecar))
        .flatMap(container -> container.getPorts().stream())
        .filter(port -> port.getContainerPort() != null)
        .map(port -> new Workload.DeclaredPort(port.getName(), port.getContainerPort()))
        .toList();
  }

  /** An init container that goes on running beside the app. */
  static boolean isNativeSidecar(Container initContainer) {
    return "Always".equals(initContainer.getRestartPolicy());
  }

  static Workload.Rollout rollout(Deployment deployment) {
    DeploymentStatus status =
        Objects.requireNonNullElseGet(deployment.getStatus(), DeploymentStatus::new);
    Obstacle obstacle = null;
    if (Boolean.TRUE.equals(deployment.getSpec().getPaused())) {
      obstacle = new Obstacle.Paused();
    } else if (isOfTheSpec(status.getObservedGeneration(), deployment)) {
      obstacle = failing(status);
    }
    return new Workload.Rollout(orOne(deployment.getSpec().getReplicas()), obstacle);
  }

  private static @Nullable Obstacle failing(DeploymentStatus status) {
    return status.getConditions().stream()
        .filter(
            c ->
                (c.getType().equals("Progressing") && c.getStatus().equals("False"))
                    || (c.getType().equals("ReplicaFailure") && c.getStatus().equals("True")))
        .map(DeploymentCondition::getMessage)
        .map(Obstacle.Failing::new)
        .findFirst()
        .orElse(null);
  }

  /** It has no condition that tells of a rollout which does not get on. */
  static Workload.Rollout rollout(StatefulSet statefulSet) {
    StatefulSetStatus status =
        Objects.requireNonNullElseGet(statefulSet.getStatus(), StatefulSetStatus::new);
    StatefulSetUpdateStrategy strategy =
        Objects.requireNonNullElseGet(
            statefulSet.getSpec().getUpdateStrategy(), StatefulSetUpdateStrategy::new);
    int desired = orOne(statefulSet.getSpec().getReplicas());
    int partition =
        Optional.ofNullable(strategy.getRollingUpdate())
            .map(RollingUpdateStatefulSetStrategy::getPartition)
            .orElse(0);
    Obstacle obstacle = null;
    if (ON_DELETE.equals(strategy.getType())) {
      obstacle = new Obstacle.OnDelete();
    } else if (partition > 0
        && isOfTheSpec(status.getObservedGeneration(), statefulSet)
        && orNone(status.getUpdatedReplicas()) >= desired - partition) {
      obstacle = new Obstacle.Partition(partition); // the others are done
    }
    return new Workload.Rollout(desired, obstacle);
  }

  /** It has no condition that tells of a rollout which does not get on. */
  static Workload.Rollout rollout(DaemonSet daemonSet) {
    DaemonSetStatus status =
        Objects.requireNonNullElseGet(daemonSet.getStatus(), DaemonSetStatus::new);
    String strategy =
        Optional.ofNullable(daemonSet.getSpec().getUpdateStrategy())
            .map(DaemonSetUpdateStrategy::getType)
            .orElse("");
    return new Workload.Rollout(
        // Until its controller has counted the nodes nobody can say that it has none.
        isOfTheSpec(status.getObservedGeneration(), daemonSet)
            ? orNone(status.getDesiredNumberScheduled())
            : 1,
        ON_DELETE.equals(strategy) ? new Obstacle.OnDelete() : null);
  }

  private static boolean isOfTheSpec(@Nullable Long observedGeneration, HasMetadata object) {
    return observedGeneration != null && observedGeneration >= object.getMetadata().getGeneration();
  }

  private static int orOne(@Nullable Integer replicas) {
    return Objects.requireNonNullElse(replicas, 1);
  }

  private static int orNone(@Nullable Integer pods) {
    return Objects.requireNonNullElse(pods, 0);
  }

  /** In the notation that the API server and kubectl take. */
  static String selector(LabelSelector selector) {
    Stream<String> labels =
        Optional.ofNullable(selector.getMatchLabels()).orElse(Map.of()).entrySet().stream()
            .map(label -> label.getKey() + "=" + label.getValue());
    Stream<String> expressions =
        selector.getMatchExpressions().stream().map(WorkloadReading::expression);
    return Stream.concat(labels, expressions).collect(Collectors.joining(","));
  }

  private static String expression(LabelSelectorRequirement requirement) {
    String key = requirement.getKey();
    String values = "(" + String.join(",", requirement.getValues()) + ")";
    return switch (requirement.getOperator()) {
      case "In" -> key + " in " + values;
      case "NotIn" -> key + " notin " + values;
      case "DoesNotExist" -> "!" + key;
      default -> key; // Exists
    };
  }
}
