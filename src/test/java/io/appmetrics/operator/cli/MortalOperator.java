package io.appmetrics.operator.cli;

import io.appmetrics.operator.apiserver.Deeds;
import io.appmetrics.operator.runtime.CannotStart;
import io.appmetrics.operator.runtime.OperatorConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The operator's command {@code run}, in a process that ends as if killed at one of its moments. It
 * writes each moment down before anything follows from it.
 */
public final class MortalOperator {

  /** As a process that SIGKILL has ended. */
  public static final int KILLED = 137;

  private MortalOperator() {}

  /**
   * Runs it.
   *
   * @param args the file that takes the moments, and the number of the last one; 0 for none
   */
  public static void main(String[] args) throws CannotStart, InterruptedException {
    var environment = System.getenv();
    Run.untilAsked(
        OperatorConfig.from(environment),
        environment,
        new Moments(Path.of(args[0]), Integer.parseInt(args[1])));
  }

  private static final class Moments implements Deeds {
    private final Path file;
    private final int last;
    private int count;

    private Moments(Path file, int last) {
      this.file = file;
      this.last = last;
    }

    /** One at a time, the last one included: nobody else does anything while it halts. */
    @Override
    public synchronized void at(Deed deed, Moment moment) {
      count++;
      try {
        Files.writeString(
            file, deed + " " + moment + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      if (count == last) {
        Runtime.getRuntime().halt(KILLED);
      }
    }
  }
}
