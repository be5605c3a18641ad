package io.appmetrics.operator.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrometheusContainerTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                                                                     | false | false",
        "{containerStatuses: [{name: other, state: {running: {}}}]}             | false | false",
        "{containerStatuses: [{name: p, state: {waiting: {}}}]}                 | false | false",
        "{containerStatuses: [{name: p, state: {running: {}}, ready: false}]}   | true  | false",
        "{containerStatuses: [{name: p, restartCount: 2, state: {waiting: {}}}]} | false | true",
        "{containerStatuses: [{name: p, restartCount: 2, state: {running: {}}}]} | true  | true",
        "{containerStatuses: [{name: p, restartCount: 2, ready: true, state: {running: {}}}]} | true | false"
      })
  void readsWhatTheKubeletSays(String status, boolean running, boolean failing) {
    Pod pod =
        Serialization.unmarshal(
            """
            apiVersion: v1
            kind: Pod
            metadata: {name: prometheus-1}
            spec: {containers: [{name: q}, {name: p, image: 'prom:v3'}]}
            status: \
            """
                + status,
            Pod.class);

    assertThat(PrometheusContainer.of(pod, "p"))
        .usingRecursiveComparison()
        .ignoringFields("end")
        .isEqualTo(new PrometheusContainer("prom:v3", running, failing));
    assertThat(PrometheusContainer.of(pod, "q").image()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "restartCount: 0, state: {running: {}}                                  | -",
        "restartCount: 0, state: {terminated: {exitCode: 1, startedAt: '%s'}}    | 1",
        "restartCount: 1, state: {running: {}}, lastState: {terminated: {exitCode: 1, startedAt: '%s'}} | 1",
        "restartCount: 1, state: {waiting: {}}, lastState: {terminated: {exitCode: 1, startedAt: '%s'}} | 2",
        "restartCount: 1, state: {waiting: {}}, lastState: {terminated: {exitCode: 0, startedAt: '%s'}} | -",
        "restartCount: 1, state: {waiting: {}}, lastState: {terminated: {exitCode: 137, reason: OOMKilled, startedAt: '%s'}} | -",
        "restartCount: 1, state: {waiting: {}}, lastState: {terminated: {exitCode: 1}} | -",
      })
  void readsHowItsProcessesEnd(String status, @Nullable Integer times) {
    Pod pod =
        Serialization.unmarshal(
            """
            apiVersion: v1
            kind: Pod
            metadata: {name: prometheus-1, creationTimestamp: "2026-03-01T11:00:00Z"}
            spec: {containers: [{name: p, image: prom}]}
            status: {containerStatuses: [{name: p, %s}]}
            """
                .formatted(status.formatted("2026-03-01T12:00:00Z")),
            Pod.class);
    PrometheusContainer.End end = PrometheusContainer.of(pod, "p").end();
    assertThat(end)
        .isEqualTo(
            times == null
                ? null
                : new PrometheusContainer.End(
                    Instant.parse("2026-03-01T11:00:00Z"),
                    Instant.parse("2026-03-01T12:00:00Z"),
                    times,
                    1));
  }

  @Test
  void knowsWhetherZtunnelCarriesIt() {
    Pod pod =
        Serialization.unmarshal(
            """
            apiVersion: v1
            kind: Pod
            metadata: {name: prometheus-1, annotations: {ambient.istio.io/redirection: enabled}}
            spec: {containers: [{name: p, image: prom}]}
            """,
            Pod.class);
    assertThat(PrometheusContainer.of(pod, "p").ambient()).isTrue();
    pod.getMetadata().setAnnotations(null);
    assertThat(PrometheusContainer.of(pod, "p").ambient()).isFalse();
  }

  @Test
  void readsSinceWhenItRuns() {
    Pod pod =
        Serialization.unmarshal(
            """
            apiVersion: v1
            kind: Pod
            metadata: {name: prometheus-1}
            spec: {containers: [{name: p, image: prom}]}
            status:
              containerStatuses:
              - name: p
                state: {running: {startedAt: "2026-03-01T12:00:00Z"}}
            """,
            Pod.class);
    assertThat(PrometheusContainer.of(pod, "p").startedAt())
        .isEqualTo(Instant.parse("2026-03-01T12:00:00Z"));
  }
}
