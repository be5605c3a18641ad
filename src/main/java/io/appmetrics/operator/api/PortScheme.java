package io.appmetrics.operator.api;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What a user may say about how an endpoint is spoken to. */
public enum PortScheme {
  /** The operator finds out from the mesh's policy. */
  @JsonProperty("Auto")
  AUTO,
  /** Plain HTTP. */
  @JsonProperty("HTTP")
  HTTP,
  /** TLS of the app's own. */
  @JsonProperty("HTTPS")
  HTTPS,
  /** Mutual TLS with the mesh's certificates. */
  @JsonProperty("IstioMutual")
  ISTIO_MUTUAL
}
