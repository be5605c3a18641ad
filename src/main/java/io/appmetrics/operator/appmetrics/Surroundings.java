package io.appmetrics.operator.appmetrics;

import io.appmetrics.operator.api.AppMetrics;
import io.appmetrics.operator.api.AppMetricsStatus;
import io.appmetrics.operator.api.TargetKind;
import io.appmetrics.operator.chain.Plan;
import io.appmetrics.operator.chain.Share;
import io.appmetrics.operator.chain.Workload;
import io.appmetrics.operator.prometheus.Demands;
import io.appmetrics.operator.prometheus.FactsChange;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What an AppMetrics shares with the others: who its neighbours are, what all need together, and
 * whom a change somewhere wakes.
 */
public final class Surroundings implements MeshPolicies.Listener {
  private static final String BY_NAMESPACE = "appmetrics-of-namespace";
  private static final String BY_WORKLOAD = "appmetrics-of-workload";

  private final List<Demands> demands;
  private final StatusListener listener;
  private final SimpleInboundEventSource<AppMetrics> wakes =
      new SimpleInboundEventSource<>("surroundings");
  private final Map<ResourceID, Set<Workload.Key>> named = new ConcurrentHashMap<>();
  private volatile @Nullable IndexerResourceCache<AppMetrics> cache;
  private volatile IntConsumer wakeInstallation = installation -> {};
  private volatile Consumer<Workload.Key> abandoned = key -> {};
  private volatile boolean open;

  /** Hears of statuses. */
  public interface StatusListener {
    /** A resource was looked at, and this is its status, written just now or long ago. */
    void stands(AppMetrics resource, AppMetricsStatus status);

    /** The status of a resource was written: it is another than before. */
    void written(AppMetrics resource, @Nullable AppMetricsStatus before, AppMetricsStatus after);

    /** The resource is gone. */
    void forgotten(AppMetrics resource);
  }

  /**
   * Creates the surroundings of all AppMetrics of a cluster.
   *
   * @param demands of each Prometheus installation, in the order in which the admin names them
   */
  public Surroundings(List<Demands> demands, StatusListener listener) {
    this.demands = List.copyOf(demands);
    this.listener = listener;
  }

  /**
   * Connects the other actors, which need these surroundings themselves.
   *
   * @param wakesInstallation hears of the installation, by its place, of which something is needed
   * @param abandons hears of a workload that changed, or was let go, while no AppMetrics names it
   */
  public void connect(IntConsumer wakesInstallation, Consumer<Workload.Key> abandons) {
    this.wakeInstallation = wakesInstallation;
    this.abandoned = abandons;
  }

  /**
   * From now on changes wake AppMetrics; before, their cache cannot be asked. What changed
   * meanwhile is made good by waking all once.
   */
  public void open() {
    open = true;
    policyChanged();
  }

  List<EventSource<?, AppMetrics>> eventSources(EventSourceContext<AppMetrics> context) {
    IndexerResourceCache<AppMetrics> primaries = context.getPrimaryCache();
    primaries.addIndexers(
        Map.<String, Function<AppMetrics, List<String>>>of(
            BY_NAMESPACE,
            resource -> List.of(resource.getMetadata().getNamespace()),
            BY_WORKLOAD,
            resource -> keys(resource).map(Workload.Key::toString).toList()));
    cache = primaries;
    return List.of(wakes);
  }

  // --- asked by one reconciliation ---

  List<AppMetrics> neighbours(AppMetrics resource) {
    List<AppMetrics> cached =
        indexed(BY_NAMESPACE, resource.getMetadata().getNamespace())
            .filter(
                other -> !other.getMetadata().getName().equals(resource.getMetadata().getName()))
            .toList();
    return Stream.concat(Stream.of(resource), cached.stream()).toList();
  }

  // --- told by one reconciliation ---

  /**
   * Tells what an AppMetrics needs.
   *
   * @param pending whether it waits for something that is soon to come
   */
  void tell(AppMetrics resource, Plan plan, boolean pending) {
    ResourceID id = ResourceID.fromResource(resource);
    for (int i = 0; i < demands.size(); i++) {
      Share share = plan.shares().get(i);
      if (demands
          .get(i)
          .put(
              id.toString(),
              share.demand(),
              share.userJobs(),
              share.agents(),
              share.federated(),
              plan.complete(),
              pending)) {
        wakeInstallation.accept(i);
      }
    }
    Set<Workload.Key> now = keys(resource).collect(Collectors.toSet());
    Set<Workload.Key> before = named.put(id, now);
    if (before != null && !now.containsAll(before)) {
      left(before);
    }
  }

  void forget(AppMetrics resource) {
    ResourceID id = ResourceID.fromResource(resource);
    demands.forEach(demand -> demand.remove(id.toString()));
    named.remove(id);
    listener.forgotten(resource);
    left(keys(resource).collect(Collectors.toSet()));
    for (int i = 0; i < demands.size(); i++) {
      wakeInstallation.accept(i);
    }
  }

  /** Others may now get what this one has let go. */
  private void left(Set<Workload.Key> workloads) {
    workloads.forEach(this::workloadChanged);
  }

  void reported(AppMetrics resource, @Nullable AppMetricsStatus before, AppMetricsStatus after) {
    listener.stands(resource, after);
    if (after.equals(before)) {
      return;
    }
    listener.written(resource, before, after);
    if (before == null
        || before.observedGeneration() == null
        || !before.observedGeneration().equals(after.observedGeneration())) {
      // What one declares for a workload, others on the same workload may win or lose by.
      keys(resource).forEach(key -> wakeOthers(key, ResourceID.fromResource(resource)));
    }
  }

  // --- told by the rest of the operator ---

  /** A workload came, changed or went. */
  public void workloadChanged(Workload.Key key) {
    if (!open) {
      return; // the first sweep sees it
    }
    List<ResourceID> naming =
        indexed(BY_WORKLOAD, key.toString()).map(ResourceID::fromResource).toList();
    if (naming.isEmpty()) {
      abandoned.accept(key);
    }
    wake(naming.stream());
  }

  private void wakeOthers(Workload.Key key, ResourceID self) {
    indexed(BY_WORKLOAD, key.toString())
        .map(ResourceID::fromResource)
        .filter(id -> !id.equals(self))
        .forEach(wakes::propagateEvent);
  }

  @Override
  public void policyChanged() {
    wake(existing().stream());
  }

  @Override
  public void policyChanged(String namespace) {
    if (open) {
      wake(indexed(BY_NAMESPACE, namespace).map(ResourceID::fromResource));
    }
  }

  /** Prometheus, or its configuration, is seen otherwise than before. */
  public void factsChanged(FactsChange change) {
    if (!open) {
      return;
    }
    Stream<ResourceID> concerned =
        change.everybody()
            ? existing().stream()
            : change.namespaces().stream()
                .flatMap(namespace -> indexed(BY_NAMESPACE, namespace))
                .map(ResourceID::fromResource);
    wake(concerned);
  }

  private void wake(Stream<ResourceID> concerned) {
    concerned.forEach(wakes::propagateEvent);
  }

  /** Every AppMetrics that exists. */
  public Collection<ResourceID> existing() {
    IndexerResourceCache<AppMetrics> primaries = cache;
    return open && primaries != null ? primaries.keys().toList() : List.of();
  }

  /** Every workload that some AppMetrics names. */
  public Set<Workload.Key> named() {
    IndexerResourceCache<AppMetrics> primaries = cache;
    Set<Workload.Key> keys = new HashSet<>();
    if (primaries != null) {
      primaries.list().forEach(resource -> keys(resource).forEach(keys::add));
    }
    return keys;
  }

  private Stream<AppMetrics> indexed(String index, String key) {
    IndexerResourceCache<AppMetrics> primaries = cache;
    return primaries == null ? Stream.of() : primaries.byIndex(index, key).stream();
  }

  private static Stream<Workload.Key> keys(AppMetrics resource) {
    return resource.getSpec().targets().stream()
        .map(
            target ->
                new Workload.Key(
                    target.kind() == null ? TargetKind.DEPLOYMENT : target.kind(),
                    resource.getMetadata().getNamespace(),
                    target.name()));
  }
}
