package io.appmetrics.operator.prometheus;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * For how long a Prometheus pod could have scraped. What is new has its targets only after
 * discovery and an interval: until then it says nothing against what others have seen.
 *
 * @param ready whether its process has been ready: one that has not may replay its write-ahead log
 * @param since when it became ready; when it was started, while it has not been ready
 */
public record Uptime(boolean ready, Instant since) {

  /** Of one that has been there for longer than anybody asks. */
  public static final Uptime LONG = new Uptime(true, Instant.EPOCH);

  /** New for two intervals, and for no less. */
  private static final Duration NEW = Duration.ofSeconds(30);

  /**
   * What has not become ready by then counts all the same: a Deployment waits no longer, either.
   */
  private static final Duration LONGEST_START = Duration.ofMinutes(10);

  /**
   * From what is seen now.
   *
   * @param before what was seen of the pod at the pass before; null when nothing was
   */
  static Uptime of(ReplicaReading replica, @Nullable Uptime before, Instant now) {
    Instant made = replica.container().podSince();
    if (made != null && !now.isBefore(made.plus(LONGEST_START))) {
      return LONG; // whatever ends in it again and again: a pod is new once
    }
    Instant process = processSince(replica);
    boolean another = before == null || (process != null && process.isAfter(before.since()));
    if (before != null && before.ready() && !another) {
      return before; // a pod that was not ready for a while has the same process, and its targets
    }
    Instant ready = replica.container().readySince();
    if (ready != null) {
      return new Uptime(true, process != null && process.isAfter(ready) ? process : ready);
    }
    if (before != null && !before.ready()) {
      return before; // what ends again and again before it is ready has its time once
    }
    return new Uptime(false, process == null ? now : process);
  }

  /** The kubelet tells of a process a moment after it can answer. */
  private static @Nullable Instant processSince(ReplicaReading replica) {
    ReplicaReading.Answer answer = replica.answer();
    return Stream.concat(
            Stream.ofNullable(replica.container().startedAt()),
            Stream.ofNullable(answer).map(told -> told.runtime().startTime()))
        .max(Comparator.naturalOrder())
        .orElse(null);
  }

  /** For how long what is scraped in this interval is new, be it a pod or a Prometheus. */
  public static Duration settling(Duration interval) {
    Duration two = interval.multipliedBy(2);
    return two.compareTo(NEW) > 0 ? two : NEW;
  }

  /** From when on it counts, whatever it shows. */
  public Instant counts(Duration settling) {
    return since.plus(ready ? settling : LONGEST_START);
  }
}
