package io.appmetrics.operator.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import org.junit.jupiter.api.Test;

class InstallationAccessTest {

  /** Its limit of 1 MiB is one for both kinds (ValidateConfigMap). */
  @Test
  void countsWhatTheApiServerCounts() {
    assertThat(InstallationAccess.bytes(new ConfigMapBuilder().build())).isZero();
    assertThat(
            InstallationAccess.bytes(
                new ConfigMapBuilder()
                    .addToData("prometheus.yml", "# \u00e9\n")
                    .addToData("alerts.yml", "{}")
                    .addToBinaryData("logo.png", "iVBORw==")
                    .build()))
        .isEqualTo(5 + 2 + 4);
  }
}
