package io.appmetrics.operator.appmetrics;

import io.appmetrics.operator.api.TargetKind;
import io.appmetrics.operator.chain.Workload;
import io.appmetrics.operator.route.ManagedAnnotations;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * One kind of workload, as the API server has it: everything in which the kinds differ.
 *
 * @param kind the kind
 * @param type the class of its objects
 * @param selector the selector of an object's pods
 * @param template the pod template of an object
 * @param rollout how far the template has come
 * @param blank makes an object that says nothing
 * @param withTemplate a copy of an object with another pod template, without what is never read
 */
record WorkloadKind<T extends HasMetadata>(
    TargetKind kind,
    Class<T> type,
    Function<T, LabelSelector> selector,
    Function<T, PodTemplateSpec> template,
    Function<T, Workload.Rollout> rollout,
    Supplier<T> blank,
    BiFunction<T, PodTemplateSpec, T> withTemplate) {

  static final WorkloadKind<Deployment> DEPLOYMENT =
      new WorkloadKind<>(
          TargetKind.DEPLOYMENT,
          Deployment.class,
          deployment -> deployment.getSpec().getSelector(),
          deployment -> deployment.getSpec().getTemplate(),
          WorkloadReading::rollout,
          Deployment::new,
          (deployment, template) ->
              new DeploymentBuilder(deployment)
                  .editOrNewSpec()
                  .withTemplate(template)
                  .endSpec()
                  .build());

  static final WorkloadKind<StatefulSet> STATEFUL_SET =
      new WorkloadKind<>(
          TargetKind.STATEFUL_SET,
          StatefulSet.class,
          statefulSet -> statefulSet.getSpec().getSelector(),
          statefulSet -> statefulSet.getSpec().getTemplate(),
          WorkloadReading::rollout,
          StatefulSet::new,
          (statefulSet, template) ->
              new StatefulSetBuilder(statefulSet)
                  .editOrNewSpec()
                  .withTemplate(template)
                  .withVolumeClaimTemplates()
                  .endSpec()
                  .build());

  static final WorkloadKind<DaemonSet> DAEMON_SET =
      new WorkloadKind<>(
          TargetKind.DAEMON_SET,
          DaemonSet.class,
          daemonSet -> daemonSet.getSpec().getSelector(),
          daemonSet -> daemonSet.getSpec().getTemplate(),
          WorkloadReading::rollout,
          DaemonSet::new,
          (daemonSet, template) ->
              new DaemonSetBuilder(daemonSet)
                  .editOrNewSpec()
                  .withTemplate(template)
                  .endSpec()
                  .build());

  static List<WorkloadKind<?>> all() {
    return Stream.of(TargetKind.values()).<WorkloadKind<?>>map(WorkloadKind::of).toList();
  }

  static WorkloadKind<?> of(TargetKind kind) {
    return switch (kind) {
      case DEPLOYMENT -> DEPLOYMENT;
      case STATEFUL_SET -> STATEFUL_SET;
      case DAEMON_SET -> DAEMON_SET;
    };
  }

  Workload.Key key(T object) {
    return new Workload.Key(
        kind, object.getMetadata().getNamespace(), object.getMetadata().getName());
  }

  Workload read(T object) {
    ObjectMeta meta = object.getMetadata();
    return new Workload(
        kind,
        meta.getNamespace(),
        meta.getName(),
        meta.getUid(),
        meta.getResourceVersion(),
        WorkloadReading.selector(selector.apply(object)),
        templateLabels(object),
        templateAnnotations(object),
        WorkloadReading.ports(template.apply(object).getSpec()),
        rollout.apply(object),
        WorkloadReading.controller(object));
  }

  Map<String, String> templateAnnotations(T object) {
    return Optional.ofNullable(template.apply(object).getMetadata())
        .map(ObjectMeta::getAnnotations)
        .orElse(Map.of());
  }

  private Map<String, String> templateLabels(T object) {
    return Optional.ofNullable(template.apply(object).getMetadata())
        .map(ObjectMeta::getLabels)
        .orElse(Map.of());
  }

  boolean marked(T object) {
    return templateAnnotations(object).containsKey(ManagedAnnotations.MARKER);
  }

  /** What is read of an object: a cluster's workloads would not fit into memory otherwise. */
  T pruned(T full) {
    PodTemplateSpec there = template.apply(full);
    T pruned =
        withTemplate.apply(
            full,
            new PodTemplateSpecBuilder()
                .withMetadata(there.getMetadata())
                .withNewSpec()
                .withContainers(
                    there.getSpec().getContainers().stream().map(WorkloadKind::portsOf).toList())
                .withInitContainers(
                    there.getSpec().getInitContainers().stream()
                        .filter(WorkloadReading::isNativeSidecar)
                        .map(WorkloadKind::portsOf)
                        .toList())
                .endSpec()
                .build());
    pruned.setMetadata(
        new ObjectMetaBuilder(full.getMetadata())
            .withManagedFields()
            .withAnnotations(null)
            .build());
    return pruned;
  }

  private static Container portsOf(Container full) {
    return new ContainerBuilder()
        .withName(full.getName())
        .withPorts(full.getPorts())
        .withRestartPolicy(full.getRestartPolicy())
        .build();
  }

  /** What is applied to have these annotations on the pod template, and to change nothing else. */
  T body(ObjectMeta metadata, Map<String, String> annotations) {
    T body =
        withTemplate.apply(
            blank.get(),
            new PodTemplateSpecBuilder()
                .withNewMetadata()
                .withAnnotations(annotations)
                .endMetadata()
                .build());
    body.setMetadata(metadata);
    return body;
  }
}
