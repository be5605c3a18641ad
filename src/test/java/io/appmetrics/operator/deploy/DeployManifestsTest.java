package io.appmetrics.operator.deploy;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.appmetrics.operator.prometheus.InstallationAccess;
import io.appmetrics.operator.runtime.OperatorConfig;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingAdmissionPolicy;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingAdmissionPolicyBinding;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.api.model.rbac.Subject;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DeployManifestsTest {
  private final Deployment deployment = DeployManifests.only(Deployment.class);
  private final PodSpec pod = deployment.getSpec().getTemplate().getSpec();
  private final Container container = pod.getContainers().get(0);

  @Test
  void deletingItLeavesEveryAppMetrics() {
    assertThat(DeployManifests.all())
        .extracting(HasMetadata::getKind)
        .containsOnly(
            "Namespace",
            "ServiceAccount",
            "ClusterRole",
            "ClusterRoleBinding",
            "Role",
            "RoleBinding",
            "Deployment",
            "ValidatingAdmissionPolicy",
            "ValidatingAdmissionPolicyBinding");
    assertThat(DeployManifests.customResourceDefinitions())
        .extracting(definition -> definition.getMetadata().getName())
        .containsExactly("appmetrics.appmetrics.io");
  }

  /**
   * As the built-in roles have it: who may edit a namespace's Deployments may say what to scrape.
   */
  @Test
  void whoMayEditANamespaceMayDeclareItsMetrics() {
    Map<String, Set<String>> verbs = new TreeMap<>();
    for (ClusterRole role : DeployManifests.of(ClusterRole.class)) {
      for (String label : role.getMetadata().getLabels().keySet()) {
        if (label.startsWith("rbac.authorization.k8s.io/aggregate-to-")) {
          role.getRules()
              .forEach(
                  rule ->
                      verbs
                          .computeIfAbsent(
                              label.replaceFirst(".*aggregate-to-", ""), to -> new TreeSet<>())
                          .addAll(rule.getVerbs()));
        }
      }
    }
    assertThat(verbs).containsOnlyKeys("admin", "edit", "view");
    assertThat(verbs.get("view")).containsExactlyInAnyOrder("get", "list", "watch");
    assertThat(verbs.get("edit")).contains("get", "create", "update", "patch", "delete");
    assertThat(verbs.get("admin")).isEqualTo(verbs.get("edit"));
  }

  @Test
  void thereIsNeverASecondWriter() {
    assertThat(deployment.getSpec().getReplicas()).isEqualTo(1);
    assertThat(deployment.getSpec().getStrategy().getType()).isEqualTo("Recreate");
  }

  @Test
  void thePodIsRestricted() {
    assertThat(
            DeployManifests.only(Namespace.class)
                .getMetadata()
                .getLabels()
                .get("pod-security.kubernetes.io/enforce"))
        .isEqualTo("restricted");
    assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
    assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
    assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
    assertThat(container.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
    assertThat(container.getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
    assertThat(pod.getPriorityClassName()).isNull();
    assertThat(container.getResources().getLimits()).containsOnlyKeys("memory");
    assertThat(container.getResources().getRequests()).containsOnlyKeys("cpu", "memory");
  }

  @Test
  void theKubeletAsksWhereTheOperatorAnswers() throws Exception {
    InetSocketAddress address = requireNonNull(OperatorConfig.from(environment()).httpAddress());
    assertThat(container.getPorts())
        .singleElement()
        .satisfies(
            port -> {
              assertThat(port.getName()).isEqualTo("http");
              assertThat(port.getContainerPort()).isEqualTo(address.getPort());
            });
    assertThat(Stream.of(container.getLivenessProbe(), container.getReadinessProbe()))
        .extracting(Probe::getHttpGet)
        .allSatisfy(get -> assertThat(get.getPort().getStrVal()).isEqualTo("http"))
        .extracting(get -> get.getPath())
        .containsExactly("/livez", "/readyz");
    assertThat(OperatorConfig.unknown(environment())).isEmpty();
  }

  @Test
  void oneServiceAccountHasTheRightsAndIsUnderThePolicies() {
    ServiceAccount account = DeployManifests.only(ServiceAccount.class);
    String namespace = account.getMetadata().getNamespace();
    String name = account.getMetadata().getName();

    assertThat(pod.getServiceAccountName()).isEqualTo(name);
    assertThat(deployment.getMetadata().getNamespace()).isEqualTo(namespace);
    assertThat(
            Stream.concat(
                DeployManifests.only(ClusterRoleBinding.class).getSubjects().stream(),
                DeployManifests.of(RoleBinding.class).stream()
                    .flatMap(binding -> binding.getSubjects().stream())))
        .hasSize(3)
        .containsOnly(new Subject(null, "ServiceAccount", name, namespace));
    assertThat(DeployManifests.of(ValidatingAdmissionPolicy.class))
        .allSatisfy(
            policy ->
                assertThat(policy.getSpec().getMatchConditions())
                    .singleElement()
                    .satisfies(
                        condition ->
                            assertThat(condition.getExpression())
                                .isEqualTo(
                                    "request.userInfo.username == 'system:serviceaccount:%s:%s'"
                                        .formatted(namespace, name))));
  }

  @Test
  void everyPolicyIsBoundAndDenies() {
    assertThat(DeployManifests.of(ValidatingAdmissionPolicyBinding.class))
        .allSatisfy(
            binding -> assertThat(binding.getSpec().getValidationActions()).containsExactly("Deny"))
        .extracting(binding -> binding.getSpec().getPolicyName())
        .containsExactlyElementsOf(
            DeployManifests.of(ValidatingAdmissionPolicy.class).stream()
                .map(policy -> policy.getMetadata().getName())
                .toList());
  }

  /** A Role is patched by hand, and a name that is forgotten is a state that cannot be kept. */
  @Test
  void theExampleOfSeveralNamesTheStateOfEach() throws Exception {
    JsonNode example =
        Serialization.unmarshal(
            Files.readString(Path.of("deploy/examples/several-installations/kustomization.yaml")),
            JsonNode.class);
    JsonNode list = patched(example, "Deployment");
    List<String> states =
        OperatorConfig.from(Map.of(container.getEnv().get(0).getName(), list.asText()))
            .installations()
            .stream()
            .map(installation -> InstallationAccess.Settings.stateName(installation.workload()))
            .toList();

    assertThat(states).hasSize(2);
    assertThat(patched(example, "Role"))
        .extracting(JsonNode::asText)
        .containsExactlyElementsOf(states);
  }

  /** The value of the only operation of a patch. */
  private static JsonNode patched(JsonNode kustomization, String kind) {
    for (JsonNode patch : kustomization.path("patches")) {
      if (patch.path("target").path("kind").asText().equals(kind)) {
        return Serialization.unmarshal(patch.path("patch").asText(), JsonNode.class)
            .path(0)
            .path("value");
      }
    }
    throw new AssertionError("no patch of a " + kind);
  }

  private Map<String, String> environment() {
    Map<String, String> environment = new TreeMap<>();
    for (EnvVar variable : container.getEnv()) {
      environment.put(variable.getName(), variable.getValue());
    }
    return environment;
  }
}
