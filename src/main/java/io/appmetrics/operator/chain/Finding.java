package io.appmetrics.operator.chain;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a check of one link found.
 *
 * @param reason why the link does not hold; null when it holds
 * @param message one sentence: what is the case, and what to do when it is wrong
 */
public record Finding(@Nullable Reason reason, String message) {

  /** The link holds. */
  public static Finding holds(String message) {
    return new Finding(null, message);
  }

  /** The link does not hold. */
  public static Finding broken(Reason reason, String message) {
    return new Finding(reason, message);
  }

  /** Whether the link holds. */
  public boolean ok() {
    return reason == null;
  }

  /** Why it does not. */
  public Optional<Reason> why() {
    return Optional.ofNullable(reason);
  }
}
