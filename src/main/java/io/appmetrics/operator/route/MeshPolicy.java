package io.appmetrics.operator.route;

import java.util.Map;
import java.util.Optional;

/**
 * The PeerAuthentications that hold for whole namespaces, one per namespace: those without a
 * selector.
 *
 * @param rootNamespace the namespace whose policy holds for the whole mesh, such as istio-system
 * @param byNamespace the policy of each namespace that has one
 */
public record MeshPolicy(String rootNamespace, Map<String, Policy> byNamespace) {

  /** One PeerAuthentication: its name, and its mode. */
  public record Policy(String name, MutualTls mode) {}

  /**
   * What holds for the workloads of one namespace, and why.
   *
   * @param mode never {@link MutualTls#UNSET}
   * @param source the deciding object for a message, such as "PeerAuthentication shop/default"
   */
  public record Effective(MutualTls mode, String source) {}

  /**
   * The mode for a namespace: its own policy, else the mesh's, else PERMISSIVE. UNSET inherits.
   *
   * <p>Source: istio.io, reference/config/security/peer_authentication.
   */
  public Effective of(String namespace) {
    return said(namespace)
        .or(() -> said(rootNamespace))
        .orElse(new Effective(MutualTls.PERMISSIVE, "Istio's default"));
  }

  private Optional<Effective> said(String namespace) {
    return Optional.ofNullable(byNamespace.get(namespace))
        .filter(policy -> policy.mode() != MutualTls.UNSET)
        .map(
            policy ->
                new Effective(
                    policy.mode(), "PeerAuthentication " + namespace + "/" + policy.name()));
  }
}
