package io.appmetrics.operator.prometheus;

import org.jspecify.annotations.Nullable;

/**
 * What is remembered of an installation.
 *
 * @param state what was done; nothing where it cannot be read
 * @param problem why it cannot be read, and what to do; null when it can
 */
public record StateReading(InstallationState state, @Nullable String problem) {
  /** What was read. */
  static StateReading of(InstallationState state) {
    return new StateReading(state, null);
  }

  static StateReading unreadable(String problem) {
    return new StateReading(InstallationState.NONE, problem);
  }
}
