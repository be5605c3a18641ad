package io.appmetrics.operator.demo;

import static org.awaitility.Awaitility.await;

import io.appmetrics.operator.cluster.Cluster;
import io.appmetrics.operator.cluster.CustomResources;
import io.appmetrics.operator.cluster.TestNamespace;
import io.appmetrics.operator.deploy.Deployed;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.core.ConditionTimeoutException;

/** The operator is installed from deploy/, and its jar runs. */
final class OperatorStarts implements Step<OperatorProcess> {
  private static final Duration START = Duration.ofSeconds(60);
  private static final Path MESH_POLICIES =
      Path.of("src", "test", "resources", "istio", "peerauthentication-crd.yaml");

  private final Terminal terminal;
  private final TestNamespace istio;
  private final Path directory;

  OperatorStarts(Terminal terminal, TestNamespace istio, Path directory) {
    this.terminal = terminal;
    this.istio = istio;
    this.directory = directory;
  }

  @Override
  public String title() {
    return "The operator starts";
  }

  @Override
  public OperatorProcess play() {
    terminal.event("applying crds/ and deploy/: ServiceAccount, RBAC and admission policies");
    terminal.waiting("the API server compiles the admission policies");
    var cluster = istio.cluster();
    meshPolicies(cluster);
    Deployed.install(cluster.admin())
        .grantInstallation(istio.name(), "prometheus", "istio.default");
    var began = System.nanoTime();
    terminal.event(
        "java -jar %s as system:serviceaccount:%s:%s"
            .formatted(
                OperatorProcess.JAR, OperatorProcess.NAMESPACE, OperatorProcess.SERVICE_ACCOUNT));
    var operator = OperatorProcess.start(cluster, directory);
    try {
      await()
          .pollInSameThread()
          .atMost(START)
          .until(
              () -> {
                terminal.waiting("the operator is starting");
                operator.mustRun();
                return operator.isReady();
              });
    } catch (ConditionTimeoutException e) {
      throw new StepFailed(
          "the operator to be ready within " + Stopwatch.seconds(START),
          "it is not; the end of its log:" + System.lineSeparator() + operator.tail());
    }
    terminal.event(
        "it is ready, %s after its start"
            .formatted(Stopwatch.seconds(Duration.ofNanos(System.nanoTime() - began))));
    return operator;
  }

  /** As an Istio mesh has them: the operator looks for PeerAuthentications when it starts. */
  private static void meshPolicies(Cluster cluster) {
    try {
      CustomResources.establish(
          cluster.client(),
          List.of(
              Serialization.unmarshal(
                  Files.readString(MESH_POLICIES), CustomResourceDefinition.class)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
