package io.appmetrics.operator.chain;

import io.appmetrics.operator.api.AppMetricsStatus;
import io.appmetrics.operator.api.Condition;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * When an AppMetrics is looked at again though nothing wakes it. What breaks and mends wakes it;
 * this is for what time alone changes, and a net under what no event tells.
 */
public final class Recheck {
  /** After a write, or when somebody else wrote: what was seen is not what is there. */
  static final Duration SOON = Duration.ofMillis(300);

  /** Something is on its way: looked for at growing distances. */
  static final Duration PENDING = Duration.ofSeconds(2);

  /** What has been broken for long is not asked for more often than this. */
  static final Duration BROKEN = Duration.ofSeconds(60);

  /** What no event tells of is found after this long at the latest. */
  static final Duration DRIFT_NET = Duration.ofMinutes(10);

  /** The next look comes when it has been broken for this part of the time longer. */
  private static final int PART = 5;

  private Recheck() {}

  /** How long to rest after this report. */
  public static Duration after(
      AppMetricsStatus status, Chain chain, Collection<AnnotationOutcome> outcomes, Instant now) {
    if (outcomes.stream().anyMatch(AnnotationOutcome::isOutdated)) {
      return SOON;
    }
    Stream<Duration> settling =
        Stream.concat(
                chain.readings().stream().flatMap(reading -> Stream.ofNullable(reading.settles())),
                chain.joining().stream().map(Joining::until))
            .map(settles -> Duration.between(now, settles).plus(SOON));
    return Stream.concat(settling, Stream.of(chain.ready() ? DRIFT_NET : broken(status, now)))
        .min(Comparator.naturalOrder())
        .filter(rest -> rest.compareTo(SOON) > 0)
        .orElse(SOON);
  }

  private static Duration broken(AppMetricsStatus status, Instant now) {
    Duration stood =
        Stream.ofNullable(status.conditions())
            .flatMap(Collection::stream)
            .map(Condition::lastTransitionTime)
            .max(Comparator.naturalOrder())
            .map(moved -> Duration.between(moved, now))
            .orElse(Duration.ZERO)
            .dividedBy(PART);
    return stood.compareTo(PENDING) < 0 ? PENDING : stood.compareTo(BROKEN) > 0 ? BROKEN : stood;
  }
}
