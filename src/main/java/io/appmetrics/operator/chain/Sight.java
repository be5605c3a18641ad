package io.appmetrics.operator.chain;

import io.appmetrics.operator.prometheus.ScrapeFacts;
import io.appmetrics.operator.prometheus.WorkloadRef;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one Prometheus installation.
 *
 * @param installation which one
 * @param facts what its loop last published; null before its first pass
 * @param federates the installation from which it pulls; null where it scrapes
 */
public record Sight(
    WorkloadRef installation, @Nullable ScrapeFacts facts, @Nullable WorkloadRef federates) {

  /** Of one that scrapes. */
  public Sight(WorkloadRef installation, @Nullable ScrapeFacts facts) {
    this(installation, facts, null);
  }

  /** The installation that scrapes what this one has: itself, or the one from which it pulls. */
  WorkloadRef scraper() {
    return federates == null ? installation : federates;
  }
}
