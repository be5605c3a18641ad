package io.appmetrics.operator.demo;

/**
 * A part of the story; it has been played when everything that it tells has been verified.
 *
 * @param <T> what the parts after it go on with
 */
interface Step<T> {

  /** What happens, as a heading. */
  String title();

  /**
   * Plays it.
   *
   * @throws StepFailed when something is not as it should be
   */
  T play();
}
