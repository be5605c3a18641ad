package io.appmetrics.operator.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class WriterTest {
  private static final ConfigMap MAP =
      Serialization.unmarshal(
          """
          apiVersion: v1
          kind: ConfigMap
          metadata:
            name: prometheus
            managedFields:
            - {manager: helm, time: "2026-03-01T09:00:00Z", fieldsV1: {"f:data": {"f:a.yml": {}}}}
            - {manager: flux, time: "2026-03-01T11:00:00Z", fieldsV1: {"f:data": {"f:b.yml": {}}}}
            - {manager: kubectl, time: "2026-03-01T10:00:00Z", fieldsV1: {"f:data": {"f:a.yml": {}}}}
            - {manager: controller, time: "2026-03-01T12:00:00Z", fieldsV1: {"f:metadata": {}}}
            - {manager: old, fieldsV1: {"f:data": {"f:a.yml": {}}}}
          """,
          ConfigMap.class);

  @Test
  void isWhoWroteTheKeyLast() {
    assertThat(Writer.of(MAP, "a.yml"))
        .isEqualTo(new Writer("kubectl", Instant.parse("2026-03-01T10:00:00Z")));
    assertThat(Writer.of(MAP, "b.yml").manager()).isEqualTo("flux");
  }

  /** A replace leaves no trace of a key that it has taken out. */
  @Test
  void ofAKeyThatIsGoneIsWhoWroteAnythingLast() {
    assertThat(Writer.of(MAP, "c.yml").manager()).isEqualTo("controller");
    ConfigMap plain = new ConfigMap();
    plain.setMetadata(new ObjectMeta());
    assertThat(Writer.of(plain, "a.yml")).isEqualTo(Writer.NOBODY);
  }
}
