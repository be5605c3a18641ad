package io.appmetrics.operator.cluster;

import io.appmetrics.operator.api.TargetKind;
import io.appmetrics.operator.cluster.app.DemoApp;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The manifest of a demo app, a Deployment unless said else: {@code
 * AppManifest.named("cart").listens(8080)}.
 */
public final class AppManifest {

  private final String name;
  private final List<String> arguments = new ArrayList<>();
  private final Map<Integer, String> containerPorts = new LinkedHashMap<>();
  private final Map<String, String> annotations = new LinkedHashMap<>();
  private int replicas = 1;
  private TargetKind kind = TargetKind.DEPLOYMENT;
  private String updateStrategy = "";
  private String label = "";
  private String proxy = "";

  private AppManifest(String name) {
    this.name = name;
  }

  /** An app that listens nowhere yet. */
  public static AppManifest named(String name) {
    return new AppManifest(name);
  }

  /** Plain HTTP on a port that the manifest declares. */
  public AppManifest listens(int port) {
    return listens(port, "plain").declares(port, "");
  }

  /** Plain HTTP on a port that the manifest declares and names. */
  public AppManifest listens(int port, String portName, String behaviour) {
    return listens(port, behaviour).declares(port, portName);
  }

  /** A behaviour, such as {@code mtls}, on a port that the manifest does not declare. */
  public AppManifest listens(int port, String behaviour) {
    arguments.add("--listen=" + port + "=" + behaviour);
    return this;
  }

  /** Declares a container port; an empty name is none. */
  public AppManifest declares(int port, String portName) {
    containerPorts.put(port, portName);
    return this;
  }

  /** Another argument of {@link DemoApp}. */
  public AppManifest with(String argument) {
    arguments.add(argument);
    return this;
  }

  /** An annotation of the pod template. */
  public AppManifest annotated(String key, String value) {
    annotations.put(key, value);
    return this;
  }

  /** Istio's injector leaves its pods alone. */
  public AppManifest outsideMesh() {
    label = ", sidecar.istio.io/inject: \"false\"";
    return this;
  }

  /** The sidecar of a release of Istio, such as 1.0.5, as if injected by hand. */
  public AppManifest withSidecarOf(String release) {
    proxy = "- {name: istio-proxy, image: \"docker.io/istio/proxyv2:%s\"}".formatted(release);
    return annotated("sidecar.istio.io/status", "injected");
  }

  /** Another kind of workload. */
  public AppManifest as(TargetKind other) {
    kind = other;
    return this;
  }

  /** Its pods are made anew when somebody deletes them, and never else. */
  public AppManifest onDelete() {
    updateStrategy = "updateStrategy: {type: OnDelete}";
    return this;
  }

  /** How many pods; a DaemonSet has one for each node. */
  public AppManifest replicas(int count) {
    replicas = count;
    return this;
  }

  /** The name of the workload, the label {@code app}, and the service account in certificates. */
  public String name() {
    return name;
  }

  /**
   * The workload; it mounts the Secret NAME-certs and, if it is there, ConfigMap NAME-behaviour.
   */
  public String yaml() {
    var ports = new ArrayList<String>();
    containerPorts.forEach(
        (port, portName) ->
            ports.add(
                portName.isEmpty()
                    ? "{containerPort: %d}".formatted(port)
                    : "{containerPort: %d, name: %s}".formatted(port, portName)));
    var notes = new ArrayList<String>();
    annotations.forEach((key, value) -> notes.add("\"%s\": \"%s\"".formatted(key, value)));
    return """
    apiVersion: apps/v1
    kind: %7$s
    metadata: {name: %1$s}
    spec:
      %2$s
      %8$s
      selector: {matchLabels: {app: %1$s}}
      template:
        metadata:
          labels: {app: %1$s%9$s}
          annotations: {%3$s}
        spec:
          automountServiceAccountToken: false
          terminationGracePeriodSeconds: 1
          containers:
          %10$s
          - name: app
            image: localhost/demo-app:test
            command: [/jdk/bin/java, -cp, /app, %4$s]
            args: [%5$s]
            ports: [%6$s]
            env:
            - {name: APP, value: %1$s}
            readinessProbe: {httpGet: {path: /healthz, port: 9000}, periodSeconds: 1}
            volumeMounts:
            - {name: certs, mountPath: /etc/certs, readOnly: true}
            - {name: behaviour, mountPath: /etc/behaviour, readOnly: true}
          volumes:
          - {name: certs, secret: {secretName: %1$s-certs}}
          - {name: behaviour, configMap: {name: %1$s-behaviour, optional: true}}
    """
        .formatted(
            name,
            ofItsKind(),
            String.join(", ", notes),
            DemoApp.class.getName(),
            quoted(),
            String.join(", ", ports),
            kind,
            updateStrategy,
            label,
            proxy);
  }

  private String ofItsKind() {
    return switch (kind) {
      case DEPLOYMENT -> "replicas: " + replicas;
      case STATEFUL_SET -> "serviceName: %s\n  replicas: %d".formatted(name, replicas);
      case DAEMON_SET -> "";
    };
  }

  private String quoted() {
    var all = new ArrayList<>(List.of("--behaviour=/etc/behaviour"));
    all.addAll(arguments);
    return String.join(", ", all.stream().map(argument -> '"' + argument + '"').toList());
  }
}
