package io.appmetrics.operator.story;

import static org.awaitility.Awaitility.await;

import io.appmetrics.operator.cluster.Cluster;
import io.appmetrics.operator.cluster.CustomResources;
import io.appmetrics.operator.deploy.DeployManifests;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** The kinds that a mesh and this operator define. */
final class Definitions {
  private static final Path MESH = Path.of("src/test/resources/istio/peerauthentication-crd.yaml");
  private static final Path ALPHA = Path.of("src/test/resources/istio/authentication-crds.yaml");
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private Definitions() {}

  /** Defines all, to stay; a test that applies one before the operator's start asks for it. */
  static void establish(Cluster cluster) {
    establish(cluster, all());
  }

  /** Returns when the API server serves these. */
  static void establish(Cluster cluster, List<CustomResourceDefinition> definitions) {
    CustomResources.establish(cluster.client(), definitions);
  }

  /** Those that the cluster does not know; a mesh has its own, which are not a test's to change. */
  static List<CustomResourceDefinition> missing(Cluster cluster) {
    return all().stream()
        .filter(definition -> cluster.client().resource(definition).get() == null)
        .toList();
  }

  /** Deletes these; returns when they are gone, and can be defined again. */
  static void remove(Cluster cluster, List<CustomResourceDefinition> definitions) {
    for (var definition : definitions) {
      cluster.client().resource(definition).delete();
      await(definition.getMetadata().getName() + " to be gone")
          .atMost(PATIENCE)
          .until(() -> cluster.client().resource(definition).get() == null);
    }
  }

  /** The policies of Istio 1.0 to 1.5. */
  static List<CustomResourceDefinition> alpha(Cluster cluster) {
    try {
      return cluster.parse(Files.readString(ALPHA)).stream()
          .map(CustomResourceDefinition.class::cast)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<CustomResourceDefinition> all() {
    try {
      return Stream.concat(
              DeployManifests.customResourceDefinitions().stream(),
              Stream.of(
                  Serialization.unmarshal(Files.readString(MESH), CustomResourceDefinition.class)))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
