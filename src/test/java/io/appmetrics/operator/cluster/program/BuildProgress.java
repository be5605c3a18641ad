package io.appmetrics.operator.cluster.program;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/** Told when a program of the test cluster has to be built, which happens once per machine. */
public interface BuildProgress {

  /** A build begins, or is waited for because another process has begun it. */
  void started(Binary binary);

  /** The build has ended well, after so long. */
  void finished(Binary binary, Duration took);

  /**
   * One line per program, as in {@code building etcd 3.6.16 (about 60 s, once) ... done in 41 s}.
   */
  static BuildProgress lines(PrintStream out) {
    return new BuildProgress() {
      @Override
      public void started(Binary binary) {
        out.printf("building %s (about %s, once) ... ", binary, about(binary.about()));
        out.flush();
      }

      @Override
      public void finished(Binary binary, Duration took) {
        out.printf(Locale.ROOT, "done in %d s%n", took.toSeconds());
      }

      private static String about(Duration duration) {
        return duration.toSeconds() < 120
            ? duration.toSeconds() + " s"
            : duration.toMinutes() + " min";
      }
    };
  }
}
