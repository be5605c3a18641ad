package io.appmetrics.operator.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RecordsTest {

  private static Condition at(String time) {
    return new Condition("Ready", "True", "Scraped", "3/3", Instant.parse(time), 1L);
  }

  private static EndpointStatus saying(@Nullable String error) {
    return new EndpointStatus(
        "Deployment/cart", 80, "/", null, null, null, null, null, error, null);
  }

  @Test
  void aTransitionTimeIsWrittenToTheSecond() {
    var condition = at("2026-01-31T12:00:00.999999Z");

    assertThat(Serialization.asJson(condition))
        .contains("\"lastTransitionTime\":\"2026-01-31T12:00:00Z\"");
    assertThat(condition).isEqualTo(at("2026-01-31T12:00:00Z"));
  }

  @Test
  void anErrorIsCutToWhatTheDefinitionAllows() {
    assertThat(saying(null).firstError()).isNull();
    assertThat(saying("x".repeat(256)).firstError()).isEqualTo("x".repeat(256));
    assertThat(saying("x".repeat(257)).firstError()).isEqualTo("x".repeat(255) + "…");
    // the API server counts code points, and half of a surrogate pair is no text
    assertThat(saying("\uD83D\uDE80".repeat(256)).firstError())
        .isEqualTo("\uD83D\uDE80".repeat(256));
    assertThat(saying("\uD83D\uDE80".repeat(300)).firstError())
        .isEqualTo("\uD83D\uDE80".repeat(255) + "…");
  }

  @Test
  void whatANewerVersionWritesIsReadWithoutIt() {
    var spec =
        Serialization.unmarshal(
            """
            targets:
            - {kind: Deployment, name: cart, weight: 1, ports: [{port: http, colour: red}]}
            annotate: Pods
            """,
            AppMetricsSpec.class);

    assertThat(spec.targets().get(0).ports().get(0).port().getStrVal()).isEqualTo("http");
    assertThat(spec.suspended()).isFalse();
  }
}
