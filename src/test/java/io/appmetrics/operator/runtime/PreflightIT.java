package io.appmetrics.operator.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.appmetrics.operator.cluster.ControlPlane;
import io.appmetrics.operator.cluster.Kubeconfig;
import io.appmetrics.operator.cluster.program.Binaries;
import io.appmetrics.operator.deploy.DeployManifests;
import io.appmetrics.operator.deploy.Deployed;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequest;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * A cluster from nothing to {@code deploy/}, step by step, and what the operator says at each. It
 * is a control plane of its own: from the shared one, the definition must not be taken away.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PreflightIT {
  private static final String NAMESPACE = "monitoring";

  private static ControlPlane controlPlane;
  private static KubernetesClient admin;

  @BeforeAll
  static void start(@TempDir Path directory) {
    controlPlane = ControlPlane.start(new Binaries(), directory);
    admin = client(controlPlane.admin());
    admin
        .resource(
            new NamespaceBuilder().withNewMetadata().withName(NAMESPACE).endMetadata().build())
        .create();
  }

  @AfterAll
  static void stop() {
    admin.close();
    controlPlane.close();
  }

  @Test
  @Order(1)
  void noDefinition() {
    assertRefused(
        controlPlane.admin(),
        "the CustomResourceDefinition appmetrics.appmetrics.io is missing at %s; apply it: kubectl"
            + " apply -f crds/");
  }

  @Test
  @Order(2)
  void definitionOfAnotherRelease() {
    CustomResourceDefinition other = DeployManifests.customResourceDefinitions().get(0);
    other.getSpec().getVersions().get(0).setName("v1");
    admin.resource(other).create();
    await("v1").until(() -> admin.getApiGroup("appmetrics.io") != null);
    assertRefused(
        controlPlane.admin(),
        "the CustomResourceDefinition appmetrics.appmetrics.io at %s serves v1 and not v1alpha1;"
            + " apply that of this release: kubectl apply -f crds/");
    admin.resource(other).delete();
    await("the end of v1").until(() -> admin.getApiGroup("appmetrics.io") == null);
  }

  @Test
  @Order(3)
  void noRight() {
    Deployed.install(controlPlane.admin());
    await("v1alpha1").until(() -> admin.getApiGroup("appmetrics.io") != null);
    assertRefused(
        user("nobody"),
        "system:serviceaccount:monitoring:nobody may not list, watch"
            + " appmetrics.appmetrics.io in all namespaces; patch appmetrics.appmetrics.io/status in"
            + " all namespaces; get, list, watch, patch deployments.apps in all namespaces; get,"
            + " list, watch, patch statefulsets.apps in all namespaces; get, list, watch, patch"
            + " daemonsets.apps in all namespaces; list, patch pods in all namespaces; list, watch peerauthentications.security.istio.io in"
            + " all namespaces; create events in all namespaces; list, watch pods in namespace"
            + " monitoring; create configmaps in namespace appmetrics-system; get, update configmaps"
            + " appmetrics-monitoring.prometheus-server in namespace appmetrics-system; grant it"
            + " with: kubectl apply -k deploy/ (another Prometheus: deploy/examples/another-installation)");
  }

  @Test
  @Order(4)
  void noRightInTheNamespaceOfPrometheus() {
    Deployed deployed = Deployed.install(controlPlane.admin());
    assertRefused(
        deployed.operator(),
        "system:serviceaccount:appmetrics-system:appmetrics-operator may not watch pods in"
            + " namespace monitoring; create configmaps in namespace appmetrics-system; get, update"
            + " configmaps appmetrics-monitoring.prometheus-server in namespace appmetrics-system;"
            + " grant it with: kubectl apply -k deploy/ (another Prometheus:"
            + " deploy/examples/another-installation)");
  }

  @Test
  @Order(5)
  void everyRight() {
    Deployed deployed = Deployed.install(controlPlane.admin());
    deployed.grantInstallation(NAMESPACE, "prometheus-server", "istio.prometheus");
    deployed.grantState(NAMESPACE, "prometheus-server");
    assertThatCode(() -> check(deployed.operator())).doesNotThrowAnyException();
  }

  @Test
  @Order(6)
  void rightsToOtherFilesThanThoseOfPrometheus() {
    admin.resource(prometheus()).create();
    Deployed deployed = Deployed.install(controlPlane.admin());
    deployed.grantInstallation(NAMESPACE, "another", "another");
    deployed.grantState(NAMESPACE, "prometheus-server");
    await()
        .untilAsserted(
            () ->
                assertRefused(
                    deployed.operator(),
                    "system:serviceaccount:appmetrics-system:appmetrics-operator may not get, list,"
                        + " watch, update configmaps prometheus-server in namespace monitoring;"
                        + " get, list, watch secrets istio.prometheus in namespace monitoring;"
                        + " grant it with: kubectl apply -k deploy/ (another Prometheus:"
                        + " deploy/examples/another-installation)"));
    deployed.grantInstallation(NAMESPACE, "prometheus-server", "istio.prometheus");
    deployed.grantState(NAMESPACE, "prometheus-server");
    await().untilAsserted(() -> check(deployed.operator()));
  }

  @Test
  @Order(7)
  void oneVerbTooFew() {
    ClusterRole role = DeployManifests.operatorRole();
    role.getRules().stream()
        .filter(rule -> rule.getResources().contains("deployments"))
        .forEach(rule -> rule.setVerbs(List.of("get", "list", "watch")));
    admin.resource(role).forceConflicts().serverSideApply();
    Deployed deployed = Deployed.install(controlPlane.admin());
    await()
        .untilAsserted(
            () ->
                assertThatThrownBy(() -> check(deployed.operator()))
                    .hasMessageContaining(
                        "may not patch deployments.apps in all namespaces; patch statefulsets.apps in"
                            + " all namespaces; patch daemonsets.apps in all namespaces; grant"));
  }

  @Test
  void wrongToken() {
    assertRefused(
        controlPlane.admin().withToken("wrong"),
        "the API server at %s does not accept these credentials (401); log in again, or set"
            + " KUBECONFIG");
  }

  @Test
  void nobodyListens() {
    Kubeconfig admin = controlPlane.admin();
    Kubeconfig closed = new Kubeconfig("https://127.0.0.1:1", admin.authorityPem(), admin.token());
    assertRefused(
        closed,
        "the API server at %s cannot be reached: connection refused; is it up, and is KUBECONFIG"
            + " right?");
  }

  @Test
  void noSuchHost() {
    Kubeconfig admin = controlPlane.admin();
    Kubeconfig nowhere =
        new Kubeconfig("https://nowhere.invalid:6443", admin.authorityPem(), admin.token());
    assertRefused(
        nowhere,
        "the API server at %s cannot be reached: its name does not resolve; is it up, and is"
            + " KUBECONFIG right?");
  }

  private static void assertRefused(Kubeconfig who, String message) {
    assertThatThrownBy(() -> check(who))
        .isInstanceOf(CannotStart.class)
        .hasMessage(message.formatted(who.server()))
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
  }

  private static void check(Kubeconfig who) throws CannotStart {
    OperatorConfig config =
        OperatorConfig.from(
            Map.of("APPMETRICS_PROMETHEUS", NAMESPACE + "/deployment/prometheus-server"));
    try (KubernetesClient client = client(who)) {
      new Preflight(
              client,
              config,
              deployment ->
                  Optional.of(
                      new Preflight.InstallationFiles(
                          deployment.getMetadata().getName(), List.of("istio.prometheus"))))
          .check();
    }
  }

  private static KubernetesClient client(Kubeconfig who) {
    var config = who.config("preflight");
    config.setRequestRetryBackoffLimit(0);
    return new KubernetesClientBuilder().withConfig(config).build();
  }

  private static Kubeconfig user(String name) {
    admin
        .resource(
            new ServiceAccountBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(NAMESPACE)
                .endMetadata()
                .build())
        .create();
    return controlPlane
        .admin()
        .withToken(
            admin
                .serviceAccounts()
                .inNamespace(NAMESPACE)
                .withName(name)
                .tokenRequest(new TokenRequest())
                .getStatus()
                .getToken());
  }

  private static Deployment prometheus() {
    return new DeploymentBuilder(DeployManifests.only(Deployment.class))
        .withNewMetadata()
        .withName("prometheus-server")
        .withNamespace(NAMESPACE)
        .endMetadata()
        .editSpec()
        .withReplicas(0)
        .endSpec()
        .build();
  }
}
