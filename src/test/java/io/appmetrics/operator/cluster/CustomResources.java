package io.appmetrics.operator.cluster;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** CustomResourceDefinitions that tests bring along. */
public final class CustomResources {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private CustomResources() {}

  /** Applies these, to stay; returns when the API server serves them. */
  public static void establish(
      KubernetesClient client, List<CustomResourceDefinition> definitions) {
    for (var definition : definitions) {
      client
          .resource(definition)
          .fieldManager(Cluster.FIELD_MANAGER)
          .forceConflicts()
          .serverSideApply();
      await(definition.getMetadata().getName() + " to be established")
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(50))
          .until(() -> isEstablished(client, definition));
    }
  }

  /** One that was made just now has no status yet. */
  private static boolean isEstablished(
      KubernetesClient client, CustomResourceDefinition definition) {
    return Optional.ofNullable(client.resource(definition).get())
        .flatMap(found -> Optional.ofNullable(found.getStatus()))
        .flatMap(status -> Optional.ofNullable(status.getConditions()))
        .stream()
        .flatMap(List::stream)
        .anyMatch(c -> c.getType().equals("Established") && c.getStatus().equals("True"));
  }
}
