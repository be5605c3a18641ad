package io.appmetrics.operator.appmetrics;

import io.appmetrics.operator.mesh.MeshPolicy;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The policies of the mesh; none while Istio is not installed, which is looked for again. */
public final class MeshPolicies implements AutoCloseable {
  private static final PolicyWatch.Kind PEER_AUTHENTICATION =
      new PolicyWatch.Kind("security.istio.io", "PeerAuthentication", "peerauthentications");

  private final String rootNamespace;
  private final Listener listener;
  private final PolicyWatch peerAuthentications;

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
  }

  private void changed(String namespace) {
    if (namespace.equals(rootNamespace)) {
      listener.policyChanged();
    } else {
      listener.policyChanged(namespace);
    }
  }

  /** Begins to watch what Istio has come to define. */
  public void refresh() {
    if (peerAuthentications.refresh()) {
      listener.policyChanged();
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
            .toList());
  }

  @Override
  public void close() {
    peerAuthentications.close();
  }
}
