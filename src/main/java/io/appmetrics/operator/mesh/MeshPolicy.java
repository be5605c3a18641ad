package io.appmetrics.operator.mesh;

import io.appmetrics.operator.mesh.Terms.Access;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The policies of the mesh, as far as they concern one namespace.
 *
 * @param rootNamespace the namespace whose policies hold for the whole mesh, such as istio-system
 * @param peerAuthentications of that namespace and of the one that is concerned
 */
public record MeshPolicy(String rootNamespace, List<PeerAuthentication> peerAuthentications) {

  /** Of several that match, Istio takes the oldest. */
  private static final Comparator<PeerAuthentication> OLDEST_FIRST =
      Comparator.comparing(PeerAuthentication::created)
          .thenComparing(PeerAuthentication::name)
          .thenComparing(PeerAuthentication::namespace);

  public MeshPolicy {
    peerAuthentications = peerAuthentications.stream().sorted(OLDEST_FIRST).toList();
  }

  /**
   * What holds for one port, and who says so.
   *
   * @param mode never {@link MutualTls#UNSET}
   * @param source the deciding object for a message, such as "PeerAuthentication shop/default"
   */
  public record Effective(MutualTls mode, String source) {}

  /** On which terms a port of a pod is called. */
  public Terms termsOf(MeshPod pod, int port) {
    return switch (pod.dataplane()) {
      case NONE -> new Terms(Access.PLAIN, "nobody", "the pod has no sidecar");
      case SIDECAR ->
          pod.capture().takes(port)
              ? bySidecar(effective(pod, port))
              : new Terms(
                  Access.PLAIN, "the pod", "its sidecar does not stand before port " + port);
      case AMBIENT -> byZtunnel(effective(pod, port));
    };
  }

  /** It takes HBONE or plaintext, and hands plaintext on; to it, DISABLE is PERMISSIVE. */
  private static Terms byZtunnel(Effective policy) {
    return new Terms(
        policy.mode() == MutualTls.STRICT ? Access.MESH_ONLY : Access.PLAIN,
        policy.source(),
        "ambient, and " + policy.source() + " is " + policy.mode());
  }

  /** Under PERMISSIVE it takes plaintext, and no TLS that Prometheus speaks (istio.io#13933). */
  private static Terms bySidecar(Effective policy) {
    return new Terms(
        policy.mode() == MutualTls.STRICT ? Access.MUTUAL_TLS : Access.PLAIN,
        policy.source(),
        policy.source() + " is " + policy.mode());
  }

  /**
   * The port goes before the selector, that before the namespace, and that before the mesh; UNSET
   * inherits.
   *
   * <p>Source: istio, pilot/pkg/security/authn/policy_applier.go, ComposePeerAuthentication. One
   * with a selector in the root namespace is ignored, there, too.
   */
  Effective effective(MeshPod pod, int port) {
    Optional<PeerAuthentication> own =
        oldest(
            policy ->
                !policy.isForAll()
                    && policy.namespace().equals(pod.namespace())
                    && !policy.namespace().equals(rootNamespace)
                    && policy.selects(pod.labels()));
    return own.flatMap(policy -> policy.saysOf(port))
        .or(() -> own.flatMap(PeerAuthentication::says))
        .or(() -> ofNamespace(pod.namespace()))
        .or(() -> ofNamespace(rootNamespace))
        .orElse(new Effective(MutualTls.PERMISSIVE, "Istio's default"));
  }

  private Optional<Effective> ofNamespace(String namespace) {
    return oldest(policy -> policy.isForAll() && policy.namespace().equals(namespace))
        .flatMap(PeerAuthentication::says);
  }

  private Optional<PeerAuthentication> oldest(Predicate<PeerAuthentication> matching) {
    return peerAuthentications.stream().filter(matching).findFirst();
  }
}
