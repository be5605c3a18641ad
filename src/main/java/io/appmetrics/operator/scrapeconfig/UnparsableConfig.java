package io.appmetrics.operator.scrapeconfig;

/** A configuration that cannot be read, or not be edited safely; nothing was changed. */
public final class UnparsableConfig extends Exception {

  private static final long serialVersionUID = 1L;

  private final int line;
  private final int column;
  private final String problem;

  /**
   * @param line counted from 1, in the text that was given
   * @param column counted from 1
   * @param problem what is wrong there, and what to do
   */
  public UnparsableConfig(int line, int column, String problem) {
    super("line " + line + ", column " + column + ": " + problem);
    this.line = line;
    this.column = column;
    this.problem = problem;
  }

  /** As compilers say it. */
  public String in(String file) {
    return "%s:%d:%d: %s".formatted(file, line, column, problem);
  }
}
