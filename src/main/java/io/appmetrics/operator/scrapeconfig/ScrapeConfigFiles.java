package io.appmetrics.operator.scrapeconfig;

import java.util.ArrayDeque;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The {@code scrape_config_files} of a configuration.
 *
 * @param patterns as they are written; a relative one begins at the directory of the configuration
 */
public record ScrapeConfigFiles(List<String> patterns) {

  public ScrapeConfigFiles {
    patterns = List.copyOf(patterns);
  }

  /**
   * Whether a file is among them, by Go's filepath.Match, to which Prometheus hands them.
   *
   * @param directory of the configuration
   * @param file by its absolute path
   */
  public boolean include(String directory, String file) {
    return patterns.stream()
        .map(pattern -> pattern.startsWith("/") ? pattern : directory + "/" + pattern)
        .map(ScrapeConfigFiles::cleaned)
        .anyMatch(pattern -> regex(pattern).matcher(file).matches());
  }

  /** As Go's filepath.Clean does of an absolute path. */
  private static String cleaned(String path) {
    var elements = new ArrayDeque<String>();
    for (var element : path.split("/", -1)) {
      if (element.equals("..")) {
        elements.pollLast();
      } else if (!element.isEmpty() && !element.equals(".")) {
        elements.addLast(element);
      }
    }
    return "/" + String.join("/", elements);
  }

  private static Pattern regex(String glob) {
    var regex = new StringBuilder();
    for (var i = 0; i < glob.length(); i++) {
      var c = glob.charAt(i);
      var close = c == '[' ? glob.indexOf(']', i + 2) : -1;
      if (c == '*') {
        regex.append("[^/]*");
      } else if (c == '?') {
        regex.append("[^/]");
      } else if (close > 0) {
        regex.append('[').append(glob.substring(i + 1, close).replace("[", "\\[")).append(']');
        i = close;
      } else {
        var literal = c == '\\' && i + 1 < glob.length() ? glob.charAt(++i) : c;
        regex.append(Pattern.quote(String.valueOf(literal)));
      }
    }
    return Pattern.compile(regex.toString());
  }
}
