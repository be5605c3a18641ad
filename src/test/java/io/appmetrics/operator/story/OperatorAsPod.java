package io.appmetrics.operator.story;

import static org.awaitility.Awaitility.await;

import io.appmetrics.operator.cluster.Cluster;
import io.appmetrics.operator.cluster.TestNamespace;
import io.appmetrics.operator.deploy.DeployManifests;
import io.appmetrics.operator.deploy.Deployed;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Deployment of {@code deploy/}, its variables apart; what a test has brought to the cluster
 * goes with it.
 */
final class OperatorAsPod implements OperatorUnderTest {
  private static final Logger log = LoggerFactory.getLogger(OperatorAsPod.class);

  /** Names another image than {@code deploy/kustomization.yaml} does. */
  private static final String IMAGE = "e2e.image";

  private static final Duration ROLLOUT = Duration.ofMinutes(2);

  /** Its grace, and then some. */
  private static final Duration END = Duration.ofSeconds(30);

  private final Cluster cluster;
  private final Deployment deployment = DeployManifests.only(Deployment.class);
  private final List<CustomResourceDefinition> brought;
  private @Nullable Deployed deployed;

  private OperatorAsPod(Cluster cluster) {
    this.cluster = cluster;
    this.brought = Definitions.missing(cluster);
  }

  /**
   * Returns when its rollout is complete.
   *
   * @throws IllegalStateException when the cluster runs an operator already: it would be
   *     overwritten, and deleted at the end
   */
  static OperatorAsPod start(TestNamespace istio, Map<String, String> environment) {
    var operator = new OperatorAsPod(istio.cluster());
    operator.refuseAnother();
    try {
      operator.deploy(istio);
      operator.rollOut(environment);
      return operator;
    } catch (RuntimeException | Error e) {
      operator.pods().forEach(pod -> log.error("{}", pod.getStatus()));
      operator.close();
      throw e;
    }
  }

  private void refuseAnother() {
    if (cluster.client().namespaces().withName(namespace()).get() != null) {
      throw new IllegalStateException(
          "the cluster has a namespace %s already, and this test would delete it: take the operator away with kubectl delete -k deploy, or name another cluster in KUBECONFIG"
              .formatted(namespace()));
    }
  }

  private void deploy(TestNamespace istio) {
    Definitions.establish(cluster, brought);
    deployed = Deployed.install(cluster.admin());
    deployed.grantInstallation(istio.name(), "prometheus", "istio.default");
  }

  private void rollOut(Map<String, String> environment) {
    var container = deployment.getSpec().getTemplate().getSpec().getContainers().get(0);
    container.setImage(System.getProperty(IMAGE, DeployManifests.image()));
    environment.forEach((name, value) -> set(container, name, value));
    set(container, "APPMETRICS_LOG", "text");
    var since = Instant.now();
    cluster.applyShared(deployment);
    await("the operator's pod to be ready")
        .atMost(ROLLOUT)
        .until(() -> cluster.client().resource(deployment).isReady());
    log.info("{}: ready after {}", container.getImage(), Duration.between(since, Instant.now()));
  }

  private static void set(Container container, String name, String value) {
    var variables = new ArrayList<>(container.getEnv());
    variables.removeIf(variable -> variable.getName().equals(name));
    variables.add(new EnvVarBuilder().withName(name).withValue(value).build());
    container.setEnv(variables);
  }

  private List<Pod> pods() {
    return cluster
        .client()
        .pods()
        .inNamespace(namespace())
        .withLabelSelector(deployment.getSpec().getSelector())
        .list()
        .getItems();
  }

  private String namespace() {
    return deployment.getMetadata().getNamespace();
  }

  @Override
  public void close() {
    pods().forEach(pod -> log.info("its log:\n{}", cluster.log(pod, "operator")));
    cluster.client().resource(deployment).delete();
    await("the operator to end").atMost(END).until(() -> pods().isEmpty());
    Optional.ofNullable(deployed).ifPresent(Deployed::remove);
    Definitions.remove(cluster, brought);
  }
}
