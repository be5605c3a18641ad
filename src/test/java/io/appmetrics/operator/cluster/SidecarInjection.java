package io.appmetrics.operator.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import io.appmetrics.operator.cluster.app.CertificateAgent;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Map;

/**
 * What Istio's injector does to a pod that asks for a sidecar, played on the template: the
 * container istio-proxy with proxyMetadata as its variables and userVolumeMount as its mounts
 * (source: istio {@code
 * manifests/charts/istio-control/istio-discovery/files/injection-template.yaml}). Its metrics
 * merging is played by {@link SidecarInjector}.
 */
final class SidecarInjection {

  private static final String PROXY = "istio-proxy";
  private static final String ISSUED_VOLUME = "issued-certificates";

  private SidecarInjection() {}

  /** Injects where the label says so. */
  static void inject(Deployment deployment) {
    var template = deployment.getSpec().getTemplate();
    var labels = template.getMetadata().getLabels();
    if (!"true".equals(labels.get("sidecar.istio.io/inject"))) {
      return;
    }
    var annotations = template.getMetadata().getAnnotations();
    var proxy = proxy();
    yaml(annotations, "proxy.istio.io/config")
        .path("proxyMetadata")
        .properties()
        .forEach(
            entry ->
                proxy
                    .addNewEnv()
                    .withName(entry.getKey())
                    .withValue(entry.getValue().asText())
                    .endEnv());
    for (var mount : yaml(annotations, "sidecar.istio.io/userVolumeMount")) {
      proxy
          .addNewVolumeMount()
          .withName(mount.path("name").asText())
          .withMountPath(mount.path("mountPath").asText())
          .endVolumeMount();
    }
    template
        .getMetadata()
        .getAnnotations()
        .put("sidecar.istio.io/status", "{\"revision\":\"default\"}");
    template.getSpec().getContainers().add(proxy.build());
    template.getSpec().getVolumes().add(issued());
  }

  /**
   * Puts our agent in place of the proxy that Istio 1.5 writes into the manifest by hand: it has
   * the same directory for the certificates, and none of the volumes that only Envoy needs.
   */
  static void replaceWritten(Deployment deployment) {
    var pod = deployment.getSpec().getTemplate().getSpec();
    for (var i = 0; i < pod.getContainers().size(); i++) {
      var written = pod.getContainers().get(i);
      if (!written.getName().equals(PROXY)) {
        continue;
      }
      var proxy = proxy();
      written.getEnv().stream()
          .filter(variable -> variable.getName().equals("OUTPUT_CERTS"))
          .forEach(proxy::addToEnv);
      var certificates =
          written.getVolumeMounts().stream()
              .filter(mount -> mount.getName().equals("istio-certs"))
              .toList();
      certificates.forEach(proxy::addToVolumeMounts);
      pod.getContainers().set(i, proxy.build());
      pod.getVolumes()
          .removeIf(
              volume ->
                  volume.getName().startsWith("istio") && !volume.getName().equals("istio-certs"));
      pod.getVolumes().add(issued());
    }
  }

  private static ContainerBuilder proxy() {
    return new ContainerBuilder()
        .withName(PROXY)
        .withImage("docker.io/istio/proxyv2:1.31.0")
        .withCommand("/jdk/bin/java", "-cp", "/app", CertificateAgent.class.getName())
        .withNewReadinessProbe()
        .withNewHttpGet()
        .withPath("/healthz/ready")
        .withNewPort(CertificateAgent.CONTROL_PORT)
        .endHttpGet()
        .withPeriodSeconds(15)
        .endReadinessProbe()
        .addNewVolumeMount()
        .withName(ISSUED_VOLUME)
        .withMountPath(CertificateAgent.ISSUED)
        .withReadOnly()
        .endVolumeMount();
  }

  private static Volume issued() {
    return new VolumeBuilder()
        .withName(ISSUED_VOLUME)
        .withNewSecret()
        .withSecretName(ISSUED_VOLUME)
        .withOptional()
        .endSecret()
        .build();
  }

  private static JsonNode yaml(Map<String, String> annotations, String key) {
    return Serialization.unmarshal(annotations.getOrDefault(key, "{}"), JsonNode.class);
  }
}
