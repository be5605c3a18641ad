package io.appmetrics.operator.demo;

import io.appmetrics.operator.cluster.TestNamespace;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.util.Map;
import java.util.Optional;

/** What the story is about, and what of it is the user's own: to be given back as it was. */
final class Shop {
  static final String APP = "cart";
  static final int PORT = 8080;
  static final String QUERY = "demo_scrapes_total{app=\"%s\"}".formatted(APP);
  static final String APP_METRICS =
      """
      apiVersion: appmetrics.io/v1alpha1
      kind: AppMetrics
      metadata: {name: %1$s}
      spec:
        targets:
        - name: %1$s
          ports: [{port: %2$d}]
      """
          .formatted(APP, PORT);

  private Shop() {}

  /**
   * What belongs to the user.
   *
   * @param configuration all of the ConfigMap's data
   * @param annotations of the app's pod template
   */
  record Belongings(Map<String, String> configuration, Map<String, String> annotations) {

    static Belongings of(TestNamespace istio, TestNamespace shop) {
      return new Belongings(
          configMap(istio).getData(),
          Optional.ofNullable(
                  shop.deployment(APP).getSpec().getTemplate().getMetadata().getAnnotations())
              .orElse(Map.of()));
    }

    private static ConfigMap configMap(TestNamespace istio) {
      return istio
          .cluster()
          .client()
          .configMaps()
          .inNamespace(istio.name())
          .withName("prometheus")
          .require();
    }

    String prometheusYml() {
      return configuration.getOrDefault("prometheus.yml", "");
    }
  }
}
