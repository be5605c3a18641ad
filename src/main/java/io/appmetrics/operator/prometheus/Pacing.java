package io.appmetrics.operator.prometheus;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long the loop rests between two passes.
 *
 * @param pending between polls while something is awaited
 * @param steady between polls otherwise
 */
public record Pacing(Duration pending, Duration steady) {
  /** A burst of events becomes one pass. */
  static final Duration COALESCE = Duration.ofMillis(200);

  /** Looking takes at most a tenth of the time, however many targets there are. */
  private static final int REST_PER_LOOK = 9;

  /** And half of it while something is awaited: a slow look would else be told nine looks late. */
  private static final int REST_PER_LOOK_PENDING = 1;

  /** One slow look must not blind the operator: a loss is to be seen all the same. */
  private static final Duration LONGEST_FOR_LOOKING = Duration.ofSeconds(30);

  /** The end of a pass. */
  enum End {
    /** Something was done: what came of it is looked at soon. */
    ACTED,
    /** Something is awaited that the next poll may show. */
    PENDING,
    /** Nothing is awaited. */
    STEADY,
    /** It could not be ended: how long it took says nothing of what the next one takes. */
    FAILED
  }

  /**
   * The rest after a pass.
   *
   * @param due what is due in this time; null when nothing is
   * @param looked how long it took to look at everything; what was done then does not count
   */
  Duration after(End end, @Nullable Duration due, Duration looked) {
    return switch (end) {
      case ACTED -> COALESCE;
      case FAILED -> steady;
      case PENDING -> max(min(pending, due), costOf(looked, REST_PER_LOOK_PENDING));
      case STEADY -> max(min(steady, due), costOf(looked, REST_PER_LOOK));
    };
  }

  private static Duration costOf(Duration looked, int restPerLook) {
    return min(looked.multipliedBy(restPerLook), LONGEST_FOR_LOOKING);
  }

  private static Duration min(Duration a, @Nullable Duration b) {
    return b != null && b.compareTo(a) < 0 ? b : a;
  }

  private static Duration max(Duration a, Duration b) {
    return a.compareTo(b) > 0 ? a : b;
  }
}
