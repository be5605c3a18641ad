package io.appmetrics.operator.prometheus;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Informable;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Wakes the loop when something of the installation changes. What it wakes for is read afresh: a
 * missed or late event costs time, never truth.
 */
final class Watches implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Watches.class);

  private record Followed(Object what, SharedIndexInformer<?> informer) {}

  private final KubernetesClient client;
  private final String namespace;
  private final Map<String, Followed> followed = new HashMap<>();
  private Runnable wake = () -> {};

  Watches(KubernetesClient client, String namespace) {
    this.client = client;
    this.namespace = namespace;
  }

  void start(Runnable wakes, String deployment) {
    wake = wakes;
    follow(
        "deployment",
        deployment,
        () -> client.apps().deployments().inNamespace(namespace).withName(deployment));
  }

  void configMap(String name) {
    follow("configmap", name, () -> client.configMaps().inNamespace(namespace).withName(name));
  }

  void secret(String name) {
    follow("secret", name, () -> client.secrets().inNamespace(namespace).withName(name));
  }

  void pods(LabelSelector selector) {
    follow(
        "pods", selector, () -> client.pods().inNamespace(namespace).withLabelSelector(selector));
  }

  private synchronized <T extends HasMetadata> void follow(
      String kind, Object what, Supplier<Informable<T>> resource) {
    Followed before = followed.get(kind);
    if (before != null && before.what().equals(what) && before.informer().isRunning()) {
      return;
    }
    if (before != null) {
      before.informer().close();
    }
    SharedIndexInformer<T> informer = resource.get().runnableInformer(0);
    informer.addEventHandler(new Wake<>());
    informer.exceptionHandler(
        (started, e) -> {
          log.debug("the watch of {} {} in {} is retried", kind, what, namespace, e);
          return true;
        });
    followed.put(kind, new Followed(what, informer));
    informer.start();
  }

  private final class Wake<T> implements ResourceEventHandler<T> {
    @Override
    public void onAdd(T object) {
      wake.run();
    }

    @Override
    public void onUpdate(@Nullable T before, T after) {
      wake.run();
    }

    @Override
    public void onDelete(T object, boolean unknown) {
      wake.run();
    }
  }

  @Override
  public synchronized void close() {
    followed.values().forEach(f -> f.informer().close());
    followed.clear();
  }
}
