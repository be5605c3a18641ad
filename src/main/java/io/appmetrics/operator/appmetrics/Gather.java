package io.appmetrics.operator.appmetrics;

import io.appmetrics.operator.api.AppMetrics;
import io.appmetrics.operator.api.Target;
import io.appmetrics.operator.apiserver.ApiFailure;
import io.appmetrics.operator.chain.Observation;
import io.appmetrics.operator.chain.PodFacts;
import io.appmetrics.operator.chain.Sight;
import io.appmetrics.operator.chain.StatusReport;
import io.appmetrics.operator.chain.TargetObservation;
import io.appmetrics.operator.chain.TargetObservation.Claimant;
import io.appmetrics.operator.chain.Workload;
import io.appmetrics.operator.mesh.MeshPolicy;
import io.appmetrics.operator.mesh.Service;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads everything that one reconciliation decides on into one record. */
public final class Gather {
  private final KubernetesClient client;
  private final Workloads workloads;
  private final Function<String, MeshPolicy> policies;
  private final Supplier<List<Sight>> sights;
  private final int slotLimit;
  private final Clock clock;

  /** The policies, and the API server's words when it refused to show what they are for. */
  private record Mesh(MeshPolicy policy, @Nullable String unreadable) {}

  /** Connects to what is read. */
  public Gather(
      KubernetesClient client,
      Workloads workloads,
      Function<String, MeshPolicy> policies,
      Supplier<List<Sight>> sights,
      int slotLimit,
      Clock clock) {
    this.client = client;
    this.workloads = workloads;
    this.policies = policies;
    this.sights = sights;
    this.slotLimit = slotLimit;
    this.clock = clock;
  }

  /**
   * Observes one AppMetrics.
   *
   * @param neighbours every AppMetrics of its namespace, itself included
   */
  Observation observe(AppMetrics resource, List<AppMetrics> neighbours) {
    String namespace = resource.getMetadata().getNamespace();
    MeshPolicy policy = policies.apply(namespace);
    String unreadable = null;
    if (policy.asksForServices()) {
      try {
        policy = policy.with(services(namespace));
      } catch (KubernetesClientException e) {
        unreadable = refusal(e);
      }
    }
    Mesh mesh = new Mesh(policy, unreadable);
    // The facts are taken before the pods: a pod that is seen up has then been seen ready, too.
    List<Sight> published = sights.get();
    List<TargetObservation> targets =
        resource.getSpec().targets().stream()
            .map(target -> observe(namespace, target, neighbours, mesh))
            .toList();
    return new Observation(
        namespace,
        resource.getMetadata().getName(),
        resource.getSpec().suspended(),
        StatusReport.isReady(resource.getStatus(), resource.getMetadata().getGeneration()),
        targets,
        published,
        slotLimit,
        clock.instant());
  }

  private TargetObservation observe(
      String namespace, Target target, List<AppMetrics> neighbours, Mesh mesh) {
    Workload.Key key = new Workload.Key(target.kind(), namespace, target.name());
    Optional<Workload> workload = workloads.get(key);
    List<PodFacts> pods = List.of();
    String unreadable = mesh.unreadable();
    try {
      pods = workload.map(this::pods).orElse(List.of());
    } catch (KubernetesClientException e) {
      unreadable = refusal(e);
    }
    return new TargetObservation(
        target,
        workload.orElse(null),
        pods,
        unreadable,
        neighbours.stream().flatMap(neighbour -> claims(neighbour, target)).toList(),
        mesh.policy());
  }

  private static String refusal(KubernetesClientException e) {
    ApiFailure failure = ApiFailure.of(e);
    if (failure.kind() == ApiFailure.Kind.UNAVAILABLE) {
      throw e; // nothing could be told to the status either
    }
    return failure.words();
  }

  /** Asked for nowhere else, and so seldom that they are not watched. */
  private List<Service> services(String namespace) {
    return client.services().inNamespace(namespace).list().getItems().stream()
        .map(PolicyReading::service)
        .toList();
  }

  private List<PodFacts> pods(Workload workload) {
    return PodReading.of(
        workload,
        client
            .pods()
            .inNamespace(workload.namespace())
            .withLabelSelector(workload.selector())
            .list()
            .getItems());
  }

  private static Stream<Claimant> claims(AppMetrics neighbour, Target target) {
    return neighbour.getSpec().targets().stream()
        .filter(t -> t.kind() == target.kind() && t.name().equals(target.name()))
        .map(
            t ->
                new Claimant(
                    neighbour.getMetadata().getName(),
                    Instant.parse(neighbour.getMetadata().getCreationTimestamp()),
                    neighbour.getSpec().suspended(),
                    t));
  }
}
