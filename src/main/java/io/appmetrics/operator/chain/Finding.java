package io.appmetrics.operator.chain;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a check of one link found.
 *
 * @param reason why the link does not hold; null when it holds
 * @param message what is the case, and what to do when it is wrong: begins with a capital letter,
 *     and ends without a full stop, because it often ends with a command or the words of others
 * @param held whether it holds as it did before, though a Prometheus pod that is new does not show
 *     it yet
 */
public record Finding(@Nullable Reason reason, String message, boolean held) {
  /** Others' words have line breaks, and kubectl cuts a column at the first one. */
  public Finding {
    message = message.strip().replaceAll("\\s*\\R\\s*", " ");
  }

  /** The link holds. */
  public static Finding holds(String message) {
    return new Finding(null, message, false);
  }

  /** The link held before, and a Prometheus pod that is new does not show it yet. */
  static Finding held(String message) {
    return new Finding(null, message, true);
  }

  /** The link does not hold. */
  public static Finding broken(Reason reason, String message) {
    return new Finding(reason, message, false);
  }

  /** The same finding with more to say; the addition brings its own space. */
  Finding and(String addition) {
    return new Finding(reason, message + addition, held);
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
