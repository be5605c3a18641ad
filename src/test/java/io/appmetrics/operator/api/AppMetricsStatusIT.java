package io.appmetrics.operator.api;

import static io.appmetrics.operator.api.Refusal.invalid;
import static io.appmetrics.operator.api.Refusal.schema;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the operator may write into a status, and that its records come back as they went. */
class AppMetricsStatusIT {

  private static final String JSON = "application/json";

  private static final AppMetricsStatus STATUS =
      new AppMetricsStatus(
          1L,
          "2/3",
          3,
          2,
          List.of(
              new Condition(
                  "Ready",
                  "False",
                  "ConnectionRefused",
                  "cart refuses connections at 5000: its pods declare 8080.",
                  Instant.parse("2026-01-31T12:00:00.999Z"),
                  1L)),
          List.of(new TargetStatus("Deployment", "cart", 2, 3, 2, 1)),
          List.of(
              new EndpointStatus(
                  "Deployment/cart",
                  5000,
                  "/metrics",
                  "Slot",
                  "IstioMutual",
                  "the namespace's PeerAuthentication default says STRICT",
                  0,
                  2,
                  "é".repeat(300),
                  "istio-system/prometheus"),
              new EndpointStatus(
                  "Deployment/cart", null, "/metrics", null, null, null, 0, 0, null, null)));

  private static ApiServer server;

  @BeforeAll
  static void start() throws IOException {
    server = ApiServer.inNamespace("status");
    store("shop");
  }

  @AfterAll
  static void close() {
    server.close();
  }

  private static AppMetrics store(String name) {
    var declared = new AppMetrics();
    declared.setMetadata(new ObjectMetaBuilder().withName(name).build());
    var port = new Port(new IntOrString("http-metrics"), null, null, null, null, null);
    declared.setSpec(
        new AppMetricsSpec(
            List.of(new Target(TargetKind.DEPLOYMENT, "cart", List.of(port))), null));
    return server.resources().resource(declared).create();
  }

  @Test
  void aSpecThatSaysNothingComesBackWithItsDefaults() {
    var spec = store("defaults").getSpec();

    assertThat(spec)
        .isEqualTo(
            new AppMetricsSpec(
                List.of(
                    new Target(
                        TargetKind.DEPLOYMENT,
                        "cart",
                        List.of(
                            new Port(
                                new IntOrString("http-metrics"),
                                "/metrics",
                                PortScheme.AUTO,
                                null,
                                null,
                                null)))),
                false));
  }

  @Test
  void aStatusComesBackAsItWent() {
    var written = store("written");
    written.setStatus(STATUS);
    server.resources().resource(written).updateStatus();

    var stored = server.get(server.collection() + "/written", JSON);

    assertThat(stored.at("/status/conditions/0/lastTransitionTime").asText())
        .isEqualTo("2026-01-31T12:00:00Z");
    assertThat(stored.at("/status/endpoints/0/firstError").asText())
        .isEqualTo("é".repeat(255) + "…");
    assertThat(stored.at("/metadata/generation").asInt()).isEqualTo(1);
    assertThat(server.resources().withName("written").get().getStatus()).isEqualTo(STATUS);
  }

  @Test
  void aWriteOfTheSpecLeavesTheStatusAloneAndTheOtherWayRound() {
    var apart = store("apart");
    apart.setStatus(STATUS);
    server.resources().resource(apart).update();
    assertThat(server.get(server.collection() + "/apart", JSON).has("status")).isFalse();

    apart = server.resources().withName("apart").get();
    apart.setStatus(STATUS);
    apart.setSpec(new AppMetricsSpec(apart.getSpec().targets(), true));
    server.resources().resource(apart).updateStatus();

    var stored = server.resources().withName("apart").get();
    assertThat(stored.getSpec().suspended()).isFalse();
    assertThat(stored.getStatus()).isEqualTo(STATUS);
  }

  private record Case(String status, String message) {
    @Override
    public String toString() {
      return status.length() > 100 ? status.substring(0, 100) + "…" : status;
    }
  }

  private static String conditions(String what, String other) {
    var ready =
        "{type: Ready, status: 'True', reason: Scraped, message: '',"
            + " lastTransitionTime: '2026-01-31T12:00:00Z'}";
    return "{conditions: [%s]}".formatted(ready.replace(what, other));
  }

  private static String many(int count, String item) {
    return IntStream.rangeClosed(1, count)
        .mapToObj(item::formatted)
        .collect(Collectors.joining(", "));
  }

  static List<Case> refused() {
    var oneCondition = "status.conditions[0].";
    return List.of(
        new Case(
            conditions(
                "}",
                "}, {type: Ready, status: 'False', reason: Twice, message: '',"
                    + " lastTransitionTime: '2026-01-31T12:00:00Z'}"),
            invalid("status.conditions[1]: Duplicate value: {\"type\":\"Ready\"}")),
        new Case(
            conditions("'True'", "Maybe"),
            schema(
                oneCondition + "status",
                "Unsupported value: \"Maybe\": supported values: \"True\", \"False\","
                    + " \"Unknown\"")),
        new Case(
            conditions("reason: Scraped, ", ""), schema(oneCondition + "reason", "Required value")),
        new Case(
            conditions("reason: Scraped", "reason: not one word"),
            invalid(
                oneCondition
                    + "reason: Invalid value: \"not one word\": conditions[0].reason in body should"
                    + " match '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$'")),
        new Case(
            conditions("2026-01-31T12:00:00Z", "yesterday"),
            schema(
                oneCondition + "lastTransitionTime",
                "Invalid value: \"yesterday\": conditions[0].lastTransitionTime in body must be of"
                    + " type date-time: \"yesterday\"")),
        new Case(
            "{summary: all}",
            invalid(
                "status.summary: Invalid value: \"all\": summary in body should match"
                    + " '^[0-9]+/[0-9]+$'")),
        new Case(
            "{declared: -1}",
            invalid(
                "status.declared: Invalid value: -1: declared in body should be greater than or"
                    + " equal to 0")),
        new Case("{targets: [{name: cart}]}", schema("status.targets[0].kind", "Required value")),
        new Case(
            "{endpoints: [" + many(65, "{target: Deployment/cart, port: %d, path: /}") + "]}",
            schema("status.endpoints", "Too many: 65: must have at most 64 items")),
        new Case(
            "{endpoints: [{target: Deployment/cart, port: 0, path: /}]}",
            invalid(
                "status.endpoints[0].port: Invalid value: 0: endpoints[0].port in body should be"
                    + " greater than or equal to 1")),
        new Case(
            "{endpoints: [{target: Deployment/cart, path: /, route: Pigeon}]}",
            schema(
                "status.endpoints[0].route",
                "Unsupported value: \"Pigeon\": supported values: \"Adopted\", \"Merged\","
                    + " \"MergedSecure\", \"Annotation\", \"AnnotationSecure\", \"Slot\","
                    + " \"Federated\"")));
  }

  @ParameterizedTest
  @MethodSource
  void refused(Case refused) {
    var answer = server.patchStatus("shop", refused.status());

    assertThat(answer.path("message").asText()).isEqualTo(refused.message());
  }
}
