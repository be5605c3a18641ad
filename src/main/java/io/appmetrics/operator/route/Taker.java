package io.appmetrics.operator.route;

import io.appmetrics.operator.relabel.Intake;
import io.appmetrics.operator.relabel.PredictedTarget;
import io.appmetrics.operator.scrapeconfig.PrometheusDuration;
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

  /** One that scrapes it in another way than is declared, or than the mesh lets through. */
  static Taker of(Intake intake, PredictedTarget target) {
    String query = target.url().contains("?") ? target.url().replaceFirst("[^?]*", "") : "";
    return new Taker(
        intake.job(),
        "%s, by %s%s every %s"
            .formatted(
                intake.sentence(),
                target.scheme(),
                query.isEmpty() ? "" : " with " + query,
                PrometheusDuration.format(target.interval())));
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
