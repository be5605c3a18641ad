package io.appmetrics.operator.cluster.node;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** How a program is given a directory as its root: by chroot, which needs root, or a namespace. */
record Root(List<String> prefix) {

  private static final List<String> CHROOT = List.of("chroot");
  private static final List<String> UNSHARE = List.of("unshare", "--map-root-user", "chroot");

  /**
   * Finds out what this machine allows.
   *
   * @throws IllegalStateException when it allows neither
   */
  static Root probe() {
    for (var prefix : List.of(CHROOT, UNSHARE)) {
      if (succeeds(prefix)) {
        return new Root(prefix);
      }
    }
    throw new IllegalStateException(
        "this machine lets nobody but root change a program's root directory (tried: unshare"
            + " --map-root-user chroot): run as root, or on Linux with unprivileged user namespaces"
            + " (util-linux, and sysctl kernel.unprivileged_userns_clone=1 or"
            + " kernel.apparmor_restrict_unprivileged_userns=0 where the kernel has it)");
  }

  /** The words that go before a program which is to have {@code directory} as its root. */
  List<String> enter(Path directory) {
    var words = new ArrayList<>(prefix);
    words.add(directory.toString());
    return words;
  }

  private static boolean succeeds(List<String> prefix) {
    var words = new ArrayList<>(prefix);
    words.addAll(List.of("/", "true"));
    try {
      var process =
          new ProcessBuilder(words)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
