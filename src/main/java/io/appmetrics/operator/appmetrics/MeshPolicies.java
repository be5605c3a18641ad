package io.appmetrics.operator.appmetrics;

import io.appmetrics.operator.mesh.MeshPolicy;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The policies of the mesh; none while Istio is not installed, which is looked for again. */
public final class MeshPolicies implements AutoCloseable {
  private static final PolicyWatch.Kind PEER_AUTHENTICATION =
      new PolicyWatch.Kind("security.istio.io", "PeerAuthentication", "peerauthentications", true);

  /** The group of the policies of Istio 1.0 to 1.5. */
  public static final String ALPHA = "authentication.istio.io";

  private static final PolicyWatch.Kind ALPHA_POLICY =
      new PolicyWatch.Kind(ALPHA, "Policy", "policies", true);
  private static final PolicyWatch.Kind ALPHA_MESH_POLICY =
      new PolicyWatch.Kind(ALPHA, "MeshPolicy", "meshpolicies", false);

  private final String rootNamespace;
  private final Listener listener;
  private final PolicyWatch peerAuthentications;
  private final PolicyWatch alphaPolicies;
  private final PolicyWatch alphaMeshPolicies;

  /** Hears of changes. */
  public interface Listener {
    /** A policy changed that may concern everybody. */
    void policyChanged();

    /** A policy changed that concerns one namespace. */
    void policyChanged(String namespace);
  }

  /**
   * Prepares the caches; {@link #refresh} fills them.
   *
   * @param rootNamespace the namespace whose policies hold for the whole mesh
   * @param namespaces those to watch beside it; empty: all
   */
  public MeshPolicies(
      KubernetesClient client, String rootNamespace, Set<String> namespaces, Listener listener) {
    this.rootNamespace = rootNamespace;
    this.listener = listener;
    Set<String> watched = new TreeSet<>(namespaces);
    if (!namespaces.isEmpty()) {
      watched.add(rootNamespace);
    }
    this.peerAuthentications = new PolicyWatch(client, PEER_AUTHENTICATION, watched, this::changed);
    this.alphaPolicies = new PolicyWatch(client, ALPHA_POLICY, namespaces, this::changed);
    this.alphaMeshPolicies = new PolicyWatch(client, ALPHA_MESH_POLICY, Set.of(), this::changed);
  }

  /** One of no namespace, and one of the root namespace, may concern everybody. */
  private void changed(Optional<String> namespace) {
    namespace
        .filter(of -> !of.equals(rootNamespace))
        .ifPresentOrElse(listener::policyChanged, listener::policyChanged);
  }

  /** Begins to watch what Istio has come to define. */
  public void refresh() {
    for (PolicyWatch watch : List.of(peerAuthentications, alphaPolicies, alphaMeshPolicies)) {
      if (watch.refresh()) {
        listener.policyChanged();
      }
    }
  }

  /** What the policies say now, as far as they concern a namespace. */
  public MeshPolicy of(String namespace) {
    return new MeshPolicy(
        rootNamespace,
        Stream.of(rootNamespace, namespace)
            .distinct()
            .flatMap(peerAuthentications::in)
            .map(PolicyReading::peerAuthentication)
            .toList(),
        Stream.concat(alphaPolicies.in(namespace), alphaMeshPolicies.all())
            .map(PolicyReading::alphaPolicy)
            .toList(),
        List.of());
  }

  @Override
  public void close() {
    peerAuthentications.close();
    alphaPolicies.close();
    alphaMeshPolicies.close();
  }
}
