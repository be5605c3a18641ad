package io.appmetrics.operator.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A document, as far as the tests read it.
 *
 * @param file relative to the project's directory
 */
record Markdown(Path file, String text) {
  private static final Pattern HEADING = Pattern.compile("(?m)^(#+) (.*)$");
  private static final Pattern LINK = Pattern.compile("\\[[^\\]]+]\\(([^)\\s]+)\\)");
  private static final Pattern FENCE = Pattern.compile("(?ms)^```(\\w*)\\n(.*?)^```$");

  /** The part of a document below one heading. */
  record Section(int level, String heading, String text) {

    /** The code blocks of that language. */
    List<String> code(String language) {
      return FENCE
          .matcher(text)
          .results()
          .filter(fence -> fence.group(1).equals(language))
          .map(fence -> fence.group(2))
          .toList();
    }

    /** The text of the list item that begins with {@code **name:**}; empty without one. */
    String item(String name) {
      var item =
          Pattern.compile("(?m)^- \\*\\*" + Pattern.quote(name) + ":\\*\\* (.*(?:\\n  .*)*)")
              .matcher(text);
      return item.find() ? item.group(1).replaceAll("\\s+", " ").strip() : "";
    }

    /** The cells of the table rows, without the head, and without backticks. */
    List<List<String>> rows() {
      return text.lines()
          .filter(line -> line.startsWith("|"))
          .map(line -> line.substring(1, line.lastIndexOf('|')))
          .map(line -> Arrays.stream(line.split("(?<!\\\\)\\|", -1)).map(Section::cell).toList())
          .dropWhile(cells -> !cells.get(0).startsWith("---"))
          .skip(1)
          .toList();
    }

    private static String cell(String text) {
      return text.replace("`", "").replace("\\|", "|").strip();
    }
  }

  static Markdown read(String file) {
    try {
      return new Markdown(Path.of(file), Files.readString(Path.of(file)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Every heading with what follows it, up to the next one of any level. */
  List<Section> sections() {
    // A line of a code block may begin with a hash, too.
    String prose =
        FENCE
            .matcher(text)
            .replaceAll(fence -> Matcher.quoteReplacement(fence.group().replaceAll("(?m)^#", ".")));
    List<MatchResult> headings = HEADING.matcher(prose).results().toList();
    List<Section> sections = new ArrayList<>();
    for (int i = 0; i < headings.size(); i++) {
      int end = i + 1 < headings.size() ? headings.get(i + 1).start() : text.length();
      sections.add(
          new Section(
              headings.get(i).group(1).length(),
              headings.get(i).group(2),
              text.substring(headings.get(i).end(), end)));
    }
    return sections;
  }

  Section section(String heading) {
    return sections().stream()
        .filter(section -> section.heading().equals(heading))
        .findFirst()
        .orElseThrow(() -> new AssertionError(file + " has no heading " + heading));
  }

  /** What the document links to. */
  List<String> links() {
    return LINK.matcher(text).results().map(link -> link.group(1)).toList();
  }

  /** The fragments that links may name, as code hosts make them of headings. */
  List<String> anchors() {
    return sections().stream()
        .map(
            section ->
                section
                    .heading()
                    .toLowerCase(Locale.ROOT)
                    .replaceAll("[^a-z0-9 _-]", "")
                    .replace(' ', '-'))
        .toList();
  }
}
