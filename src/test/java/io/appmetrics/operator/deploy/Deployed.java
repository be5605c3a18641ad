package io.appmetrics.operator.deploy;

import static org.awaitility.Awaitility.await;

import io.appmetrics.operator.cluster.Cluster;
import io.appmetrics.operator.cluster.Kubeconfig;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingAdmissionPolicy;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingAdmissionPolicyBinding;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.authorization.v1.ResourceAttributesBuilder;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReviewBuilder;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A cluster with {@code crds/} and {@code deploy/} applied, but for the operator's pod: the
 * operator of a test runs as its ServiceAccount, with its rights, under its policies.
 */
public final class Deployed {
  private static final Duration IN_FORCE = Duration.ofSeconds(30);

  /** Guarded by itself: the servers that have it all already, as seen by this JVM. */
  private static final Set<String> INSTALLED = new HashSet<>();

  private final Cluster cluster;
  private final KubernetesClient operator;

  private Deployed(Cluster cluster) {
    this.cluster = cluster;
    this.operator = cluster.clientAs(namespace(), serviceAccount());
  }

  /**
   * Applies the manifests, once for each cluster, and returns when the API server has them in
   * force. They stay when the test ends; rights to a Prometheus go with its namespace.
   */
  public static Deployed install(Cluster cluster) {
    synchronized (INSTALLED) {
      if (!INSTALLED.contains(cluster.admin().server())) {
        apply(cluster);
        INSTALLED.add(cluster.admin().server());
      }
    }
    return new Deployed(cluster);
  }

  /** The cluster as the operator's ServiceAccount sees it. */
  public Kubeconfig operator() {
    return cluster.as(namespace(), serviceAccount());
  }

  /** A client as the operator's ServiceAccount; the cluster closes it. */
  public KubernetesClient operatorClient() {
    return operator;
  }

  /** Grants what {@code deploy/installation} grants, for the Prometheus of a test. */
  public void grantInstallation(String namespace, String configMap, String secret) {
    Role role = DeployManifests.only(Role.class);
    role.getMetadata().setNamespace(namespace);
    role.getRules().get(0).setResourceNames(List.of(configMap));
    role.getRules().get(1).setResourceNames(List.of(secret));
    RoleBinding binding = DeployManifests.only(RoleBinding.class);
    binding.getMetadata().setNamespace(namespace);
    cluster.applyShared(role);
    cluster.applyShared(binding);
    await("the right to write ConfigMap " + namespace + "/" + configMap)
        .atMost(IN_FORCE)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> mayUpdate(operator, namespace, configMap));
  }

  private static String namespace() {
    return DeployManifests.only(Namespace.class).getMetadata().getName();
  }

  private static String serviceAccount() {
    return DeployManifests.only(ServiceAccount.class).getMetadata().getName();
  }

  private static void apply(Cluster cluster) {
    DeployManifests.customResourceDefinitions().forEach(cluster::applyShared);
    for (HasMetadata object : DeployManifests.all()) {
      if (!(object instanceof Deployment)
          && !(object instanceof Role)
          && !(object instanceof RoleBinding)
          && !(object instanceof ValidatingAdmissionPolicyBinding)) {
        cluster.applyShared(object);
      }
    }
    // Last and in order, so that when the last is in force, all are.
    DeployManifests.of(ValidatingAdmissionPolicyBinding.class).forEach(cluster::applyShared);
    awaitPolicies(cluster);
    DeployManifests.customResourceDefinitions()
        .forEach(
            definition ->
                await(definition.getMetadata().getName() + " to be established")
                    .atMost(IN_FORCE)
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> isEstablished(cluster.client(), definition)));
  }

  private static boolean isEstablished(
      KubernetesClient client, CustomResourceDefinition definition) {
    return client.resource(definition).get().getStatus().getConditions().stream()
        .anyMatch(c -> c.getType().equals("Established") && c.getStatus().equals("True"));
  }

  private static boolean mayUpdate(KubernetesClient client, String namespace, String configMap) {
    var right =
        new ResourceAttributesBuilder()
            .withVerb("update")
            .withResource("configmaps")
            .withNamespace(namespace)
            .withName(configMap)
            .build();
    return client
        .authorization()
        .v1()
        .selfSubjectAccessReview()
        .create(
            new SelfSubjectAccessReviewBuilder()
                .withNewSpec()
                .withResourceAttributes(right)
                .endSpec()
                .build())
        .getStatus()
        .getAllowed();
  }

  /** The API server compiles new policies about once a second. */
  private static void awaitPolicies(Cluster cluster) {
    List<ValidatingAdmissionPolicy> policies = DeployManifests.of(ValidatingAdmissionPolicy.class);
    String last = policies.get(policies.size() - 1).getMetadata().getName();
    Deployment probe =
        new DeploymentBuilder()
            .withNewMetadata()
            .withName("policy-probe")
            .withNamespace(namespace())
            .endMetadata()
            .withSpec(DeployManifests.only(Deployment.class).getSpec())
            .editSpec()
            .withReplicas(0)
            .endSpec()
            .build();
    cluster.applyShared(probe);
    KubernetesClient operator = cluster.clientAs(namespace(), serviceAccount());
    await(last + " to be in force")
        .atMost(IN_FORCE)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> refuses(operator, probe, last));
    cluster.client().resource(probe).delete();
  }

  private static boolean refuses(KubernetesClient client, Deployment probe, String policy) {
    try {
      client
          .resource(probe)
          .patch(
              new PatchContext.Builder()
                  .withPatchType(PatchType.JSON_MERGE)
                  .withDryRun(List.of("All"))
                  .build(),
              "{\"spec\":{\"paused\":true}}");
      return false;
    } catch (KubernetesClientException e) {
      return String.valueOf(e.getMessage()).contains(policy);
    }
  }
}
