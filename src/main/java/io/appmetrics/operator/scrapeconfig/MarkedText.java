package io.appmetrics.operator.scrapeconfig;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A text cut at our marker comments. The block reaches from the line feed before {@code # BEGIN
 * appmetrics.io} through {@code # END appmetrics.io}, without the line break that follows: taking
 * exactly that out restores a text of any line ending, also one without a final line break. Where
 * the block parts a line of the user's, it says so behind {@code # END appmetrics.io}, and reaches
 * through the line break. The admission policy in {@code deploy/} cuts at the same places.
 *
 * @param before what stands before the block
 * @param block null when there is none
 * @param after what stands behind the block
 */
record MarkedText(String before, @Nullable String block, String after) {

  static final String BEGIN = "# BEGIN appmetrics.io";
  static final String END = "# END appmetrics.io";

  /** What follows {@link #END} where the line break is the block's, too. */
  static final String LINE_BREAK = ", with this line break\n";

  /** A null of the user's, which the last line of our block has made a comment. */
  private static final Pattern NULL =
      Pattern.compile("[ \\t]+(?:~|null|Null|NULL)(?=[ \\t\\r\\n\\x{85}\\x{2028}\\x{2029}]|\\z)");

  private static final String REMEDY =
      "; delete what is left of the block, from the "
          + BEGIN
          + " line through the "
          + END
          + " line, and every job named appmetrics-...: the operator writes them anew";

  /** A text that has no block, whatever it says. */
  static MarkedText unmarked(String text) {
    return new MarkedText(text, null, "");
  }

  /**
   * Cuts the text.
   *
   * @throws UnparsableConfig when the markers are not one pair, in whole lines
   */
  static MarkedText cut(String text) throws UnparsableConfig {
    if (text.startsWith(BEGIN)) {
      throw at(text, 0, "the AppMetrics block begins in the first line, where it cannot" + REMEDY);
    }
    var begin = text.indexOf("\n" + BEGIN);
    if (begin < 0) {
      var stray = text.startsWith(END) ? 0 : text.indexOf("\n" + END) + 1;
      if (stray > 0 || text.startsWith(END)) {
        throw at(text, stray, "the AppMetrics block ends here and begins nowhere" + REMEDY);
      }
      return unmarked(text);
    }
    var end = text.indexOf(END, begin);
    if (end < 0) {
      throw at(text, begin + 1, "the AppMetrics block begins here and ends nowhere" + REMEDY);
    }
    var broken = text.startsWith(LINE_BREAK, end + END.length());
    var behind = end + END.length() + (broken ? LINE_BREAK.length() : 0);
    if (text.charAt(end - 1) != '\n' || !(broken || isLineEnd(text, behind))) {
      throw at(text, end, "\"" + END + "\" is not a line of its own" + REMEDY);
    }
    var again = text.indexOf("\n" + BEGIN, begin + 1);
    if (again >= 0) {
      throw at(text, again + 1, "the AppMetrics block begins a second time" + REMEDY);
    }
    var endAgain = text.indexOf("\n" + END, behind - 1);
    if (endAgain >= 0) {
      throw at(text, endAgain + 1, "the AppMetrics block ends a second time" + REMEDY);
    }
    return new MarkedText(
        text.substring(0, begin), text.substring(begin, behind), text.substring(behind));
  }

  /** Everything but the block. */
  String outside() {
    return before + after;
  }

  /** Everything. */
  String whole() {
    return block == null ? before : before + block + after;
  }

  /** Where the block begins, in code points. */
  int blockFrom() {
    return before.codePointCount(0, before.length());
  }

  /** Where it ends. */
  int blockTo() {
    return block == null ? blockFrom() : blockFrom() + block.codePointCount(0, block.length());
  }

  /** Whether the user's null has become a comment. */
  boolean hidesNull() {
    return block != null && NULL.matcher(after).lookingAt();
  }

  /** A problem at an offset (in UTF-16 units) of the block. */
  UnparsableConfig problemInBlock(int offset, String problem) {
    return at(whole(), before.length() + offset, problem);
  }

  /** A problem at an offset (in UTF-16 units) of {@link #outside}, told in lines of the whole. */
  UnparsableConfig problem(int offset, String problem) {
    var own = block == null ? "" : block;
    var shift = offset < before.length() ? 0 : own.length();
    return at(whole(), offset + shift, problem);
  }

  private static boolean isLineEnd(String text, int offset) {
    return new Lines(text).isEnd(offset)
        || NULL.matcher(text).region(offset, text.length()).lookingAt();
  }

  private static UnparsableConfig at(String text, int offset, String problem) {
    var line = 1;
    var lineStart = 0;
    for (var i = 0; i < Math.min(offset, text.length()); i++) {
      var c = text.charAt(i);
      // a lone carriage return is a line break in YAML, too
      if (c == '\n' || (c == '\r' && !text.startsWith("\n", i + 1))) {
        line++;
        lineStart = i + 1;
      }
    }
    return new UnparsableConfig(line, offset - lineStart + 1, problem);
  }
}
