package io.appmetrics.operator.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What kubectl gets to know of the resource: columns, names, explanations, merges. */
class AppMetricsPublishedIT {

  private static final String JSON = "application/json";

  private static ApiServer server;

  @BeforeAll
  static void start() throws IOException {
    server = ApiServer.inNamespace("published");
  }

  @AfterAll
  static void close() {
    server.close();
  }

  @Test
  void theColumnsStandInTheirOrder() {
    server.apply("tests", "shop", "{targets: [{name: cart, ports: [{port: 5000}]}]}");
    server.patchStatus(
        "shop",
        "{summary: 2/3, conditions: [{type: Accepted, status: 'True', reason: Valid, message: '',"
            + " lastTransitionTime: '2026-01-31T12:00:00Z'}, {type: Ready, status: 'False',"
            + " reason: ConnectionRefused, message: 'cart refuses at 5000.',"
            + " lastTransitionTime: '2026-01-31T12:00:00Z'}]}");

    var table =
        server.get(
            server.collection() + "?fieldSelector=metadata.name=shop",
            "application/json;as=Table;v=v1;g=meta.k8s.io");

    assertThat(table.path("columnDefinitions"))
        .extracting(
            column -> column.path("name").asText(),
            column -> column.path("type").asText(),
            column -> column.path("priority").asInt())
        .containsExactly(
            tuple("Name", "string", 0),
            tuple("Ready", "string", 0),
            tuple("Scraped", "string", 0),
            tuple("Reason", "string", 0),
            tuple("Age", "date", 0),
            tuple("Message", "string", 1));
    var cells = new ArrayList<String>();
    table.at("/rows/0/cells").forEach(cell -> cells.add(cell.asText()));
    assertThat(cells.remove(4)).as("age").matches("[0-9]+s");
    assertThat(cells)
        .containsExactly("shop", "False", "2/3", "ConnectionRefused", "cart refuses at 5000.");
  }

  @Test
  void itIsFoundByItsShortNameAndItsCategory() {
    var resource = server.get(ApiServer.VERSION, JSON).at("/resources/0");

    assertThat(resource.path("name").asText()).isEqualTo("appmetrics");
    assertThat(resource.path("namespaced").asBoolean()).isTrue();
    assertThat(resource.path("shortNames")).isEqualTo(ApiServer.yaml("[am]"));
    assertThat(resource.path("categories")).isEqualTo(ApiServer.yaml("[istio]"));
  }

  @Test
  void kubectlExplainHasAWordOnEveryField() {
    var name = "io.appmetrics.v1alpha1.AppMetrics";
    // the API server publishes a new definition a moment after it has established it
    var schema =
        await()
            .until(
                () -> server.get("/openapi/v3" + ApiServer.VERSION, JSON).at("/components/schemas"),
                schemas -> schemas.has(name))
            .path(name);

    var silent = new ArrayList<String>();
    silent(schema, "AppMetrics", silent);

    assertThat(schema.at("/properties/spec/properties/targets/description").asText())
        .startsWith("The workloads whose pods serve metrics");
    assertThat(silent).isEmpty();
  }

  private static void silent(JsonNode schema, String path, List<String> found) {
    if (schema.path("description").asText().isEmpty()) {
      found.add(path);
    }
    schema
        .path("properties")
        .properties()
        .forEach(
            property -> {
              // its fields are Kubernetes' own
              if (!property.getKey().equals("metadata")) {
                silent(property.getValue(), path + "." + property.getKey(), found);
              }
            });
    if (schema.path("items").has("properties")) {
      silent(schema.path("items"), path + "[]", found);
    }
  }

  @Test
  void twoAppliersShareTargetsAndPorts() {
    server.apply("team-a", "both", "{targets: [{name: cart, ports: [{port: 8080}]}]}");
    server.apply(
        "team-b",
        "both",
        "{targets: [{name: cart, ports: [{port: admin}]}, {name: till, ports: [{port: 1}]}]}");
    server.apply("team-b", "both", "{targets: [{name: cart, ports: [{port: admin}]}]}");

    var stored = server.get(server.collection() + "/both", JSON);

    assertThat(stored.at("/spec/targets")).hasSize(1);
    assertThat(stored.at("/spec/targets/0/ports"))
        .extracting(port -> port.path("port").asText())
        .containsExactly("8080", "admin");
  }
}
