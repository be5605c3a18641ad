package io.appmetrics.operator.scrapeconfig;

import java.util.Optional;

/**
 * Our jobs as a file of their own, beside the user's: what a configuration of which another tool is
 * the owner includes by {@code scrape_config_files}.
 */
public final class IncludedFile {

  /** The file's name, and its key in the ConfigMap. */
  public static final String NAME = "appmetrics.yml";

  /** The first version that includes files (prometheus#12019). */
  public static final PrometheusVersion SINCE = PrometheusVersion.parse("2.43.0");

  private static final String HEAD =
      MarkedText.BEGIN
          + " (written by the AppMetrics operator, as the whole of this key)\n"
          + Place.KEY
          + ":\n";

  private IncludedFile() {}

  /** The file with these jobs in it. */
  public static String with(ScrapeBlock block) {
    return HEAD + block.inFile().items();
  }

  /** What stands in the file; empty when somebody else has written it. */
  public static Optional<BlockText> read(String file) {
    return file.startsWith(MarkedText.BEGIN) ? Optional.of(new BlockText(file)) : Optional.empty();
  }

  /**
   * Sees whether nobody has put anything into our file: to write it anew would delete that.
   *
   * @throws UnparsableConfig when somebody has
   */
  public static void check(BlockText file) throws UnparsableConfig {
    var foreign = Foreign.find(file.text(), 0, file.text().length());
    if (foreign.isPresent()) {
      throw MarkedText.unmarked(file.text())
          .problem(
              foreign.get().offset(),
              foreign.get().what()
                  + " stands in the AppMetrics operator's own key, which it writes anew and takes"
                  + " out; move it to another key, or delete it")
          .inKey(NAME);
    }
  }
}
