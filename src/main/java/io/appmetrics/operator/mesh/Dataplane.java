package io.appmetrics.operator.mesh;

/** What of the mesh stands between a pod and its callers. */
public enum Dataplane {
  /** Nothing: no policy of the mesh is enforced there. A gateway is one of these. */
  NONE,
  /** Envoy, in the pod. */
  SIDECAR,
  /** ztunnel, on the node, before every port of it. */
  AMBIENT
}
