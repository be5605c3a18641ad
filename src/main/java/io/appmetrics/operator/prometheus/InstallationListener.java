package io.appmetrics.operator.prometheus;

import java.time.Duration;

/** Hears what an installation loop finds out and does. */
public interface InstallationListener {

  /** The facts are others than before; called on the loop's thread, and must not block. */
  void changed(FactsChange change);

  /**
   * The loop has done something.
   *
   * @param outcome what came of it, in words
   */
  void acted(Action action, String outcome);

  /** A pass, with its polls, took this long. */
  void polled(Duration took);
}
