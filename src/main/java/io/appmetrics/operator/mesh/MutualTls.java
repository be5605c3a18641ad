package io.appmetrics.operator.mesh;

/** What a PeerAuthentication demands of those who call a workload. */
public enum MutualTls {
  /** Nothing said here: the wider policy decides. */
  UNSET,
  /** Plaintext only. */
  DISABLE,
  /** Plaintext, or Istio's own variant of TLS, which Prometheus does not speak (istio.io#13933). */
  PERMISSIVE,
  /** TLS with a certificate of the mesh, and nothing else. */
  STRICT
}
