package io.appmetrics.operator.mesh;

/**
 * On which terms a port of a pod is called.
 *
 * @param access who gets in, and how
 * @param decider what decides that, such as "PeerAuthentication shop/default"
 * @param why the same with what it says, in a few words for a status
 */
public record Terms(Access access, String decider, String why) {

  /** Who gets in, and how. */
  public enum Access {
    /** Anybody, by plaintext. */
    PLAIN,
    /** Anybody by plaintext, and whoever shows a certificate of the mesh by TLS. */
    PLAIN_OR_MUTUAL_TLS,
    /** Whoever shows a certificate of the mesh, by TLS and nothing else. */
    MUTUAL_TLS,
    /** Other pods of the mesh, by plaintext that the mesh itself carries. */
    MESH_ONLY
  }

  /** Whether whatever TLS comes is taken for the mesh's: none of the app's own gets through. */
  public boolean takesTls() {
    return access == Access.MUTUAL_TLS || access == Access.PLAIN_OR_MUTUAL_TLS;
  }

  /** Whether whoever calls it has to be in the mesh. */
  public boolean meshOnly() {
    return access == Access.MESH_ONLY;
  }
}
