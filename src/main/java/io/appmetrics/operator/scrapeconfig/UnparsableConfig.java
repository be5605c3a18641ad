package io.appmetrics.operator.scrapeconfig;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A configuration that cannot be read, or not be edited safely; nothing was changed. */
public final class UnparsableConfig extends Exception {

  private static final long serialVersionUID = 1L;

  private final int line;
  private final int column;
  private final String problem;
  private final @Nullable String key;

  /**
   * @param line counted from 1, in the text that was given
   * @param column counted from 1
   * @param problem what is wrong there, and what to do
   */
  public UnparsableConfig(int line, int column, String problem) {
    this(line, column, problem, null);
  }

  private UnparsableConfig(int line, int column, String problem, @Nullable String key) {
    super("line " + line + ", column " + column + ": " + problem);
    this.line = line;
    this.column = column;
    this.problem = problem;
    this.key = key;
  }

  /** The same of another key of the ConfigMap than the configuration's own. */
  public UnparsableConfig inKey(String other) {
    return new UnparsableConfig(line, column, problem, other);
  }

  /** That key; empty where it is the configuration itself. */
  public Optional<String> key() {
    return Optional.ofNullable(key);
  }

  /** As compilers say it. */
  public String in(String file) {
    return "%s:%d:%d: %s".formatted(file, line, column, problem);
  }
}
