package io.appmetrics.operator.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
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

  @ParameterizedTest
  @MethodSource("io.appmetrics.operator.api.StatusCases#refused")
  void refused(StatusCases.Case refused) {
    var answer = server.patchStatus("shop", refused.status());

    assertThat(answer.path("message").asText()).isEqualTo(refused.message());
  }
}
