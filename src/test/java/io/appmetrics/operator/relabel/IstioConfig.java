package io.appmetrics.operator.relabel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The configurations that Istio has shipped. */
public enum IstioConfig {
  ISTIO_1_0("istio-1.0-prometheus-configmap.yaml"),
  ISTIO_1_4("istio-1.4-prometheus-configmap.yaml"),
  ISTIO_1_5("istio-1.5-prometheus-configmap.yaml"),
  MODERN("istio-modern-addon-prometheus.yaml"),
  MODERN_SECURE("istio-modern-addon-prometheus-secure-metrics.yaml");

  private final String file;

  IstioConfig(String file) {
    this.file = file;
  }

  /** The prometheus.yml in the ConfigMap. */
  public String text() {
    try (var in = Objects.requireNonNull(IstioConfig.class.getResourceAsStream("/istio/" + file))) {
      var yaml = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      for (var document : new Load(LoadSettings.builder().build()).loadAllFromString(yaml)) {
        if (document instanceof Map<?, ?> object
            && object.get("data") instanceof Map<?, ?> data
            && data.get("prometheus.yml") instanceof String text) {
          return text;
        }
      }
      throw new IllegalStateException("no prometheus.yml in " + file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
