package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.scrapeconfig.PrometheusVersion;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The oldest Prometheus among those that share one text: it may hold only what that one knows. An
 * unknown key fails a reload, and keeps a Prometheus that starts with it from ever answering.
 */
final class OldestPrometheus {
  /** Of the series that Istio 1.0 ships, which is 2.3.1. */
  static final PrometheusVersion SERVED = new PrometheusVersion(2, 3, 0);

  private static final Pattern TAG = Pattern.compile("(?:.*/)?[^/:@]+:([^/:@]+)(?:@.*)?");

  private OldestPrometheus() {}

  /** Among those that have answered. */
  static Optional<PrometheusVersion> answered(List<ReplicaReading> replicas) {
    return versions(replicas).min(PrometheusVersion::compareTo);
  }

  /**
   * Among those that will read the text: a rollback is seen in the images before its pods answer,
   * and with a key that they do not know they never would.
   *
   * @param template the image of the pod template
   * @param stands whether a block of ours stands in the text; else it can wait for an answer
   */
  static Optional<PrometheusVersion> reading(
      List<ReplicaReading> replicas, String template, boolean stands) {
    if (!stands && answered(replicas).isEmpty()) {
      return Optional.empty();
    }
    Map<String, PrometheusVersion> known = known(replicas);
    Stream<PrometheusVersion> images =
        Stream.concat(
                Stream.of(template),
                replicas.stream()
                    .filter(replica -> !replica.answers())
                    .map(replica -> replica.container().image()))
            .flatMap(
                image -> Optional.ofNullable(known.get(image)).or(() -> tagged(image)).stream());
    // Its tag may tell a lie, and it may be for what we wrote that it does not come up; unless
    // another runs the same image with it.
    Stream<PrometheusVersion> failing =
        replicas.stream()
            .filter(replica -> replica.answer() == null && replica.container().failing())
            .filter(replica -> !known.containsKey(replica.container().image()))
            .map(replica -> SERVED);
    return Stream.of(versions(replicas), images, failing)
        .flatMap(versions -> versions)
        .min(PrometheusVersion::compareTo);
  }

  private static Stream<PrometheusVersion> versions(List<ReplicaReading> replicas) {
    return replicas.stream()
        .map(ReplicaReading::answer)
        .flatMap(Stream::ofNullable)
        .map(ReplicaReading.Answer::version);
  }

  /** What an image is, those say who run it; a tag may be anybody's. */
  private static Map<String, PrometheusVersion> known(List<ReplicaReading> replicas) {
    Map<String, PrometheusVersion> known = new HashMap<>();
    for (ReplicaReading replica : replicas) {
      ReplicaReading.Answer answer = replica.answer();
      if (replica.answers() && answer != null) {
        known.merge(
            replica.container().image(), answer.version(), (a, b) -> a.compareTo(b) < 0 ? a : b);
      }
    }
    return known;
  }

  /** Tags of releases that are not served count for nothing: they are another numbering. */
  private static Optional<PrometheusVersion> tagged(String image) {
    Matcher tag = TAG.matcher(image);
    if (!tag.matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(PrometheusVersion.parse(tag.group(1)))
          .filter(version -> version.compareTo(SERVED) >= 0);
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // a tag such as latest
    }
  }
}
