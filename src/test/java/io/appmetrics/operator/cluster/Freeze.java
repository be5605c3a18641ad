package io.appmetrics.operator.cluster;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.List;

/** An admission policy of somebody else's: in one namespace, the operator writes no such object. */
public final class Freeze implements AutoCloseable {
  /** What the API server says of a refused write; with "uid" in it, which once hid a refusal. */
  public static final String WORDS = "a change freeze is on: see the guidelines of the platform";

  private static final String PROBE = "freeze-probe";

  private final TestNamespace namespace;
  private final List<HasMetadata> policy;

  private Freeze(TestNamespace namespace, List<HasMetadata> policy) {
    this.namespace = namespace;
    this.policy = policy;
  }

  /**
   * Forbids the operator's updates; returns when that is in force.
   *
   * @param resource such as {@code pods}
   * @param condition which of them, in CEL over {@code object}
   */
  public static Freeze of(TestNamespace namespace, String resource, String condition) {
    var freeze =
        new Freeze(
            namespace,
            namespace
                .cluster()
                .apply(
                    """
                    apiVersion: admissionregistration.k8s.io/v1
                    kind: ValidatingAdmissionPolicy
                    metadata: {name: freeze-%1$s}
                    spec:
                      failurePolicy: Fail
                      matchConstraints:
                        namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: %1$s}}
                        resourceRules:
                        - {apiGroups: ["*"], apiVersions: ["*"], resources: [%2$s], operations: [UPDATE]}
                        - {apiGroups: [""], apiVersions: [v1], resources: [configmaps], operations: [CREATE]}
                      matchConditions:
                      - name: the-operator-or-the-probe
                        expression: >-
                          request.userInfo.username == 'system:serviceaccount:appmetrics-system:appmetrics-operator'
                          ? %3$s : object.metadata.name == '%4$s'
                      validations:
                      - {expression: "false", message: "%5$s"}
                    ---
                    apiVersion: admissionregistration.k8s.io/v1
                    kind: ValidatingAdmissionPolicyBinding
                    metadata: {name: freeze-%1$s}
                    spec: {policyName: freeze-%1$s, validationActions: [Deny]}
                    """
                        .formatted(namespace.name(), resource, condition, PROBE, WORDS)));
    freeze.awaitInForce(true);
    return freeze;
  }

  private void awaitInForce(boolean inForce) {
    await("the freeze of " + namespace.name() + (inForce ? "" : " to end"))
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(100))
        .until(() -> refuses() == inForce);
  }

  private boolean refuses() {
    try {
      namespace
          .cluster()
          .client()
          .resource(
              new ConfigMapBuilder()
                  .withNewMetadata()
                  .withName(PROBE)
                  .withNamespace(namespace.name())
                  .endMetadata()
                  .build())
          .dryRun(true)
          .create();
      return false;
    } catch (KubernetesClientException e) {
      return true;
    }
  }

  /** Ends it; returns when it is out of force. */
  @Override
  public void close() {
    policy.forEach(object -> namespace.cluster().client().resource(object).delete());
    awaitInForce(false);
  }
}
