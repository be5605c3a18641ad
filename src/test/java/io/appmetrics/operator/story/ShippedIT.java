package io.appmetrics.operator.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.appmetrics.operator.api.TargetKind;
import io.appmetrics.operator.cluster.Addon;
import io.appmetrics.operator.cluster.AppManifest;
import io.appmetrics.operator.cluster.AuditLog;
import io.appmetrics.operator.cluster.AuditLog.Request;
import io.appmetrics.operator.cluster.Cluster;
import io.appmetrics.operator.cluster.ClusterTest;
import io.appmetrics.operator.cluster.LocalCluster;
import io.appmetrics.operator.cluster.TestNamespace;
import io.appmetrics.operator.deploy.DeployManifests;
import io.appmetrics.operator.deploy.Deployed;
import io.appmetrics.operator.route.ManagedAnnotations;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/**
 * The operator as it is shipped: it serves every namespace, those that come later too, and uses
 * every right that {@code deploy/} grants and no other.
 */
@ClusterTest
class ShippedIT {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  @Test
  void every_namespace_is_served_and_every_right_is_used(Cluster cluster) {
    assumeTrue(cluster.isLocal(), "only the API server of the tests shows its audit log");
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    istio.prometheus(Addon.plain().withSecretCertificates().scrapeInterval("2s"));
    istio.istioDefaultAppears();
    var cart =
        shop.app(
            AppManifest.named("cart").listens(8080).annotated("sidecar.istio.io/status", "{}"));
    Deployed.install(cluster.admin()); // which tries out what is refused
    var alpha = Definitions.alpha(cluster);
    Definitions.establish(cluster, alpha);
    AuditLog audit = LocalCluster.shared().audit();
    int before = audit.size();

    try (var operator = OperatorUnderTest.start(Map.of("APPMETRICS_NAMESPACES", ""), istio)) {
      var declared = Declared.apply(shop, "cart", "cart", "{port: 8080}");
      declared.awaitReady(PATIENCE);

      var later = cluster.namespace("later");
      // which pods a policy of Istio 1.0 is for takes their Services
      later.apply(
          """
          apiVersion: authentication.istio.io/v1alpha1
          kind: Policy
          metadata: {name: till}
          spec: {targets: [{name: till}], peers: [{mtls: {mode: PERMISSIVE}}]}
          """);
      later.app(AppManifest.named("till").listens(8080));
      later.app(AppManifest.named("store").as(TargetKind.STATEFUL_SET).listens(8080));
      later.app(AppManifest.named("agent").as(TargetKind.DAEMON_SET).listens(8080));
      var others =
          Declared.targets(
              later,
              "others",
              "{kind: StatefulSet, name: store, ports: [{port: 8080}]}",
              "{kind: DaemonSet, name: agent, ports: [{port: 8080}]}");
      others.awaitReady(PATIENCE);
      var till = Declared.apply(later, "till", "till", "{port: 8080}");
      till.awaitReady(PATIENCE);

      shop.apply(
          """
          apiVersion: security.istio.io/v1
          kind: PeerAuthentication
          metadata: {name: default}
          spec: {mtls: {mode: STRICT}}
          """);
      cart.demandsMutualTls(8080);
      await("another scheme for one namespace alone")
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(cart.pod().getMetadata().getAnnotations())
                      .containsEntry("appmetrics.io/live-scheme-1", "istio-mutual"));
      declared.awaitReady(PATIENCE);
      assertThat(till.isReady()).isTrue();

      declared.delete();
      others.delete();
      awaitStripped(shop, "cart");
      awaitStripped(later, "store");
      awaitStripped(later, "agent");
      await("every right to have been used")
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(unused(audit, before, istio)).isEmpty());
      // of other tests it sees the namespaces, too, and one that ends takes no event any more
      var own = Set.of("", istio.name(), shop.name(), later.name());
      assertThat(requests(audit, before))
          .as("refused")
          .noneMatch(r -> r.code() == 403 && own.contains(r.namespace()));
    } finally {
      Definitions.remove(cluster, alpha);
    }
  }

  private static void awaitStripped(TestNamespace namespace, String workload) {
    await("the own annotations of " + workload)
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(Kubectl.in(namespace).templateAnnotations(workload))
                    .doesNotContainKey(ManagedAnnotations.MARKER));
  }

  private static List<Request> requests(AuditLog audit, int before) {
    var account = DeployManifests.only(ServiceAccount.class).getMetadata();
    return audit.of(
        "system:serviceaccount:%s:%s".formatted(account.getNamespace(), account.getName()), before);
  }

  /** What is granted, and was not asked for with success. */
  private static List<String> unused(AuditLog audit, int before, TestNamespace istio) {
    List<Request> used =
        requests(audit, before).stream().filter(request -> request.code() < 300).toList();
    List<PolicyRule> byName = DeployManifests.installationRole().getRules();
    List<String> unused = new ArrayList<>();
    for (PolicyRule rule : DeployManifests.operatorRole().getRules()) {
      // what the role of the installation grants as well is no reason to grant it everywhere
      unused(rule, used, r -> !r.namespace().equals(istio.name()), unused);
    }
    for (PolicyRule rule : byName) {
      unused(rule, used, r -> r.namespace().equals(istio.name()) && names(rule, r), unused);
    }
    return unused;
  }

  private static boolean names(PolicyRule rule, Request request) {
    return rule.getResourceNames().isEmpty() || rule.getResourceNames().contains(request.name());
  }

  private static void unused(
      PolicyRule rule, List<Request> used, Predicate<Request> there, List<String> unused) {
    String group = Objects.requireNonNull(rule.getApiGroups()).get(0);
    for (String resource : rule.getResources()) {
      for (String verb : rule.getVerbs()) {
        if (used.stream()
            .filter(there)
            .noneMatch(
                request ->
                    request.verb().equals(verb)
                        && request.group().equals(group)
                        && request.resource().equals(resource))) {
          unused.add(verb + " " + resource + " " + rule.getResourceNames());
        }
      }
    }
  }
}
