package io.appmetrics.operator.chain;

import io.appmetrics.operator.prometheus.ScrapeFacts;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the links are judged by in one Prometheus installation.
 *
 * @param seen the observation
 * @param share what the installation is to do
 * @param outcomes what became of the writes, by workload
 * @param readings each endpoint, as the installation has it
 */
record Evidence(
    Observation seen,
    Share share,
    Map<Workload.Key, AnnotationOutcome> outcomes,
    List<EndpointReading> readings) {

  static Evidence of(Observation seen, Share share, Map<Workload.Key, AnnotationOutcome> outcomes) {
    return new Evidence(seen, share, outcomes, EndpointReading.all(seen, share));
  }

  /** The same of another share. */
  Evidence of(Share other) {
    return of(seen, other, outcomes);
  }

  /** What is known of the installation; null before it was looked at. */
  @Nullable ScrapeFacts facts() {
    return share.sight().facts();
  }
}
