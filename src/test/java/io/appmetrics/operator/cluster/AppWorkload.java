package io.appmetrics.operator.cluster;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A workload of any kind, as it was when it was asked for.
 *
 * @param selector of its pods
 * @param template of its pods
 * @param replicas how many pods it wants
 * @param isReady whether its latest template runs everywhere and is ready, and nothing else
 */
public record AppWorkload(
    LabelSelector selector, PodTemplateSpec template, int replicas, boolean isReady) {

  static AppWorkload of(KubernetesClient client, String namespace, String name) {
    var deployment = client.apps().deployments().inNamespace(namespace).withName(name).get();
    if (deployment != null) {
      return of(deployment);
    }
    var statefulSet = client.apps().statefulSets().inNamespace(namespace).withName(name).get();
    return statefulSet != null
        ? of(statefulSet)
        : of(client.apps().daemonSets().inNamespace(namespace).withName(name).require());
  }

  private static AppWorkload of(Deployment deployment) {
    var spec = deployment.getSpec();
    var status = deployment.getStatus();
    return new AppWorkload(
        spec.getSelector(),
        spec.getTemplate(),
        spec.getReplicas(),
        deployment.getMetadata().getGeneration().equals(status.getObservedGeneration())
            && areAll(
                spec.getReplicas(),
                status.getUpdatedReplicas(),
                status.getReadyReplicas(),
                status.getReplicas()));
  }

  private static AppWorkload of(StatefulSet statefulSet) {
    var spec = statefulSet.getSpec();
    var status = statefulSet.getStatus();
    return new AppWorkload(
        spec.getSelector(),
        spec.getTemplate(),
        spec.getReplicas(),
        statefulSet.getMetadata().getGeneration().equals(status.getObservedGeneration())
            && areAll(
                spec.getReplicas(),
                status.getUpdatedReplicas(),
                status.getReadyReplicas(),
                status.getReplicas()));
  }

  private static AppWorkload of(DaemonSet daemonSet) {
    var spec = daemonSet.getSpec();
    var status = daemonSet.getStatus();
    int nodes = Objects.requireNonNullElse(status.getDesiredNumberScheduled(), 0);
    return new AppWorkload(
        spec.getSelector(),
        spec.getTemplate(),
        nodes,
        daemonSet.getMetadata().getGeneration().equals(status.getObservedGeneration())
            && areAll(
                nodes,
                status.getUpdatedNumberScheduled(),
                status.getNumberReady(),
                status.getCurrentNumberScheduled()));
  }

  private static boolean areAll(int wanted, @Nullable Integer... counts) {
    return Stream.of(counts).allMatch(count -> wanted == (count == null ? 0 : count));
  }

  /** The annotations of its pod template. */
  public Map<String, String> templateAnnotations() {
    return Objects.requireNonNullElse(template.getMetadata().getAnnotations(), Map.of());
  }
}
