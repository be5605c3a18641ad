package io.appmetrics.operator.cluster;

import io.appmetrics.operator.cluster.app.ConfigReloader;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Istio's Prometheus, as Istio ships it, and the few changes that tests make. */
public record Addon(
    List<String> files,
    String version,
    boolean secretCertificates,
    Reload reload,
    int replicas,
    UnaryOperator<String> configuration) {

  /** Who makes it load a changed configuration. */
  enum Reload {
    AS_SHIPPED,
    ON_REQUEST,
    NEVER
  }

  private static final String CERTIFICATES = "istio-certs";
  private static final String CERTIFICATES_PATH = "/etc/istio-certs";
  private static final String PROMETHEUS_YML = "prometheus.yml";
  private static final String RELOADER = "prometheus-server-configmap-reload";
  private static final String CONFIG_FILE = "--config.file=";
  private static final String LIFECYCLE = "--web.enable-lifecycle";

  /** samples/addons/prometheus.yaml: no certificates, no mTLS jobs. */
  public static Addon plain() {
    return of("3.16.0", List.of("istio-modern-addon-prometheus.yaml"));
  }

  /**
   * samples/addons/extras/prometheus-secure-metrics.yaml: an Istio sidecar, which is injected here,
   * writes certificates into an emptyDir, and two jobs use them.
   */
  public static Addon withSidecarCertificates() {
    return of("3.16.0", List.of("istio-modern-addon-prometheus-secure-metrics.yaml"));
  }

  /**
   * Istio 1.0.5: the optional Secret istio.default, no lifecycle. It ships 2.3.1, for which 2.5.0
   * stands.
   */
  public static Addon ofIstio10() {
    return of("2.5.0", of("1.0"));
  }

  /** Istio 1.4: the Secret istio.default, which has to be there. It ships 2.12.0. */
  public static Addon ofIstio14() {
    return of("2.37.0", of("1.4"));
  }

  /** Istio 1.5: a sidecar of its own writes the certificates. It ships 2.15.1. */
  public static Addon ofIstio15() {
    return of("2.37.0", of("1.5"));
  }

  private static Addon of(String version, List<String> files) {
    return new Addon(files, version, false, Reload.AS_SHIPPED, 1, UnaryOperator.identity());
  }

  private static List<String> of(String istio) {
    return Stream.of(
            "serviceaccount",
            "clusterrole",
            "clusterrolebinding",
            "configmap",
            "service",
            "deployment")
        .map(kind -> "istio-" + istio + "-prometheus-" + kind + ".yaml")
        .toList();
  }

  /**
   * It loads a changed configuration when it is told to, and nobody tells it; Istio 1.0 to 1.5 do
   * not have that.
   */
  public Addon withLifecycle() {
    return new Addon(
        files, version, secretCertificates, Reload.ON_REQUEST, replicas, configuration);
  }

  /** Nobody can make it load a changed configuration, as in Istio 1.0 to 1.5. */
  public Addon unreloadable() {
    return new Addon(files, version, secretCertificates, Reload.NEVER, replicas, configuration);
  }

  /** Another Prometheus, one of those that the test cluster has. */
  public Addon version(String other) {
    return new Addon(files, other, secretCertificates, reload, replicas, configuration);
  }

  /** With certificates from the optional Secret istio.default, as an admin adds them. */
  public Addon withSecretCertificates() {
    return new Addon(files, version, true, reload, replicas, configuration);
  }

  /** More than one. */
  public Addon replicas(int count) {
    return new Addon(files, version, secretCertificates, reload, count, configuration);
  }

  /** With another prometheus.yml; several changes are made one after the other. */
  public Addon configured(UnaryOperator<String> change) {
    return new Addon(
        files,
        version,
        secretCertificates,
        reload,
        replicas,
        text -> change.apply(configuration.apply(text)));
  }

  /** Scrapes every so often, such as {@code 2s}, so that tests are quick. */
  public Addon scrapeInterval(String interval) {
    return configured(
        text ->
            text.replaceFirst("scrape_interval: 15s", "scrape_interval: " + interval)
                .replaceFirst("scrape_timeout: 10s", "scrape_timeout: " + interval));
  }

  /** With a job of the shape that Istio 1.0 to 1.5 shipped: port 8443 of each pod, over mTLS. */
  public Addon withIstioSecureJob() {
    return configured(
        text ->
            text.replaceFirst(
                "(?m)^scrape_configs:\n",
                """
                scrape_configs:
                - job_name: kubernetes-pods-istio-secure
                  kubernetes_sd_configs: [{role: pod}]
                  relabel_configs:
                  - {source_labels: [__meta_kubernetes_pod_container_port_number], action: keep, regex: "8443"}
                  scheme: https
                  tls_config:
                    ca_file: /etc/istio-certs/root-cert.pem
                    cert_file: /etc/istio-certs/cert-chain.pem
                    key_file: /etc/istio-certs/key.pem
                    insecure_skip_verify: true
                """));
  }

  /** Its Deployment, as it is before anybody has served it to the cluster. */
  public Deployment deployment(Cluster cluster) {
    return objects(cluster).stream()
        .filter(Deployment.class::isInstance)
        .map(Deployment.class::cast)
        .findFirst()
        .orElseThrow();
  }

  /** The objects, to be moved into a namespace. */
  List<HasMetadata> objects(Cluster cluster) {
    var objects =
        files.stream().flatMap(file -> cluster.parse(served(text(file))).stream()).toList();
    for (var object : objects) {
      if (object instanceof ConfigMap map) {
        map.getData()
            .computeIfPresent(
                PROMETHEUS_YML,
                (key, old) ->
                    configuration.apply(cluster.isLocal() ? old : withoutDiscoveryOfNodes(old)));
      } else if (object instanceof Deployment deployment) {
        change(deployment, cluster.isLocal());
      }
    }
    return objects;
  }

  /**
   * A real kubelet writes its Node every five minutes, which wakes all of Prometheus' discovery and
   * would heal it by chance; a LocalNode never does.
   */
  private static String withoutDiscoveryOfNodes(String text) {
    var changed =
        text.replaceAll("(?ms)^- job_name: \\S+\n(?:(?!^- ).)*?role: node$.*?(?=^- )", "");
    if (changed.contains("role: node\n")) {
      throw new IllegalStateException("a job that discovers nodes is left in\n" + changed);
    }
    return changed;
  }

  /** In the API versions of today, whose shapes are the same. */
  private static String served(String text) {
    return text.replace("apiVersion: extensions/v1beta1", "apiVersion: apps/v1")
        .replace(
            "apiVersion: rbac.authorization.k8s.io/v1beta1",
            "apiVersion: rbac.authorization.k8s.io/v1");
  }

  private void change(Deployment deployment, boolean local) {
    deployment.getSpec().setReplicas(replicas);
    var pod = deployment.getSpec().getTemplate().getSpec();
    pod.setAffinity(null); // of labels that nodes have no more
    pod.getContainers().removeIf(c -> reload != Reload.AS_SHIPPED && c.getName().equals(RELOADER));
    for (var container : pod.getContainers()) {
      if (container.getName().equals(RELOADER) && !local) {
        // a real node runs our reloader, from an image with the addon's name
        container.setCommand(
            List.of("/jdk/bin/java", "-cp", "/app", ConfigReloader.class.getName()));
      }
      if (container.getArgs().stream().anyMatch(a -> a.startsWith(CONFIG_FILE))) {
        change(container.getArgs());
        container.setImage(container.getImage().replaceFirst(":v.*", ":v" + version));
        if (secretCertificates) {
          container
              .getVolumeMounts()
              .add(
                  new VolumeMountBuilder()
                      .withName(CERTIFICATES)
                      .withMountPath(CERTIFICATES_PATH)
                      .withReadOnly()
                      .build());
        }
      }
    }
    if (secretCertificates) {
      pod.getVolumes()
          .add(
              new VolumeBuilder()
                  .withName(CERTIFICATES)
                  .withNewSecret()
                  .withSecretName("istio.default")
                  .withOptional()
                  .endSecret()
                  .build());
    }
    SidecarInjection.replaceWritten(deployment);
    SidecarInjection.inject(deployment);
  }

  private void change(List<String> arguments) {
    if (reload == Reload.NEVER) {
      arguments.remove(LIFECYCLE);
    } else if (reload == Reload.ON_REQUEST && !arguments.contains(LIFECYCLE)) {
      arguments.add(LIFECYCLE);
    }
  }

  private static String text(String file) {
    try (var in = Addon.class.getResourceAsStream("/istio/" + file)) {
      return new String(Objects.requireNonNull(in, file).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
