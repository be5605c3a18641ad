package io.appmetrics.operator.appmetrics;

import io.appmetrics.operator.api.TargetKind;
import io.appmetrics.operator.chain.Workload;
import io.appmetrics.operator.route.ManagedAnnotations;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentCondition;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Unwraps a Deployment, once. */
final class DeploymentReading {
  private DeploymentReading() {}

  static Workload of(Deployment deployment) {
    ObjectMeta meta = deployment.getMetadata();
    return new Workload(
        TargetKind.DEPLOYMENT,
        meta.getNamespace(),
        meta.getName(),
        meta.getUid(),
        meta.getResourceVersion(),
        selector(deployment.getSpec().getSelector()),
        templateAnnotations(deployment),
        ports(deployment.getSpec().getTemplate().getSpec().getContainers()),
        rollout(deployment),
        meta.getOwnerReferences().stream()
            .filter(owner -> Boolean.TRUE.equals(owner.getController()))
            .map(DeploymentReading::name)
            .findFirst()
            .orElse(null));
  }

  static boolean marked(Deployment deployment) {
    return templateAnnotations(deployment).containsKey(ManagedAnnotations.MARKER);
  }

  private static String name(OwnerReference owner) {
    return owner.getKind() + " " + owner.getName();
  }

  static Map<String, String> templateAnnotations(Deployment deployment) {
    return Optional.ofNullable(deployment.getSpec().getTemplate().getMetadata())
        .map(ObjectMeta::getAnnotations)
        .orElse(Map.of());
  }

  static List<Workload.DeclaredPort> ports(List<Container> containers) {
    return containers.stream()
        .flatMap(container -> container.getPorts().stream())
        .filter(port -> port.getContainerPort() != null)
        .map(port -> new Workload.DeclaredPort(port.getName(), port.getContainerPort()))
        .toList();
  }

  private static Workload.Rollout rollout(Deployment deployment) {
    DeploymentStatus status =
        Objects.requireNonNullElseGet(deployment.getStatus(), DeploymentStatus::new);
    int desired = Objects.requireNonNullElse(deployment.getSpec().getReplicas(), 1);
    boolean seen =
        status.getObservedGeneration() != null
            && status.getObservedGeneration() >= deployment.getMetadata().getGeneration();
    return new Workload.Rollout(
        desired,
        Boolean.TRUE.equals(deployment.getSpec().getPaused()),
        seen ? stuck(status) : null);
  }

  private static @Nullable String stuck(DeploymentStatus status) {
    return status.getConditions().stream()
        .filter(
            c ->
                (c.getType().equals("Progressing") && c.getStatus().equals("False"))
                    || (c.getType().equals("ReplicaFailure") && c.getStatus().equals("True")))
        .map(DeploymentCondition::getMessage)
        .findFirst()
        .orElse(null);
  }

  /** In the notation that the API server and kubectl take. */
  static String selector(LabelSelector selector) {
    Stream<String> labels =
        Optional.ofNullable(selector.getMatchLabels()).orElse(Map.of()).entrySet().stream()
            .map(label -> label.getKey() + "=" + label.getValue());
    Stream<String> expressions =
        selector.getMatchExpressions().stream().map(DeploymentReading::expression);
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
