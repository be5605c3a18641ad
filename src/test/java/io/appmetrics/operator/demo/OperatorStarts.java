package io.appmetrics.operator.demo;

import static org.awaitility.Awaitility.await;

import io.appmetrics.operator.cluster.Cluster;
import io.appmetrics.operator.cluster.CustomResources;
import io.appmetrics.operator.cluster.TestNamespace;
import io.appmetrics.operator.deploy.Deployed;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.core.ConditionTimeoutException;

/** The operator is installed from deploy/, and its jar runs. */
final class OperatorStarts implements Step<OperatorProcess> {
  private static final Duration START = Duration.ofSeconds(60);
  private final Act act;
  private final Terminal terminal;
  private final TestNamespace istio;
  private final Path directory;

  OperatorStarts(Act act, Terminal terminal, TestNamespace istio, Path directory) {
    this.act = act;
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
        "java %s -jar %s as system:serviceaccount:%s:%s"
            .formatted(
                String.join(" ", OperatorProcess.SHORT_LIVED),
                OperatorProcess.JAR,
                OperatorProcess.NAMESPACE,
                OperatorProcess.SERVICE_ACCOUNT));
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

  /** As an Istio mesh has them: the operator looks for their kinds when it starts. */
  private void meshPolicies(Cluster cluster) {
    try {
      CustomResources.establish(
          cluster.client(),
          cluster.parse(Files.readString(act.policyDefinitions())).stream()
              .map(CustomResourceDefinition.class::cast)
              .toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
