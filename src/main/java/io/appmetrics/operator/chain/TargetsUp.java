package io.appmetrics.operator.chain;

import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Is every endpoint of every pod that counts an up target. */
final class TargetsUp {
  private TargetsUp() {}

  static Finding check(Evidence evidence) {
    List<EndpointReading> broken =
        evidence.readings().stream().filter(reading -> !reading.scraped()).toList();
    if (broken.isEmpty()) {
      return Finding.holds("All %d endpoints are scraped.".formatted(evidence.readings().size()));
    }
    // An error explains more than a target that is only not there yet.
    EndpointReading first =
        broken.stream().min(Comparator.comparing(reading -> error(reading) == null)).orElseThrow();
    Finding finding = explain(first);
    return broken.size() == 1
        ? finding
        : Finding.broken(
            Objects.requireNonNull(finding.reason()),
            finding.message()
                + " (%d more endpoints are not scraped)".formatted(broken.size() - 1));
  }

  private static Finding explain(EndpointReading reading) {
    EndpointReading.Trouble trouble = reading.trouble();
    String endpoint = reading.target().name() + " " + reading.endpoint().key();
    if (trouble == null) {
      return Finding.broken(
          Reason.PODS_JOINING,
          endpoint + " has no pod that counts yet; the next scrape will tell.");
    }
    String error = trouble.error();
    if (error == null) {
      return reading.counted() == 0
          ? Finding.broken(
              Reason.PODS_JOINING,
              "%s of pod %s has not been scraped yet.".formatted(endpoint, trouble.pod().name()))
          : Finding.broken(
              Reason.TARGET_MISSING,
              "%s of pod %s is no target of %s, though it has been ready since %s."
                  .formatted(
                      endpoint,
                      trouble.pod().name(),
                      trouble.replica(),
                      trouble.pod().readySince()));
    }
    ScrapeError kind = ScrapeError.of(error);
    String ports =
        kind.reason() == Reason.CONNECTION_REFUSED
            ? "; its containers declare " + TargetsFound.declared(trouble.pod().ports())
            : "";
    return Finding.broken(
        kind.reason(),
        "%s of pod %s: %s (Prometheus: %s)%s"
            .formatted(endpoint, trouble.pod().name(), kind.advice(), error, ports));
  }

  private static @Nullable String error(EndpointReading reading) {
    return reading.trouble() == null ? null : reading.trouble().error();
  }
}
