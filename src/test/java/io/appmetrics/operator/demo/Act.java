package io.appmetrics.operator.demo;

import io.appmetrics.operator.cluster.program.Binary;
import java.nio.file.Path;

/** Which mesh the story is told of. */
enum Act {
  /** Istio's addon of today: a nudge or a reload cures. */
  TODAY(
      "",
      Binary.PROMETHEUS_3,
      "peerauthentication-crd.yaml",
      """
      apiVersion: security.istio.io/v1
      kind: PeerAuthentication
      metadata: {name: default, namespace: istio-system}
      spec: {mtls: {mode: STRICT}}
      """),
  /** The manifests of Istio 1.0, with a later Prometheus: nothing but a restart cures. */
  ISTIO_1_0(
      "istio-1.0",
      Binary.PROMETHEUS_2_5,
      "authentication-crds.yaml",
      """
      apiVersion: authentication.istio.io/v1alpha1
      kind: MeshPolicy
      metadata: {name: default}
      spec: {peers: [{mtls: {}}]}
      """);

  private final String argument;
  private final Binary prometheus;
  private final String policyDefinitions;
  private final String policy;

  Act(String argument, Binary prometheus, String policyDefinitions, String policy) {
    this.argument = argument;
    this.prometheus = prometheus;
    this.policyDefinitions = policyDefinitions;
    this.policy = policy;
  }

  /** The one that an argument of {@code demo} names, else today's. */
  static Act of(Iterable<String> arguments) {
    for (var given : arguments) {
      if (given.equals(ISTIO_1_0.argument)) {
        return ISTIO_1_0;
      }
    }
    return TODAY;
  }

  /** Where that Istio defines the policies of its mesh. */
  Path policyDefinitions() {
    return Path.of("src", "test", "resources", "istio", policyDefinitions);
  }

  /** By which all of the mesh demands mutual TLS. */
  String policy() {
    return policy;
  }

  /** The Prometheus that stands for the one that is shipped. */
  Binary prometheus() {
    return prometheus;
  }
}
