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
 * @param alphaPolicies those of that namespace, and the one of the mesh
 * @param services of that namespace, where an alpha policy is for some
 */
public record MeshPolicy(
    String rootNamespace,
    List<PeerAuthentication> peerAuthentications,
    List<AlphaPolicy> alphaPolicies,
    List<Service> services) {

  /** Of several that match, Istio takes the oldest. */
  private static final Comparator<PeerAuthentication> OLDEST_FIRST =
      Comparator.comparing(PeerAuthentication::created)
          .thenComparing(PeerAuthentication::name)
          .thenComparing(PeerAuthentication::namespace);

  public MeshPolicy {
    peerAuthentications = peerAuthentications.stream().sorted(OLDEST_FIRST).toList();
    alphaPolicies =
        alphaPolicies.stream()
            .sorted(Comparator.comparing(AlphaPolicy::created).thenComparing(AlphaPolicy::name))
            .toList();
    services = List.copyOf(services);
  }

  /** Whether it takes {@link #services} to tell what holds for a pod. */
  public boolean asksForServices() {
    return alphaPolicies.stream().anyMatch(policy -> !policy.targets().isEmpty());
  }

  /** The same with the Services of the namespace. */
  public MeshPolicy with(List<Service> found) {
    return new MeshPolicy(rootNamespace, peerAuthentications, alphaPolicies, found);
  }

  /**
   * What holds for one port, and who says so.
   *
   * @param mode never {@link MutualTls#UNSET}
   * @param source the deciding object for a message, such as "PeerAuthentication shop/default"
   * @param alpha whether that is an {@link AlphaPolicy}
   */
  public record Effective(MutualTls mode, String source, boolean alpha) {}

  /** On which terms a port of a pod is called. */
  public Terms termsOf(MeshPod pod, int port) {
    return switch (pod.dataplane()) {
      case NONE -> new Terms(Access.PLAIN, "nobody", "the pod has no sidecar");
      case SIDECAR ->
          pod.capture().takes(port)
              ? bySidecar(effective(pod, port), pod.proxy())
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

  /**
   * Under PERMISSIVE it takes plaintext, and no TLS that Prometheus speaks (istio.io#13933), but in
   * 1.0 any. What is there by default is no PERMISSIVE of 1.0, and a PeerAuthentication tells of a
   * control plane that is younger than the proxy, and makes its listeners.
   */
  private static Terms bySidecar(Effective policy, ProxyRelease proxy) {
    String why = policy.source() + " is " + policy.mode();
    return switch (policy.mode()) {
      case STRICT -> new Terms(Access.MUTUAL_TLS, policy.source(), why);
      case PERMISSIVE ->
          policy.alpha() && proxy.permitsAnyTls()
              ? new Terms(
                  Access.PLAIN_OR_MUTUAL_TLS,
                  policy.source(),
                  why + ", which in Istio 1.0 takes mutual TLS, too")
              : new Terms(Access.PLAIN, policy.source(), why);
      case DISABLE, UNSET -> new Terms(Access.PLAIN, policy.source(), why);
    };
  }

  /** An alpha policy counts where no PeerAuthentication is there, as in Istio 1.5. */
  Effective effective(MeshPod pod, int port) {
    boolean concerned = concerned(pod);
    return (concerned || !pod.proxy().readsAlpha() ? beta(pod, port) : alpha(pod, port))
        .orElseGet(
            () ->
                new Effective(
                    concerned ? MutualTls.PERMISSIVE : pod.proxy().byDefault(),
                    "Istio's default",
                    false));
  }

  private boolean concerned(MeshPod pod) {
    return ownOf(pod).isPresent()
        || wide(pod.namespace()).isPresent()
        || wide(rootNamespace).isPresent();
  }

  /**
   * The port goes before the selector, that before the namespace, and that before the mesh; UNSET
   * inherits.
   *
   * <p>Source: istio, pilot/pkg/security/authn/policy_applier.go, ComposePeerAuthentication. One
   * with a selector in the root namespace is ignored, there, too.
   */
  private Optional<Effective> beta(MeshPod pod, int port) {
    Optional<PeerAuthentication> own = ownOf(pod);
    return own.flatMap(policy -> policy.saysOf(port))
        .or(() -> own.flatMap(PeerAuthentication::says))
        .or(() -> wide(pod.namespace()).flatMap(PeerAuthentication::says))
        .or(() -> wide(rootNamespace).flatMap(PeerAuthentication::says));
  }

  private Optional<PeerAuthentication> ownOf(MeshPod pod) {
    return oldest(
        policy ->
            !policy.isForAll()
                && policy.namespace().equals(pod.namespace())
                && !policy.namespace().equals(rootNamespace)
                && policy.selects(pod.labels()));
  }

  private Optional<PeerAuthentication> wide(String namespace) {
    return oldest(policy -> policy.isForAll() && policy.namespace().equals(namespace));
  }

  /**
   * The Service's port goes before the Service, that before the namespace, and that before the
   * mesh; nothing is inherited.
   *
   * <p>Source: istio, pilot/pkg/model/config.go (1.0), AuthenticationPolicyByDestination, and
   * push_context.go (1.4), AuthenticationPolicyForWorkload.
   */
  private Optional<Effective> alpha(MeshPod pod, int port) {
    List<Service.Served> served =
        services.stream().flatMap(service -> service.serving(pod, port)).toList();
    return targeted(served, AlphaPolicy.Target::namesPorts)
        .or(() -> targeted(served, target -> !target.namesPorts()))
        .or(() -> oldestAlpha(policy -> policy.isForNamespace(pod.namespace())))
        .or(() -> oldestAlpha(AlphaPolicy::isForMesh))
        .map(AlphaPolicy::says);
  }

  private Optional<AlphaPolicy> targeted(
      List<Service.Served> served, Predicate<AlphaPolicy.Target> kind) {
    return oldestAlpha(
        policy ->
            policy.targets().stream()
                .filter(kind)
                .anyMatch(target -> served.stream().anyMatch(target::isOf)));
  }

  private Optional<AlphaPolicy> oldestAlpha(Predicate<AlphaPolicy> matching) {
    return alphaPolicies.stream().filter(matching).findFirst();
  }

  private Optional<PeerAuthentication> oldest(Predicate<PeerAuthentication> matching) {
    return peerAuthentications.stream().filter(matching).findFirst();
  }
}
