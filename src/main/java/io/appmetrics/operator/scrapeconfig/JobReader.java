package io.appmetrics.operator.scrapeconfig;

import org.jspecify.annotations.Nullable;

/**
 * The Prometheus that is to load our jobs.
 *
 * @param version the oldest of its replicas: decides which keys are written
 * @param limits what one scrape may bring
 * @param name the installation, as pods name it where they are not for all; null where it is the
 *     only one
 */
public record JobReader(PrometheusVersion version, ScrapeLimits limits, @Nullable String name) {

  /** The only one, without limits. */
  public JobReader(PrometheusVersion version) {
    this(version, ScrapeLimits.NONE, null);
  }
}
