package io.appmetrics.operator.appmetrics;

import io.appmetrics.operator.chain.Workload;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.javaoperatorsdk.operator.processing.event.source.informer.TransformingItemStore;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The workloads that AppMetrics may name, pruned to what is read: a cluster's would not fit
 * otherwise.
 */
public final class Workloads implements AutoCloseable {
  private final List<Watched<?>> watched;

  /**
   * Prepares the caches; {@link #start} fills them.
   *
   * @param namespaces those to watch; empty: all
   */
  public Workloads(KubernetesClient client, Set<String> namespaces) {
    this.watched =
        WorkloadKind.all().stream()
            .<Watched<?>>flatMap(kind -> Watched.of(kind, client, namespaces))
            .toList();
  }

  /** The objects of one kind, in one namespace or in all. */
  private record Watched<T extends HasMetadata>(
      WorkloadKind<T> kind, SharedIndexInformer<T> informer) {

    static <T extends HasMetadata> Stream<Watched<T>> of(
        WorkloadKind<T> kind, KubernetesClient client, Set<String> namespaces) {
      Stream<SharedIndexInformer<T>> informers =
          namespaces.isEmpty()
              ? Stream.of(client.resources(kind.type()).inAnyNamespace().runnableInformer(0))
              : namespaces.stream()
                  .map(ns -> client.resources(kind.type()).inNamespace(ns).runnableInformer(0));
      return informers.map(
          // Each informer has a store of its own: two on one store wipe each other's entries.
          informer ->
              new Watched<>(kind, informer.itemStore(new TransformingItemStore<>(kind::pruned))));
    }

    SharedIndexInformer<T> prepare(Consumer<Workload.Key> changed) {
      informer.addEventHandler(new Tell<>(object -> changed.accept(kind.key(object))));
      return informer.exceptionHandler((started, e) -> true);
    }

    Optional<T> get(Workload.Key key) {
      return kind.kind() == key.kind()
          ? Optional.ofNullable(informer.getStore().getByKey(key.namespace() + "/" + key.name()))
          : Optional.empty();
    }

    Optional<Workload> read(Workload.Key key) {
      return get(key).map(kind::read);
    }

    Optional<Workload> marked(Workload.Key key) {
      return get(key).filter(kind::marked).map(kind::read);
    }

    Stream<Workload> marked() {
      return informer.getStore().list().stream().filter(kind::marked).map(kind::read);
    }

    Stream<Workload.Key> keys() {
      return informer.getStore().list().stream().map(kind::key);
    }
  }

  /**
   * Fills the caches, and tells of every later change.
   *
   * @param changed hears of a workload that came, changed or went
   */
  public void start(Consumer<Workload.Key> changed) {
    watched.stream()
        .map(one -> one.prepare(changed).start())
        .toList()
        .forEach(started -> started.toCompletableFuture().join());
  }

  /** The workload, if it exists. */
  public Optional<Workload> get(Workload.Key key) {
    return watched.stream().flatMap(one -> one.read(key).stream()).findFirst();
  }

  /** The workload, if it exists and carries our marker. */
  Optional<Workload> marked(Workload.Key key) {
    return watched.stream().flatMap(one -> one.marked(key).stream()).findFirst();
  }

  /** Every workload that carries our marker. */
  List<Workload> marked() {
    return watched.stream().flatMap(Watched::marked).toList();
  }

  /** Every workload that is watched. */
  Set<Workload.Key> keys() {
    return watched.stream().flatMap(Watched::keys).collect(Collectors.toSet());
  }

  @Override
  public void close() {
    watched.forEach(one -> one.informer().close());
  }
}
