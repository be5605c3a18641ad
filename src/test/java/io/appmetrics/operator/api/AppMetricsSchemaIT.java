package io.appmetrics.operator.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which specs the API server takes, with which defaults, and which it refuses, in which words. */
class AppMetricsSchemaIT {

  private static ApiServer server;

  @BeforeAll
  static void start() throws IOException {
    server = ApiServer.inNamespace("schema");
  }

  @AfterAll
  static void close() {
    server.close();
  }

  @ParameterizedTest
  @MethodSource("io.appmetrics.operator.api.SpecCases#refused")
  void refused(SpecCases.Case refused) {
    var answer = server.create(refused.spec());

    assertThat(answer.path("message").asText()).isEqualTo(refused.outcome());
  }

  @ParameterizedTest
  @MethodSource("io.appmetrics.operator.api.SpecCases#accepted")
  void accepted(SpecCases.Case accepted) {
    var answer = server.create(accepted.spec());

    assertThat(answer.path("spec")).isEqualTo(ApiServer.yaml(accepted.outcome()));
  }

  @Test
  void theLargestIsAccepted() {
    assertThat(server.create(SpecCases.largest()).path("spec").path("targets")).hasSize(16);
  }
}
