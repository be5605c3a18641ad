package io.appmetrics.operator.scrapeconfig;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

/**
 * The {@code scrape_config_files} of a configuration.
 *
 * @param patterns as they are written; a relative one begins at the directory of the configuration
 */
public record ScrapeConfigFiles(List<String> patterns) {

  private static final Pattern SET = Pattern.compile("\\[(\\^?)((?:\\\\.|[^\\]\\\\])+)]");

  private static final Pattern MEMBER = Pattern.compile("\\\\(.)|[\\[&^]");

  public ScrapeConfigFiles {
    patterns = List.copyOf(patterns);
  }

  /**
   * How many of them a file matches, by Go's filepath.Match, to which Prometheus hands them. It
   * reads a file once for each, so that with two every job in it is there twice.
   *
   * @param directory of the configuration
   * @param file by its absolute path
   */
  public long matching(String directory, String file) {
    return absolute(directory).filter(pattern -> isMatch(pattern, file)).count();
  }

  /**
   * Those of these files that it includes, each once, pattern by pattern.
   *
   * @param directory of the configuration
   * @param files by their absolute paths, sorted
   */
  public List<String> matched(String directory, Collection<String> files) {
    return absolute(directory)
        .flatMap(pattern -> files.stream().filter(file -> isMatch(pattern, file)))
        .distinct()
        .toList();
  }

  /** Whether one of them includes a file of this name, in whichever directory. */
  public boolean names(String file) {
    return patterns.stream()
        .anyMatch(pattern -> isMatch(pattern.substring(pattern.lastIndexOf('/') + 1), file));
  }

  private Stream<String> absolute(String directory) {
    return patterns.stream()
        .map(pattern -> pattern.startsWith("/") ? pattern : directory + "/" + pattern)
        .map(ScrapeConfigFiles::cleaned);
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

  /** A pattern that is none matches nothing: Prometheus refuses the configuration for it. */
  private static boolean isMatch(String glob, String file) {
    try {
      return Pattern.compile(regex(glob)).matcher(file).matches();
    } catch (PatternSyntaxException e) {
      return false;
    }
  }

  private static String regex(String glob) {
    var regex = new StringBuilder();
    for (var i = 0; i < glob.length(); ) {
      var set = SET.matcher(glob).region(i, glob.length());
      var c = glob.charAt(i);
      if (c == '*' || c == '?') {
        regex.append(c == '*' ? "[^/]*" : "[^/]");
        i++;
      } else if (set.lookingAt()) {
        regex.append('[').append(set.group(1)).append(literals(set.group(2))).append(']');
        i = set.end();
      } else {
        i += c == '\\' && i + 1 < glob.length() ? 1 : 0;
        regex.append(Pattern.quote(String.valueOf(glob.charAt(i))));
        i++;
      }
    }
    return regex.toString();
  }

  /** To Go nothing is special in a set but the hyphen and the backslash. */
  private static String literals(String set) {
    return MEMBER
        .matcher(set)
        .replaceAll(
            member -> {
              var c = Objects.requireNonNullElse(member.group(1), member.group());
              return Matcher.quoteReplacement(
                  Character.isLetterOrDigit(c.codePointAt(0)) ? c : "\\" + c);
            });
  }
}
