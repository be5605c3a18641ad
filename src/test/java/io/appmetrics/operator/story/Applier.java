package io.appmetrics.operator.story;

import io.appmetrics.operator.cluster.TestNamespace;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A GitOps tool that applies what it holds every five seconds. */
final class Applier implements AutoCloseable {
  private static final int SECONDS = 5;

  /** How it applies. */
  enum Way {
    /** A three-way merge, as {@code kubectl apply}: keys that it never applied are not its. */
    CLIENT_SIDE,
    /** As Argo CD with ServerSideApply, and Flux: by force. */
    SERVER_SIDE,
    /** As {@code kubectl replace}, and Argo CD with Replace: the whole object. */
    REPLACE
  }

  private final AtomicInteger applied = new AtomicInteger();
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

  private Applier(Runnable application) {
    var unused =
        timer.scheduleAtFixedRate(
            () -> {
              application.run();
              applied.incrementAndGet();
            },
            0,
            SECONDS,
            TimeUnit.SECONDS);
  }

  /** Applies a text of Prometheus' configuration. */
  static Applier starts(TestNamespace namespace, Way way, String text) {
    var client = namespace.cluster().client();
    var desired =
        new ConfigMapBuilder()
            .withNewMetadata()
            .withNamespace(namespace.name())
            .withName("prometheus")
            .endMetadata()
            .withData(Map.of("prometheus.yml", text))
            .build();
    return new Applier(() -> apply(client, desired, way));
  }

  /** Applies anything. */
  static Applier repeats(Runnable application) {
    return new Applier(application);
  }

  /** How often it has applied. */
  int applied() {
    return applied.get();
  }

  private static void apply(KubernetesClient client, ConfigMap desired, Way way) {
    switch (way) {
      case CLIENT_SIDE -> patch(client, desired, PatchType.JSON_MERGE, false);
      case SERVER_SIDE -> patch(client, desired, PatchType.SERVER_SIDE_APPLY, true);
      case REPLACE -> client.resource(desired).update();
    }
  }

  private static void patch(
      KubernetesClient client, ConfigMap desired, PatchType type, boolean force) {
    var context =
        new PatchContext.Builder().withPatchType(type).withFieldManager("argocd-controller");
    if (force) {
      context.withForce(true);
    }
    client
        .configMaps()
        .inNamespace(desired.getMetadata().getNamespace())
        .withName(desired.getMetadata().getName())
        .patch(
            context.build(),
            client
                .getKubernetesSerialization()
                .asJson(
                    type == PatchType.SERVER_SIDE_APPLY
                        ? desired
                        : Map.of("data", desired.getData())));
  }

  @Override
  public void close() {
    timer.shutdownNow();
    try {
      timer.awaitTermination(SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
