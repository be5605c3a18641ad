package io.appmetrics.operator.deploy;

import static org.awaitility.Awaitility.await;

import io.appmetrics.operator.cluster.CustomResources;
import io.appmetrics.operator.cluster.Kubeconfig;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingAdmissionPolicy;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingAdmissionPolicyBinding;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.api.model.authorization.v1.ResourceAttributesBuilder;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReviewBuilder;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A cluster with {@code crds/} and {@code deploy/} applied, but for the operator's pod: the
 * operator of a test runs as its ServiceAccount, with its rights, under its policies.
 */
public final class Deployed {
  private static final Duration IN_FORCE = Duration.ofSeconds(30);
  private static final Duration GONE = Duration.ofSeconds(60);
  private static final Duration POLL = Duration.ofMillis(50);
  private static final long TOKEN_SECONDS = Duration.ofHours(2).toSeconds();

  /** Guarded by itself: the servers that have it all already, as seen by this JVM. */
  private static final Set<String> INSTALLED = new HashSet<>();

  private final Kubeconfig admin;
  private final Kubeconfig operator;

  private Deployed(Kubeconfig admin, Kubeconfig operator) {
    this.admin = admin;
    this.operator = operator;
  }

  /**
   * Applies the manifests, once for each cluster, and returns when the API server has them in
   * force. They stay when a test ends; rights to a Prometheus go with its namespace.
   */
  public static Deployed install(Kubeconfig admin) {
    try (KubernetesClient client = client(admin, "deploy")) {
      synchronized (INSTALLED) {
        if (!INSTALLED.contains(admin.server())) {
          apply(client, admin);
          INSTALLED.add(admin.server());
        }
      }
      return new Deployed(admin, operator(client, admin));
    }
  }

  /**
   * Takes away what {@code kubectl delete -k deploy/} does, and returns when it is gone; of no use
   * for anything but another {@link #install} afterwards.
   */
  public void remove() {
    try (KubernetesClient client = adminClient()) {
      synchronized (INSTALLED) {
        INSTALLED.remove(admin.server());
        List<HasMetadata> installed = new ArrayList<>(installed().toList());
        Collections.reverse(installed);
        installed.forEach(object -> client.resource(object).delete());
        await("the end of what deploy/ has brought")
            .atMost(GONE)
            .pollInterval(POLL)
            .until(
                () -> installed.stream().allMatch(object -> client.resource(object).get() == null));
      }
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

  /** A client as the cluster's administrator; to be closed by the caller. */
  KubernetesClient adminClient() {
    return client(admin, "deploy-tests");
  }

  /** Grants what {@code deploy/operator} grants for the state, for the Prometheus of a test. */
  public void grantState(String namespace, String deployment) {
    Role role = DeployManifests.stateRole();
    RoleBinding binding = DeployManifests.named(RoleBinding.class, role.getMetadata().getName());
    String own = role.getMetadata().getName() + "-" + namespace;
    String state = "appmetrics-" + namespace + "." + deployment;
    role.getMetadata().setName(own);
    role.getRules().get(1).setResourceNames(List.of(state));
    binding.getMetadata().setName(own);
    binding.getRoleRef().setName(own);
    try (KubernetesClient client = adminClient();
        KubernetesClient asOperator = operatorClient()) {
      apply(client, role);
      apply(client, binding);
      await("the right to write ConfigMap " + state)
          .atMost(IN_FORCE)
          .pollInterval(POLL)
          .until(() -> mayUpdate(asOperator, role.getMetadata().getNamespace(), state));
    }
  }

  /**
   * Grants what {@code deploy/installation} grants, for the Prometheus of a test, and the right to
   * the state of a Deployment {@code prometheus} there.
   */
  public void grantInstallation(String namespace, String configMap, String secret) {
    Role role = DeployManifests.installationRole();
    role.getMetadata().setNamespace(namespace);
    role.getRules().get(0).setResourceNames(List.of(configMap));
    role.getRules().get(1).setResourceNames(List.of(secret));
    RoleBinding binding = DeployManifests.named(RoleBinding.class, role.getMetadata().getName());
    binding.getMetadata().setNamespace(namespace);
    grantState(namespace, "prometheus");
    try (KubernetesClient client = adminClient();
        KubernetesClient asOperator = operatorClient()) {
      apply(client, role);
      apply(client, binding);
      await("the right to write ConfigMap " + namespace + "/" + configMap)
          .atMost(IN_FORCE)
          .pollInterval(POLL)
          .until(() -> mayUpdate(asOperator, namespace, configMap));
    }
  }

  private static KubernetesClient client(Kubeconfig who, String userAgent) {
    return new KubernetesClientBuilder().withConfig(who.config(userAgent)).build();
  }

  private static Kubeconfig operator(KubernetesClient client, Kubeconfig admin) {
    ServiceAccount account = DeployManifests.only(ServiceAccount.class);
    return admin.withToken(
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
            .getToken());
  }

  private static void apply(KubernetesClient client, Kubeconfig admin) {
    CustomResources.establish(client, DeployManifests.customResourceDefinitions());
    installed().forEach(object -> apply(client, object));
    awaitPolicies(client, admin);
  }

  /** The bindings last and in order, so that when the last is in force, all are. */
  private static Stream<HasMetadata> installed() {
    return Stream.concat(
        DeployManifests.all().stream()
            .filter(
                object ->
                    !(object instanceof Deployment)
                        && !(object instanceof Role)
                        && !(object instanceof RoleBinding)
                        && !(object instanceof ValidatingAdmissionPolicyBinding)),
        DeployManifests.of(ValidatingAdmissionPolicyBinding.class).stream());
  }

  private static void apply(KubernetesClient client, HasMetadata object) {
    client.resource(object).fieldManager("kubectl-test").forceConflicts().serverSideApply();
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
  private static void awaitPolicies(KubernetesClient client, Kubeconfig admin) {
    List<ValidatingAdmissionPolicy> policies = DeployManifests.of(ValidatingAdmissionPolicy.class);
    String last = policies.get(policies.size() - 1).getMetadata().getName();
    Deployment probe =
        new DeploymentBuilder()
            .withNewMetadata()
            .withName("policy-probe")
            .withNamespace(DeployManifests.only(Namespace.class).getMetadata().getName())
            .endMetadata()
            .withSpec(DeployManifests.only(Deployment.class).getSpec())
            .editSpec()
            .withReplicas(0)
            .endSpec()
            .build();
    apply(client, probe);
    try (KubernetesClient operator = client(operator(client, admin), "policy-probe")) {
      await(last + " to be in force")
          .atMost(IN_FORCE)
          .pollInterval(POLL)
          .until(() -> refuses(operator, probe, last));
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
                  .withDryRun(List.of("All"))
                  .build(),
              "{\"spec\":{\"paused\":true}}");
      return false;
    } catch (KubernetesClientException e) {
      return String.valueOf(e.getMessage()).contains(policy);
    }
  }
}
