package io.appmetrics.operator.route;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/**
 * What one AppMetrics wants of one workload.
 *
 * @param appMetrics the name of the AppMetrics
 * @param created its creation time: among equals the older wins
 * @param suspended true: its endpoints keep what stands, and get nothing new
 * @param endpoints the endpoints, in the order of the spec
 */
public record Claim(
    String appMetrics, Instant created, boolean suspended, List<Endpoint> endpoints) {

  /** The order in which claims are honoured: the older first, then by name. */
  public static final Comparator<Claim> PRECEDENCE =
      Comparator.comparing(Claim::created).thenComparing(Claim::appMetrics);
}
