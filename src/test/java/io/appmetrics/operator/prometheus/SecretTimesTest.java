package io.appmetrics.operator.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SecretTimesTest {

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "nobody is named | | 2026-03-01T10:00:00Z",
        "its creator | {manager: a, time: '2026-03-01T10:00:00Z', fieldsV1: {'f:data': {}}} | 2026-03-01T10:00:00Z",
        "a rotation | {manager: a, time: '2026-03-01T10:00:00Z', fieldsV1: {'f:data': {}}}, {manager: b, time: '2026-03-01T11:00:00Z', fieldsV1: {'f:data': {'f:key.pem': {}}}} | 2026-03-01T11:00:00Z",
        "applied as text | {manager: a, operation: Apply, time: '2026-03-01T11:00:00Z', fieldsV1: {'f:stringData': {'f:key.pem': {}}, 'f:type': {}}} | 2026-03-01T11:00:00Z",
        "a label | {manager: a, time: '2026-03-01T10:30:00Z', fieldsV1: {'f:data': {}}}, {manager: b, time: '2026-03-01T11:00:00Z', fieldsV1: {'f:metadata': {}}} | 2026-03-01T10:30:00Z"
      })
  void readsWhenTheContentWasLastWritten(String name, String managers, Instant written) {
    Secret secret =
        Serialization.unmarshal(
            """
            apiVersion: v1
            kind: Secret
            metadata:
              name: istio.default
              creationTimestamp: "2026-03-01T10:00:00Z"
              managedFields: [%s]
            """
                .formatted(managers == null ? "" : managers),
            Secret.class);
    assertThat(SecretTimes.written(secret)).isEqualTo(written);
  }
}
