package io.appmetrics.operator.appmetrics;

import io.fabric8.kubernetes.api.model.APIGroup;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The policies of one kind, watched from when the API server serves it; before, there are none. */
final class PolicyWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(PolicyWatch.class);

  /** An informer that is refused tries for ever, and whoever waits for it with it. */
  private static final int FILL_SECONDS = 30;

  private final KubernetesClient client;
  private final Kind kind;
  private final Set<String> namespaces;
  private final Consumer<Optional<String>> changed;
  private volatile List<SharedIndexInformer<GenericKubernetesResource>> informers = List.of();

  /**
   * A kind of the API; which version of it is served is asked.
   *
   * @param namespaced whether its objects are in namespaces
   */
  record Kind(String group, String name, String plural, boolean namespaced) {}

  /**
   * Prepares the cache; {@link #refresh} fills it.
   *
   * @param namespaces those to watch; empty: all, or the kind has none
   * @param changed hears of the namespace in which one changed; empty when the kind has none
   */
  PolicyWatch(
      KubernetesClient client,
      Kind kind,
      Set<String> namespaces,
      Consumer<Optional<String>> changed) {
    this.client = client;
    this.kind = kind;
    this.namespaces = namespaces;
    this.changed = changed;
  }

  /**
   * Begins to watch once the kind is served.
   *
   * @return whether it begins just now
   */
  synchronized boolean refresh() {
    Optional<String> version = informers.isEmpty() ? servedVersion() : Optional.empty();
    if (version.isEmpty()) {
      return false;
    }
    var resources =
        client.genericKubernetesResources(
            new ResourceDefinitionContext.Builder()
                .withGroup(kind.group())
                .withVersion(version.get())
                .withKind(kind.name())
                .withPlural(kind.plural())
                .withNamespaced(kind.namespaced())
                .build());
    List<SharedIndexInformer<GenericKubernetesResource>> fresh =
        namespaces.isEmpty()
            ? List.of(resources.inAnyNamespace().runnableInformer(0))
            : namespaces.stream()
                .map(namespace -> resources.inNamespace(namespace).runnableInformer(0))
                .toList();
    try {
      for (SharedIndexInformer<GenericKubernetesResource> informer : fresh) {
        informer.addEventHandler(
            new Tell<>(
                policy ->
                    changed.accept(Optional.ofNullable(policy.getMetadata().getNamespace()))));
        informer.exceptionHandler((started, e) -> true);
        informer.start().toCompletableFuture().orTimeout(FILL_SECONDS, TimeUnit.SECONDS).join();
      }
    } catch (CompletionException e) {
      fresh.forEach(SharedIndexInformer::close);
      throw new IllegalStateException(
          "the %s.%s could not be listed within %d s"
              .formatted(kind.plural(), kind.group(), FILL_SECONDS),
          e);
    }
    informers = fresh;
    log.info("Istio's {} are watched ({}/{})", kind.plural(), kind.group(), version.get());
    return true;
  }

  private Optional<String> servedVersion() {
    APIGroup group = client.getApiGroup(kind.group());
    if (group == null || group.getPreferredVersion() == null) {
      return Optional.empty();
    }
    String version = group.getPreferredVersion().getVersion();
    return client.getApiResources(kind.group() + "/" + version).getResources().stream()
            .anyMatch(resource -> resource.getName().equals(kind.plural()))
        ? Optional.of(version)
        : Optional.empty();
  }

  /** Those of one namespace. */
  Stream<GenericKubernetesResource> in(String namespace) {
    return informers.stream()
        .flatMap(
            informer -> informer.getIndexer().byIndex(Cache.NAMESPACE_INDEX, namespace).stream());
  }

  /** All that are watched. */
  Stream<GenericKubernetesResource> all() {
    return informers.stream().flatMap(informer -> informer.getStore().list().stream());
  }

  @Override
  public void close() {
    informers.forEach(SharedIndexInformer::close);
  }
}
