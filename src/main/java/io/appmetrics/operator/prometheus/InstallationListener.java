package io.appmetrics.operator.prometheus;

import java.time.Duration;

/** Hears what an installation loop finds out and does. */
public interface InstallationListener {

  /** The facts are others than before; called on the loop's thread, and must not block. */
  void changed(FactsChange change);

  /** The loop has done something, or tried to. */
  void acted(Installation installation, Action action, Outcome outcome);

  /** A pass, with its polls, took this long. */
  void polled(Duration took);
}
