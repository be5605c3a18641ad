package io.appmetrics.operator.deploy;

import static org.awaitility.Awaitility.await;

import io.appmetrics.operator.cluster.Kubeconfig;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingAdmissionPolicy;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingAdmissionPolicyBinding;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReviewBuilder;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.util.List;

/**
 * A test cluster with {@code deploy/} applied, but for the operator's pod: the operator of a test
 * runs as its ServiceAccount, with its rights, under its policies.
 */
public final class Deployed {
  private static final Duration IN_FORCE = Duration.ofSeconds(20);
  private static final long TOKEN_SECONDS = 24 * 3600;

  private final Kubeconfig admin;
  private final Kubeconfig operator;

  private Deployed(Kubeconfig admin, Kubeconfig operator) {
    this.admin = admin;
    this.operator = operator;
  }

  /** Applies the manifests, and returns when the API server has them in force. Again: no harm. */
  public static Deployed install(Kubeconfig admin) {
    try (KubernetesClient client = client(admin, "deploy")) {
      for (HasMetadata object : DeployManifests.all()) {
        if (!(object instanceof Deployment)
            && !(object instanceof Role)
            && !(object instanceof RoleBinding)
            && !(object instanceof ValidatingAdmissionPolicyBinding)) {
          client.resource(object).forceConflicts().serverSideApply();
        }
      }
      // Last and in order, so that when the last is in force, all are.
      DeployManifests.of(ValidatingAdmissionPolicyBinding.class)
          .forEach(binding -> client.resource(binding).forceConflicts().serverSideApply());
      ServiceAccount account = DeployManifests.only(ServiceAccount.class);
      String token =
          client
              .serviceAccounts()
              .inNamespace(account.getMetadata().getNamespace())
              .withName(account.getMetadata().getName())
              .tokenRequest(
                  new TokenRequestBuilder()
                      .withNewSpec()
                      .withExpirationSeconds(TOKEN_SECONDS)
                      .endSpec()
                      .build())
              .getStatus()
              .getToken();
      Deployed deployed = new Deployed(admin, admin.withToken(token));
      deployed.awaitPolicies(client);
      return deployed;
    }
  }

  /** The cluster as the operator's ServiceAccount sees it. */
  public Kubeconfig operator() {
    return operator;
  }

  /** A client as the operator's ServiceAccount; to be closed by the caller. */
  public KubernetesClient operatorClient() {
    return client(operator, "appmetrics-operator");
  }

  /** Grants what {@code deploy/installation} grants, for another Prometheus. */
  public void grantInstallation(String namespace, String configMap, String secret) {
    Role role = DeployManifests.only(Role.class);
    role.getMetadata().setNamespace(namespace);
    role.getRules().get(0).setResourceNames(List.of(configMap));
    role.getRules().get(1).setResourceNames(List.of(secret));
    RoleBinding binding = DeployManifests.only(RoleBinding.class);
    binding.getMetadata().setNamespace(namespace);
    try (KubernetesClient client = client(admin, "deploy");
        KubernetesClient asOperator = operatorClient()) {
      client.resource(role).forceConflicts().serverSideApply();
      client.resource(binding).forceConflicts().serverSideApply();
      await("the right to " + namespace + "/" + configMap)
          .atMost(IN_FORCE)
          .pollInterval(Duration.ofMillis(20))
          .until(() -> mayUpdate(asOperator, namespace, configMap));
    }
  }

  /** A client as the cluster's administrator; to be closed by the caller. */
  KubernetesClient adminClient() {
    return client(admin, "deploy-tests");
  }

  private static KubernetesClient client(Kubeconfig who, String userAgent) {
    return new KubernetesClientBuilder().withConfig(who.config(userAgent)).build();
  }

  private static boolean mayUpdate(KubernetesClient client, String namespace, String configMap) {
    return client
        .authorization()
        .v1()
        .selfSubjectAccessReview()
        .create(
            new SelfSubjectAccessReviewBuilder()
                .withNewSpec()
                .withNewResourceAttributes()
                .withVerb("update")
                .withResource("configmaps")
                .withNamespace(namespace)
                .withName(configMap)
                .endResourceAttributes()
                .endSpec()
                .build())
        .getStatus()
        .getAllowed();
  }

  /** The API server compiles new policies about once a second. */
  private void awaitPolicies(KubernetesClient client) {
    List<ValidatingAdmissionPolicy> policies = DeployManifests.of(ValidatingAdmissionPolicy.class);
    String last = policies.get(policies.size() - 1).getMetadata().getName();
    Deployment probe =
        new DeploymentBuilder()
            .withNewMetadata()
            .withName("policy-probe")
            .withNamespace(DeployManifests.only(Namespace.class).getMetadata().getName())
            .endMetadata()
            .withNewSpec()
            .withReplicas(0)
            .withNewSelector()
            .addToMatchLabels("app", "policy-probe")
            .endSelector()
            .withNewTemplate()
            .withNewMetadata()
            .addToLabels("app", "policy-probe")
            .endMetadata()
            .withNewSpec()
            .addNewContainer()
            .withName("none")
            .withImage("none")
            .endContainer()
            .endSpec()
            .endTemplate()
            .endSpec()
            .build();
    client.resource(probe).forceConflicts().serverSideApply();
    try (KubernetesClient asOperator = operatorClient()) {
      await(last + " to be in force")
          .atMost(IN_FORCE)
          .pollInterval(Duration.ofMillis(50))
          .until(() -> refuses(asOperator, probe, last));
    }
    client.resource(probe).delete();
  }

  private static boolean refuses(KubernetesClient client, Deployment probe, String policy) {
    try {
      client
          .resource(probe)
          .patch(
              new PatchContext.Builder()
                  .withPatchType(PatchType.JSON_MERGE)
                  .withFieldManager("policy-probe")
                  .withDryRun(List.of("All"))
                  .build(),
              "{\"spec\":{\"paused\":true}}");
      return false;
    } catch (KubernetesClientException e) {
      return String.valueOf(e.getMessage()).contains(policy);
    }
  }
}
