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

/** A GitOps tool that applies its text of Prometheus' configuration every five seconds. */
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

  private final KubernetesClient client;
  private final ConfigMap desired;
  private final Way way;
  private final AtomicInteger applied = new AtomicInteger();
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

  private Applier(TestNamespace namespace, Way way, String text) {
    this.client = namespace.cluster().client();
    this.way = way;
    this.desired =
        new ConfigMapBuilder()
            .withNewMetadata()
            .withNamespace(namespace.name())
            .withName("prometheus")
            .endMetadata()
            .withData(Map.of("prometheus.yml", text))
            .build();
    var unused = timer.scheduleAtFixedRate(this::apply, 0, SECONDS, TimeUnit.SECONDS);
  }

  static Applier starts(TestNamespace namespace, Way way, String text) {
    return new Applier(namespace, way, text);
  }

  /** How often it has applied. */
  int applied() {
    return applied.get();
  }

  private void apply() {
    switch (way) {
      case CLIENT_SIDE -> patch(PatchType.JSON_MERGE, false);
      case SERVER_SIDE -> patch(PatchType.SERVER_SIDE_APPLY, true);
      case REPLACE -> client.resource(desired).update();
    }
    applied.incrementAndGet();
  }

  private void patch(PatchType type, boolean force) {
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
