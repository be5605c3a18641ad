package io.appmetrics.operator.appmetrics;

import io.appmetrics.operator.api.TargetKind;
import io.appmetrics.operator.chain.Workload;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.javaoperatorsdk.operator.processing.event.source.informer.TransformingItemStore;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The workloads that AppMetrics may name, pruned to what is read: a cluster's Deployments would not
 * fit otherwise.
 */
public final class Workloads implements AutoCloseable {
  private final List<SharedIndexInformer<Deployment>> informers;

  /**
   * Prepares the caches; {@link #start} fills them.
   *
   * @param namespaces those to watch; empty: all
   */
  public Workloads(KubernetesClient client, Set<String> namespaces) {
    // Each informer has a store of its own: two on one store wipe each other's entries.
    this.informers =
        namespaces.isEmpty()
            ? List.of(client.apps().deployments().inAnyNamespace().runnableInformer(0))
            : namespaces.stream()
                .map(ns -> client.apps().deployments().inNamespace(ns).runnableInformer(0))
                .toList();
    informers.forEach(
        informer -> informer.itemStore(new TransformingItemStore<>(Workloads::pruned)));
  }

  /**
   * Fills the caches, and tells of every later change.
   *
   * @param changed hears of a workload that came, changed or went
   */
  public void start(Consumer<Workload.Key> changed) {
    informers.forEach(
        informer -> {
          informer.addEventHandler(new Tell(changed));
          informer.exceptionHandler((started, e) -> true);
        });
    informers.stream()
        .map(SharedIndexInformer::start)
        .toList()
        .forEach(started -> started.toCompletableFuture().join());
  }

  /** The workload, if it exists. */
  public Optional<Workload> get(Workload.Key key) {
    return deployment(key).map(DeploymentReading::of);
  }

  private Optional<Deployment> deployment(Workload.Key key) {
    return informers.stream()
        .flatMap(
            informer ->
                Stream.ofNullable(informer.getStore().getByKey(key.namespace() + "/" + key.name())))
        .findFirst();
  }

  /** The workload, if it exists and carries our marker. */
  Optional<Workload> marked(Workload.Key key) {
    return deployment(key).filter(DeploymentReading::marked).map(DeploymentReading::of);
  }

  /** Every workload that carries our marker. */
  List<Workload> marked() {
    return informers.stream()
        .flatMap(informer -> informer.getStore().list().stream())
        .filter(DeploymentReading::marked)
        .map(DeploymentReading::of)
        .toList();
  }

  /** Every workload that is watched. */
  Set<Workload.Key> keys() {
    return informers.stream()
        .flatMap(informer -> informer.getStore().list().stream())
        .map(Workloads::key)
        .collect(Collectors.toSet());
  }

  private static Workload.Key key(Deployment deployment) {
    return new Workload.Key(
        TargetKind.DEPLOYMENT,
        deployment.getMetadata().getNamespace(),
        deployment.getMetadata().getName());
  }

  private static Deployment pruned(Deployment full) {
    return new DeploymentBuilder(full)
        .editMetadata()
        .withManagedFields()
        .withAnnotations(null)
        .endMetadata()
        .editSpec()
        .editTemplate()
        .editSpec()
        .withVolumes()
        .withInitContainers()
        .withContainers(
            full.getSpec().getTemplate().getSpec().getContainers().stream()
                .map(
                    c ->
                        new ContainerBuilder()
                            .withName(c.getName())
                            .withPorts(c.getPorts())
                            .build())
                .toList())
        .endSpec()
        .endTemplate()
        .endSpec()
        .build();
  }

  private record Tell(Consumer<Workload.Key> changed) implements ResourceEventHandler<Deployment> {
    @Override
    public void onAdd(Deployment deployment) {
      tell(deployment);
    }

    @Override
    public void onUpdate(Deployment before, Deployment after) {
      tell(after);
    }

    @Override
    public void onDelete(Deployment deployment, boolean unknown) {
      tell(deployment);
    }

    private void tell(Deployment deployment) {
      changed.accept(key(deployment));
    }
  }

  @Override
  public void close() {
    informers.forEach(SharedIndexInformer::close);
  }
}
