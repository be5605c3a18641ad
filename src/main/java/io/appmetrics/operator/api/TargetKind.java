package io.appmetrics.operator.api;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The kinds of workload that a target can name. */
public enum TargetKind {
  /** A Deployment of apps/v1. */
  @JsonProperty("Deployment")
  DEPLOYMENT("Deployment"),
  /** A StatefulSet of apps/v1. */
  @JsonProperty("StatefulSet")
  STATEFUL_SET("StatefulSet"),
  /** A DaemonSet of apps/v1. */
  @JsonProperty("DaemonSet")
  DAEMON_SET("DaemonSet");

  private final String kind;

  TargetKind(String kind) {
    this.kind = kind;
  }

  /** The Kubernetes kind, as in a manifest. */
  @Override
  public String toString() {
    return kind;
  }
}
