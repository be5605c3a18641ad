package io.appmetrics.operator.route;

import io.appmetrics.operator.relabel.Intake;
import io.appmetrics.operator.scrapeconfig.PrometheusDuration;
import io.appmetrics.operator.scrapeconfig.SlotJobs;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A job that scrapes an endpoint; there are two of one job that makes two targets of it.
 *
 * @param how one sentence without a full stop that names the job, and its rules or our annotation
 */
public record Taker(String job, String how) {

  /** Of one job's targets, which differ in their labels where there are several. */
  static List<Taker> of(List<Serving> servings) {
    return servings.stream()
        .map(
            serving -> {
              Intake intake = serving.made().intake();
              return new Taker(
                  intake.job(), intake.sentence() + own(serving, servings) + otherWay(serving));
            })
        .toList();
  }

  private static String own(Serving serving, List<Serving> all) {
    String own =
        serving.made().target().labels().entrySet().stream()
            .filter(label -> !all.stream().allMatch(other -> has(other, label)))
            .map(label -> "%s=\"%s\"".formatted(label.getKey(), label.getValue()))
            .collect(Collectors.joining(", "));
    return own.isEmpty() ? "" : ", with " + own;
  }

  /** Where it is another one than is declared, or than the mesh lets through. */
  private static String otherWay(Serving serving) {
    if (serving.asDeclared()) {
      return "";
    }
    String query = serving.url().getRawQuery();
    return ", by %s%s every %s"
        .formatted(
            serving.url().getScheme(),
            query == null ? "" : " with ?" + query,
            PrometheusDuration.format(serving.made().target().interval()));
  }

  private static boolean has(Serving serving, Map.Entry<String, String> label) {
    return label.getValue().equals(serving.made().target().labels().get(label.getKey()));
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
