package io.appmetrics.operator.prometheus;

import org.jspecify.annotations.Nullable;

/**
 * What is remembered of an installation.
 *
 * @param state what was done; nothing where it cannot be read
 * @param problem why it cannot be read, or written, and what to do; null when it can
 * @param known whether it was read
 */
public record StateReading(InstallationState state, @Nullable String problem, boolean known) {
  /** What was read. */
  static StateReading of(InstallationState state) {
    return new StateReading(state, null, true);
  }

  static StateReading unreadable(String problem) {
    return new StateReading(InstallationState.NONE, problem, false);
  }

  /** What was read, and cannot be added to. */
  static StateReading unwritable(InstallationState state, String problem) {
    return new StateReading(state, problem, true);
  }
}
