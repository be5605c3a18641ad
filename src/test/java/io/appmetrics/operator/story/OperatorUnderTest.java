package io.appmetrics.operator.story;

import static org.awaitility.Awaitility.await;

import io.appmetrics.operator.cluster.Cluster;
import io.appmetrics.operator.cluster.TestNamespace;
import io.appmetrics.operator.deploy.Deployed;
import io.appmetrics.operator.runtime.CannotStart;
import io.appmetrics.operator.runtime.Meters;
import io.appmetrics.operator.runtime.OperatorConfig;
import io.appmetrics.operator.runtime.OperatorRuntime;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The operator as {@code deploy/} ships it: its ServiceAccount, its rights, its admission policies;
 * only the process is this JVM.
 */
final class OperatorUnderTest implements AutoCloseable {
  private final KubernetesClient client;
  private final Meters meters = new Meters();
  private final OperatorRuntime runtime;

  private OperatorUnderTest(KubernetesClient client, OperatorConfig config) {
    this.client = client;
    this.runtime = OperatorRuntime.start(client, config, meters);
  }

  /** Starts it for the Prometheus of one namespace and the workloads of others. */
  static OperatorUnderTest start(TestNamespace istio, TestNamespace... served) {
    return start(Map.of(), istio, served);
  }

  /** The same with other settings. */
  static OperatorUnderTest start(
      Map<String, String> settings, TestNamespace istio, TestNamespace... served) {
    Cluster cluster = istio.cluster();
    definitions(cluster);
    Deployed deployed = Deployed.install(cluster.admin());
    deployed.grantInstallation(istio.name(), "prometheus", "istio.default");
    Map<String, String> environment = new TreeMap<>();
    environment.put("APPMETRICS_PROMETHEUS", istio.name() + "/deployment/prometheus");
    environment.put("APPMETRICS_ROOT_NAMESPACE", istio.name());
    environment.put(
        "APPMETRICS_NAMESPACES",
        Stream.of(served).map(TestNamespace::name).collect(Collectors.joining(",")));
    environment.putAll(settings);
    try {
      return new OperatorUnderTest(deployed.operatorClient(), OperatorConfig.from(environment));
    } catch (CannotStart e) {
      throw new IllegalArgumentException(e);
    }
  }

  /**
   * The kinds that a mesh and this operator define; a test that applies one before the start asks.
   */
  static void definitions(Cluster cluster) {
    Stream.of(
            Path.of("crds/appmetrics.appmetrics.io.yaml"),
            Path.of("src/test/resources/istio/peerauthentication-crd.yaml"))
        .flatMap(file -> cluster.parse(read(file)).stream())
        .forEach(
            definition -> {
              cluster.applyShared(definition);
              await(definition.getMetadata().getName())
                  .until(
                      () ->
                          cluster
                              .client()
                              .apiextensions()
                              .v1()
                              .customResourceDefinitions()
                              .withName(definition.getMetadata().getName())
                              .get()
                              .getStatus()
                              .getConditions()
                              .stream()
                              .anyMatch(
                                  c ->
                                      c.getType().equals("Established")
                                          && c.getStatus().equals("True")));
            });
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    runtime.close();
    client.close();
  }
}
