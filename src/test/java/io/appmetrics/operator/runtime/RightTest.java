package io.appmetrics.operator.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.deploy.DeployManifests;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.Role;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RightTest {

  @Test
  void deployGrantsWhatIsNeededAndNothingElse() throws CannotStart {
    OperatorConfig config = OperatorConfig.from(Map.of());
    List<Role> roles = List.of(DeployManifests.installationRole(), DeployManifests.stateRole());

    List<Right> granted =
        Stream.concat(
                DeployManifests.operatorRole().getRules().stream()
                    .flatMap(rule -> rights(rule, null)),
                roles.stream()
                    .flatMap(
                        role ->
                            role.getRules().stream()
                                .flatMap(rule -> rights(rule, role.getMetadata().getNamespace()))))
            .toList();

    List<Right> needed =
        Stream.of(
                Right.neededFor(config),
                Right.neededForAlphaPolicies(config),
                Right.neededFor(
                    config.installations().get(0).workload().namespace(),
                    new Preflight.InstallationFiles("prometheus", List.of("istio.default"))))
            .flatMap(List::stream)
            .toList();
    assertThat(granted).containsExactlyInAnyOrderElementsOf(needed);
  }

  @Test
  void withNamespacesNamedNothingIsNeededElsewhere() throws CannotStart {
    OperatorConfig config =
        OperatorConfig.from(
            Map.of(
                "APPMETRICS_NAMESPACES", "shop",
                "APPMETRICS_ROOT_NAMESPACE", "mesh",
                "APPMETRICS_PROMETHEUS", "monitoring/deployment/prometheus"));
    assertThat(Right.neededFor(config))
        .extracting(Right::toString)
        .containsExactly(
            "list, watch appmetrics.appmetrics.io in namespace shop",
            "patch appmetrics.appmetrics.io/status in namespace shop",
            "get, list, watch, patch deployments.apps in namespace shop",
            "get, list, watch, patch statefulsets.apps in namespace shop",
            "get, list, watch, patch daemonsets.apps in namespace shop",
            "list, patch pods in namespace shop",
            "list, watch peerauthentications.security.istio.io in namespace shop",
            "create events in namespace shop",
            "list, watch peerauthentications.security.istio.io in namespace mesh",
            "get, list, watch deployments.apps in namespace monitoring",
            "patch deployments.apps prometheus in namespace monitoring",
            "patch pods in namespace monitoring",
            "create events in namespace monitoring",
            "list, watch pods in namespace monitoring",
            "create configmaps in namespace appmetrics-system",
            "get, update configmaps appmetrics-monitoring.prometheus in namespace"
                + " appmetrics-system");
  }

  @Test
  void theMeshPolicyIsOfNoNamespace() throws CannotStart {
    assertThat(
            Right.neededForAlphaPolicies(
                OperatorConfig.from(Map.of("APPMETRICS_NAMESPACES", "shop"))))
        .extracting(Right::toString)
        .containsExactly(
            "list, watch policies.authentication.istio.io in namespace shop",
            "list services in namespace shop",
            "list, watch meshpolicies.authentication.istio.io in all namespaces");
  }

  /** In each namespace the same, each state by its name, and nothing twice. */
  @Test
  void severalPrometheisNeedTheRightsOfEach() throws CannotStart {
    OperatorConfig config =
        OperatorConfig.from(
            Map.of(
                "APPMETRICS_NAMESPACES",
                "shop",
                "APPMETRICS_PROMETHEUS",
                "istio-system/deployment/prometheus;"
                    + "monitoring/deployment/prometheus restarts=Never;"
                    + "monitoring/deployment/second"));
    assertThat(Right.neededFor(config))
        .extracting(Right::toString)
        .doesNotHaveDuplicates()
        .contains(
            "list, watch pods in namespace istio-system",
            "list, watch pods in namespace monitoring",
            "patch deployments.apps prometheus in namespace istio-system",
            "patch deployments.apps second in namespace monitoring",
            "get, update configmaps appmetrics-istio-system.prometheus in namespace"
                + " appmetrics-system",
            "get, update configmaps appmetrics-monitoring.prometheus in namespace"
                + " appmetrics-system",
            "get, update configmaps appmetrics-monitoring.second in namespace appmetrics-system")
        .doesNotContain("patch deployments.apps prometheus in namespace monitoring");
  }

  private static Stream<Right> rights(PolicyRule rule, @Nullable String namespace) {
    return rule.getApiGroups().stream()
        .flatMap(
            group ->
                rule.getResources().stream()
                    .flatMap(
                        resource ->
                            rule.getResourceNames().isEmpty()
                                ? Stream.of(
                                    new Right(rule.getVerbs(), group, resource, namespace, null))
                                : rule.getResourceNames().stream()
                                    .map(
                                        name ->
                                            new Right(
                                                rule.getVerbs(),
                                                group,
                                                resource,
                                                namespace,
                                                name))));
  }
}
