package io.appmetrics.operator.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.scrapeconfig.Federation;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class FederationSourceTest {
  private static final WorkloadRef MESH = new WorkloadRef("istio-system", "prometheus");

  private static Optional<Deployment> mesh(int replicas, String arguments) {
    return Optional.of(
        Serialization.unmarshal(
            """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: prometheus, namespace: istio-system}
            spec:
              replicas: %d
              selector: {matchLabels: {app: prometheus}}
              template:
                metadata: {labels: {app: prometheus}}
                spec:
                  containers:
                  - name: prometheus
                    args: [%s]
                    volumeMounts: [{name: config, mountPath: /etc/config}]
                  volumes: [{name: config, configMap: {name: prometheus}}]
            """
                .formatted(replicas, arguments),
            Deployment.class));
  }

  private static final String ARGUMENTS =
      "--config.file=/etc/config/prometheus.yml, '--web.listen-address=0.0.0.0:9091',"
          + " --web.route-prefix=/prom";

  @Test
  void followsFromTheDeployment() {
    assertThat(FederationSource.of(MESH, mesh(1, ARGUMENTS)))
        .isEqualTo(
            new FederationSource(
                new Federation.Pods(
                    "istio-system", new TreeMap<>(Map.of("app", "prometheus")), 9091, "/prom"),
                null));
  }

  @Test
  void isAnAddressWhereTheAdminSaysSo() {
    assertThat(FederationSource.at(URI.create("http://prometheus.istio-system:9090/prom")))
        .isEqualTo(new Federation.Address("http", "prometheus.istio-system:9090", "/prom"));
  }

  @Test
  void saysWhatToDoWhereItCannotBeTold() {
    assertThat(FederationSource.of(MESH, Optional.empty()).problem())
        .isEqualTo(
            "Deployment istio-system/prometheus, from which it is to pull, does not exist: correct"
                + " federate= in APPMETRICS_PROMETHEUS");
    assertThat(FederationSource.of(MESH, mesh(2, ARGUMENTS)).problem())
        .isEqualTo(
            "Deployment istio-system/prometheus, from which it is to pull, has 2 replicas, and each"
                + " series would come from each of them: name a Service that picks one, by"
                + " federate-url=http://<service>.istio-system:9091 behind it in"
                + " APPMETRICS_PROMETHEUS");
    assertThat(FederationSource.of(MESH, mesh(1, "--version")).problem())
        .startsWith("No container of Deployment istio-system/prometheus has the argument");
  }
}
