package io.appmetrics.operator.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.chain.Link;
import io.appmetrics.operator.prometheus.Action;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The tables of docs/user-guide.md against the resource and the chain. */
class UserGuideDocTest {
  private static final Markdown DOC = Markdown.read("docs/user-guide.md");

  @Test
  void everyFieldOfTheSpecHasARow() throws Exception {
    assertThat(DOC.section("The resource").rows().stream().map(row -> row.get(0)))
        .containsExactlyInAnyOrderElementsOf(fields(property("spec"), ""));
  }

  @Test
  void everyFieldOfTheStatusIsTold() throws Exception {
    String status = DOC.section("The status").text();
    assertThat(property("status").getProperties().keySet())
        .filteredOn(field -> !field.equals("conditions"))
        .allSatisfy(field -> assertThat(status).contains("`" + field + "`"));
  }

  @Test
  void theLinksAreThoseOfTheChainInItsOrder() {
    assertThat(DOC.section("The status").rows().stream().map(row -> row.get(0)))
        .containsSubsequence(Stream.of(Link.values()).map(Link::condition).toList());
  }

  /** Of each thing that is done to Prometheus an Event tells; of nothing there is none. */
  @Test
  void theEventsAreThoseOfTheActions() {
    assertThat(
            DOC.section("Events").rows().stream()
                .filter(row -> row.get(0).equals("Prometheus' Deployment"))
                .map(row -> row.get(1).replaceFirst("^(Normal|Warning) ", "")))
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(Action.class.getPermittedSubclasses())
                .filter(action -> action != Action.None.class)
                .map(Class::getSimpleName)
                .toList());
  }

  private static JSONSchemaProps property(String name) throws Exception {
    CustomResourceDefinition crd =
        Serialization.unmarshal(
            Files.readString(Path.of("crds/appmetrics.appmetrics.io.yaml")),
            CustomResourceDefinition.class);
    return Objects.requireNonNull(
        crd.getSpec()
            .getVersions()
            .get(0)
            .getSchema()
            .getOpenAPIV3Schema()
            .getProperties()
            .get(name),
        name);
  }

  private static List<String> fields(JSONSchemaProps schema, String prefix) {
    List<String> fields = new ArrayList<>();
    schema
        .getProperties()
        .forEach(
            (name, field) -> {
              fields.add(prefix + name);
              if (field.getItems() != null) {
                fields.addAll(fields(field.getItems().getSchema(), prefix + name + "[]."));
              }
            });
    return fields;
  }
}
