package io.appmetrics.operator.appmetrics;

import io.appmetrics.operator.route.MeshPolicy;
import io.appmetrics.operator.route.MutualTls;
import io.fabric8.kubernetes.api.model.APIGroup;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The PeerAuthentications of the mesh; none while Istio is not installed, which {@link #refresh}
 * looks for again.
 */
public final class MeshPolicies implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(MeshPolicies.class);
  private static final String GROUP = "security.istio.io";
  private static final String KIND = "PeerAuthentication";
  private static final String PLURAL = "peerauthentications";

  /** An informer that is refused tries for ever, and whoever waits for it with it. */
  private static final int FILL_SECONDS = 30;

  private final KubernetesClient client;
  private final String rootNamespace;
  private final Runnable changed;
  private final Set<String> namespaces;
  private volatile List<SharedIndexInformer<GenericKubernetesResource>> informers = List.of();

  /**
   * Prepares the cache; {@link #refresh} fills it.
   *
   * @param rootNamespace the namespace whose policy holds for the whole mesh
   * @param namespaces those to watch beside it; empty: all
   * @param changed hears that some policy changed
   */
  public MeshPolicies(
      KubernetesClient client, String rootNamespace, Set<String> namespaces, Runnable changed) {
    this.client = client;
    this.rootNamespace = rootNamespace;
    this.namespaces = namespaces;
    this.changed = changed;
  }

  /** Begins to watch once Istio is there. */
  public synchronized void refresh() {
    Optional<String> version = informers.isEmpty() ? servedVersion() : Optional.empty();
    if (version.isEmpty()) {
      return;
    }
    var resources =
        client.genericKubernetesResources(
            new ResourceDefinitionContext.Builder()
                .withGroup(GROUP)
                .withVersion(version.get())
                .withKind(KIND)
                .withPlural(PLURAL)
                .withNamespaced(true)
                .build());
    List<SharedIndexInformer<GenericKubernetesResource>> fresh =
        namespaces.isEmpty()
            ? List.of(resources.inAnyNamespace().runnableInformer(0))
            : Stream.concat(Stream.of(rootNamespace), namespaces.stream())
                .distinct()
                .map(namespace -> resources.inNamespace(namespace).runnableInformer(0))
                .toList();
    try {
      for (SharedIndexInformer<GenericKubernetesResource> informer : fresh) {
        informer.addEventHandler(new Tell());
        informer.exceptionHandler((started, e) -> true);
        informer.start().toCompletableFuture().orTimeout(FILL_SECONDS, TimeUnit.SECONDS).join();
      }
    } catch (CompletionException e) {
      fresh.forEach(SharedIndexInformer::close);
      throw new IllegalStateException(
          "the PeerAuthentications could not be listed within " + FILL_SECONDS + " s", e);
    }
    informers = fresh;
    log.info("Istio's PeerAuthentications are watched ({}/{})", GROUP, version.get());
    changed.run();
  }

  private Optional<String> servedVersion() {
    APIGroup group = client.getApiGroup(GROUP);
    if (group == null || group.getPreferredVersion() == null) {
      return Optional.empty();
    }
    String version = group.getPreferredVersion().getVersion();
    return client.getApiResources(GROUP + "/" + version).getResources().stream()
            .anyMatch(resource -> resource.getName().equals(PLURAL))
        ? Optional.of(version)
        : Optional.empty();
  }

  /** What the policies say now. */
  public MeshPolicy policy() {
    List<GenericKubernetesResource> oldestFirst =
        informers.stream()
            .flatMap(informer -> informer.getStore().list().stream())
            .filter(MeshPolicies::namespaceWide)
            .sorted(
                Comparator.comparing(
                        (GenericKubernetesResource r) -> r.getMetadata().getCreationTimestamp())
                    .thenComparing(r -> r.getMetadata().getName()))
            .toList();
    Map<String, MeshPolicy.Policy> byNamespace = new HashMap<>();
    for (GenericKubernetesResource policy : oldestFirst) {
      // Of several without a selector Istio takes the oldest.
      byNamespace.putIfAbsent(
          policy.getMetadata().getNamespace(),
          new MeshPolicy.Policy(policy.getMetadata().getName(), mode(policy)));
    }
    return new MeshPolicy(rootNamespace, byNamespace);
  }

  private static boolean namespaceWide(GenericKubernetesResource policy) {
    Map<?, ?> selector = policy.get("spec", "selector");
    if (selector == null) {
      return true;
    }
    return !(selector.get("matchLabels") instanceof Map<?, ?> labels) || labels.isEmpty();
  }

  private static MutualTls mode(GenericKubernetesResource policy) {
    String mode = policy.get("spec", "mtls", "mode");
    try {
      return mode == null ? MutualTls.UNSET : MutualTls.valueOf(mode);
    } catch (IllegalArgumentException e) {
      return MutualTls.UNSET; // a mode that Istio does not know either
    }
  }

  private final class Tell implements ResourceEventHandler<GenericKubernetesResource> {
    @Override
    public void onAdd(GenericKubernetesResource policy) {
      changed.run();
    }

    @Override
    public void onUpdate(GenericKubernetesResource before, GenericKubernetesResource after) {
      changed.run();
    }

    @Override
    public void onDelete(GenericKubernetesResource policy, boolean unknown) {
      changed.run();
    }
  }

  @Override
  public void close() {
    informers.forEach(SharedIndexInformer::close);
  }
}
