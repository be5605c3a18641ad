package io.appmetrics.operator.cluster.program;

import java.util.ArrayList;
import java.util.List;

/**
 * Ties programs to this JVM: they and their children end with it, however it ends, {@code kill -9}
 * included.
 *
 * <p>The program replaces the shell that starts it, so its pid and exit code are its own; a second
 * shell waits for the end of its standard input, a pipe whose other end only this JVM holds.
 */
public final class Lifeline {

  private static final String SCRIPT =
      """
      exec 3<&0
      (
        trap '' HUP INT TERM
        read -r _ <&3
        # the pid may be another program's by now, unless it is still our parent
        read -r self _ _ parent _ </proc/self/stat
        [ "$parent" = $$ ] || exit
        # stopped first: it can start no more compilers while those that it has are being killed
        kill -STOP $$
        for child in $(cat /proc/$$/task/*/children); do
          [ "$child" = "$self" ] || kill -KILL "$child"
        done
        kill -KILL $$
      ) >/dev/null 2>&1 &
      exec "$@" </dev/null 3<&-
      """;

  private static final String SWEEP =
      """
      trap '' HUP INT TERM
      read -r _
      # the programs are being killed meanwhile, and may still write
      for i in 1 2 3 4 5; do rm -rf "$1" 2>/dev/null && exit; sleep 0.2; done
      """;

  private Lifeline() {}

  /** A builder for {@code command}, whose standard input must stay the pipe that it is. */
  public static ProcessBuilder tie(List<String> command) {
    var words = new ArrayList<>(List.of("/bin/sh", "-c", SCRIPT, "sh"));
    words.addAll(command);
    return new ProcessBuilder(words);
  }

  /** A builder for a process that deletes {@code directory} when this JVM has ended. */
  public static ProcessBuilder sweep(String directory) {
    return new ProcessBuilder("/bin/sh", "-c", SWEEP, "sh", directory);
  }
}
