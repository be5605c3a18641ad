package io.appmetrics.operator.route;

import io.appmetrics.operator.relabel.Intake;
import io.appmetrics.operator.scrapeconfig.SlotJobs;

/**
 * A job that scrapes an endpoint.
 *
 * @param how one sentence without a full stop that names the job, and its rules or our annotation
 */
public record Taker(String job, String how) {

  static Taker of(Intake intake) {
    return new Taker(intake.job(), intake.sentence());
  }

  static Taker ofSlot(int number, Scheme scheme) {
    String job =
        scheme == Scheme.ISTIO_MUTUAL ? SlotJobs.mutualJob(number) : SlotJobs.plainJob(number);
    return new Taker(
        job,
        "job %s takes it by the operator's annotation %sport-%d"
            .formatted(job, SlotAnnotations.PREFIX, number));
  }
}
