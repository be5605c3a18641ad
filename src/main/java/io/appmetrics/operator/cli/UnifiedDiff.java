package io.appmetrics.operator.cli;

import com.github.difflib.DiffUtils;
import com.github.difflib.UnifiedDiffUtils;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What changes in a file, so that {@code patch} and {@code git apply} can do it. */
final class UnifiedDiff {
  private static final int CONTEXT = 3;
  private static final String NO_FILE = "/dev/null";

  /** It is part of the last line, so that a line feed that comes or goes is a change, too. */
  private static final String UNENDED = "\n\\ No newline at end of file";

  private UnifiedDiff() {}

  /**
   * The difference; empty when there is none.
   *
   * @param before null when there is no such file
   */
  static String of(String file, @Nullable String before, String after) {
    List<String> old = lines(before == null ? "" : before);
    List<String> changed = lines(after);
    StringBuilder diff = new StringBuilder();
    for (String line :
        UnifiedDiffUtils.generateUnifiedDiff(
            before == null ? NO_FILE : header(file),
            header(file),
            old,
            DiffUtils.diff(old, changed),
            CONTEXT)) {
      diff.append(line).append('\n');
    }
    return fromNothing(fromNothing(diff.toString(), old, "-"), changed, "+");
  }

  /** As git and diff do, so that a name with a space in it ends where it ends. */
  private static String header(String file) {
    return file.contains(" ") ? file + "\t" : file;
  }

  /** The lines before the first are number 0, which the library counts as 1. */
  private static String fromNothing(String diff, List<String> side, String sign) {
    return side.isEmpty()
        ? diff.replaceFirst("(?m)^(@@ .*)\\%s[01],0(.*@@)$".formatted(sign), "$1" + sign + "0,0$2")
        : diff;
  }

  private static List<String> lines(String text) {
    List<String> lines = new ArrayList<>(List.of(text.split("\n", -1)));
    int last = lines.size() - 1;
    String unended = lines.remove(last);
    if (!unended.isEmpty()) {
      lines.add(unended + UNENDED);
    }
    return lines;
  }
}
