package io.appmetrics.operator.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The objects of {@code deploy/}, without kustomize: what its kustomization files list. */
public final class DeployManifests {

  static final Path DIRECTORY = Path.of("deploy");

  private DeployManifests() {}

  /** Everything that {@code kubectl apply -k deploy/} applies, but for the image's name. */
  public static List<HasMetadata> all() {
    return in(DIRECTORY);
  }

  /** The operator's image as {@code kubectl apply -k deploy/} names it. */
  public static String image() {
    JsonNode image =
        Serialization.unmarshal(read(DIRECTORY.resolve("kustomization.yaml")), JsonNode.class)
            .path("images")
            .path(0);
    return image.path("newName").asText() + ":" + image.path("newTag").asText();
  }

  /** What {@code kubectl apply -f crds/} applies. */
  public static List<CustomResourceDefinition> customResourceDefinitions() {
    try (Stream<Path> files = Files.list(Path.of("crds"))) {
      return files
          .sorted()
          .map(file -> Serialization.unmarshal(read(file), CustomResourceDefinition.class))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What a kustomization below {@code deploy/} lists, in its order. */
  public static List<HasMetadata> in(Path directory) {
    List<HasMetadata> objects = new ArrayList<>();
    for (JsonNode entry :
        Serialization.unmarshal(read(directory.resolve("kustomization.yaml")), JsonNode.class)
            .path("resources")) {
      Path resource = directory.resolve(entry.asText());
      if (Files.isDirectory(resource)) {
        objects.addAll(in(resource));
      } else {
        documents(read(resource)).forEach(objects::add);
      }
    }
    return objects;
  }

  /** Those of one kind, in the order of the kustomizations. */
  public static <T extends HasMetadata> List<T> of(Class<T> type) {
    return all().stream().filter(type::isInstance).map(type::cast).toList();
  }

  /** What the operator may do in every namespace. */
  public static ClusterRole operatorRole() {
    return named(ClusterRole.class, "appmetrics-operator");
  }

  /** What the operator may do in the namespace of Prometheus. */
  public static Role installationRole() {
    return named(Role.class, "appmetrics-operator-installation");
  }

  /** What the operator may do in its own namespace. */
  public static Role stateRole() {
    return named(Role.class, "appmetrics-operator-state");
  }

  /** The one of this kind and name. */
  public static <T extends HasMetadata> T named(Class<T> type, String name) {
    return of(type).stream()
        .filter(object -> object.getMetadata().getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** The only one of its kind. */
  public static <T extends HasMetadata> T only(Class<T> type) {
    List<T> found = of(type);
    if (found.size() != 1) {
      throw new AssertionError("deploy/ has " + found.size() + " of " + type.getSimpleName());
    }
    return found.get(0);
  }

  private static Stream<HasMetadata> documents(String text) {
    return Stream.of(text.split("(?m)^---$"))
        .map(document -> Serialization.unmarshal(document, HasMetadata.class));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
