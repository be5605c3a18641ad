package io.appmetrics.operator.prometheus;

/** What Prometheus says of a target; unknown until its first scrape. */
public enum TargetHealth {
  UP,
  DOWN,
  UNKNOWN
}
