package io.appmetrics.operator.prometheus;

/** Prometheus answered to a reload with a refusal; its words are the message. */
public final class ReloadRejected extends Exception {

  private static final long serialVersionUID = 1L;

  private final boolean lifecycleOff;

  ReloadRejected(String words, boolean lifecycleOff) {
    super(words);
    this.lifecycleOff = lifecycleOff;
  }

  /**
   * Whether the reload was never tried, because Prometheus runs without {@code
   * --web.enable-lifecycle}; else the configuration, or a part of it, was refused.
   */
  public boolean lifecycleOff() {
    return lifecycleOff;
  }
}
