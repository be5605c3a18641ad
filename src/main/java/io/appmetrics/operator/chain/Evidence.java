package io.appmetrics.operator.chain;

import java.util.List;
import java.util.Map;

/**
 * What the links are judged by.
 *
 * @param seen the observation
 * @param plan what was to be done
 * @param outcomes what became of the writes, by workload
 * @param readings each endpoint, as Prometheus has it
 */
record Evidence(
    Observation seen,
    Plan plan,
    Map<Workload.Key, AnnotationOutcome> outcomes,
    List<EndpointReading> readings) {

  static Evidence of(Observation seen, Plan plan, Map<Workload.Key, AnnotationOutcome> outcomes) {
    return new Evidence(seen, plan, outcomes, EndpointReading.all(seen, plan));
  }
}
