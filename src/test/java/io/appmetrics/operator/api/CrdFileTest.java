package io.appmetrics.operator.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

class CrdFileTest {

  @Test
  void theCommittedFileIsWhatTheRecordsSay() throws IOException {
    if (System.getProperty("crds.write") != null) {
      Files.writeString(CrdFile.PATH, CrdFile.render());
    }

    assertThat(
            Files.exists(CrdFile.PATH) && Files.readString(CrdFile.PATH).equals(CrdFile.render()))
        .withFailMessage(
            "%s is stale: the records in src/main say something else. Run: %s",
            CrdFile.PATH, CrdFile.COMMAND)
        .isTrue();
  }

  @Test
  void everyListSaysHowItMergesAndWhereItEnds() {
    var lists = new LinkedHashMap<String, String>();
    walk(
        (path, schema) -> {
          if (schema.path("type").asText().equals("array")) {
            lists.put(
                path,
                schema.path("x-kubernetes-list-type").asText()
                    + schema.path("x-kubernetes-list-map-keys").toString()
                    + " "
                    + schema.path("minItems").asInt()
                    + ".."
                    + schema.path("maxItems").asInt());
          }
        });

    assertThat(lists)
        .containsOnly(
            entry(".spec.targets", "map[\"kind\",\"name\"] 1..16"),
            entry(".spec.targets[].ports", "map[\"port\",\"path\"] 1..16"),
            entry(".status.conditions", "map[\"type\"] 0..16"),
            entry(".status.endpoints", "atomic 0..64"),
            entry(".status.targets", "map[\"kind\",\"name\"] 0..16"));
  }

  @Test
  void everyKeyOfAListIsRequiredOrHasADefault() {
    var loose = new ArrayList<String>();
    walk(
        (path, schema) ->
            schema
                .path("x-kubernetes-list-map-keys")
                .forEach(
                    key -> {
                      var item = schema.path("items");
                      var required = item.path("required").toString().contains(key.toString());
                      if (!required && !item.at("/properties/" + key.asText()).has("default")) {
                        loose.add(path + "[]." + key.asText());
                      }
                    }));

    assertThat(loose).isEmpty();
  }

  @Test
  void everyFieldIsDescribedAndTheDescriptionNamesItsDefault() {
    var silent = new ArrayList<String>();
    walk(
        (path, schema) -> {
          var description = schema.path("description").asText();
          var value = path.endsWith("{}"); // of a map, which its map describes
          var named =
              !schema.has("default")
                  || description.contains("Default: " + schema.path("default").asText());
          if (!value && (!description.endsWith(".") || !named)) {
            silent.add(path);
          }
        });

    assertThat(silent).isEmpty();
  }

  @Test
  void noTextIsWithoutAnEnd() {
    var endless = new ArrayList<String>();
    walk(
        (path, schema) -> {
          var text = schema.path("type").asText().equals("string");
          if (text && !schema.has("maxLength") && !schema.has("enum") && !schema.has("format")) {
            endless.add(path);
          }
        });

    // without an end the API server's estimate of what a rule costs has none, either
    assertThat(endless).isEmpty();
    assertThat(at(".spec.targets[].ports[].port").path("maxLength").asInt()).isEqualTo(15);
  }

  @Test
  void noRuleIsThereTwiceAndEachSaysWhatIsWrong() {
    var wrong = new ArrayList<String>();
    var count = new ArrayList<String>();
    walk(
        (path, schema) -> {
          var rules = new ArrayList<String>();
          for (var rule : schema.path("x-kubernetes-validations")) {
            if (rules.contains(rule.path("rule").asText()) || !rule.has("message")) {
              wrong.add(path + ": " + rule);
            }
            rules.add(rule.path("rule").asText());
          }
          count.addAll(rules);
        });

    assertThat(wrong).isEmpty();
    assertThat(count).hasSize(11);
  }

  @Test
  void conditionsAreThoseOfKubernetes() {
    var condition = at(".status.conditions[]");

    assertThat(condition.path("required"))
        .extracting(JsonNode::asText)
        .containsExactly("lastTransitionTime", "message", "reason", "status", "type");
    assertThat(condition.at("/properties/status/enum"))
        .extracting(JsonNode::asText)
        .containsExactly("True", "False", "Unknown");
    assertThat(condition.at("/properties/lastTransitionTime/format").asText())
        .isEqualTo("date-time");
    assertThat(condition.at("/properties/observedGeneration/format").asText()).isEqualTo("int64");
  }

  private static JsonNode at(String wanted) {
    var found = new ArrayList<JsonNode>();
    walk(
        (path, schema) -> {
          if (path.equals(wanted)) {
            found.add(schema);
          }
        });
    assertThat(found).as(wanted).hasSize(1);
    return found.get(0);
  }

  private static void walk(BiConsumer<String, JsonNode> visitor) {
    var schema =
        Serialization.unmarshal(CrdFile.render(), JsonNode.class)
            .at("/spec/versions/0/schema/openAPIV3Schema");
    assertThat(schema.at("/properties/spec").isMissingNode()).isFalse();
    walk("", schema, visitor);
  }

  private static void walk(String path, JsonNode schema, BiConsumer<String, JsonNode> visitor) {
    visitor.accept(path, schema);
    for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
      walk(path + "." + property.getKey(), property.getValue(), visitor);
    }
    if (schema.has("items")) {
      walk(path + "[]", schema.path("items"), visitor);
    }
    if (schema.has("additionalProperties")) {
      walk(path + "{}", schema.path("additionalProperties"), visitor);
    }
  }
}
