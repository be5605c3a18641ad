package io.appmetrics.operator.relabel;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import java.util.Map;
import java.util.Optional;

/** A regular expression that must match the whole, in the syntax of Go's (RE2). */
final class Anchored {

  private final String text;
  private final Pattern pattern;

  private Anchored(String text, Pattern pattern) {
    this.text = text;
    this.pattern = pattern;
  }

  /**
   * Compiles it as NewRegexp in model/relabel/relabel.go does.
   *
   * @throws com.google.re2j.PatternSyntaxException when it is none
   */
  static Anchored compile(String text, Dialect dialect) {
    var flags = dialect.version3() ? "s" : "";
    return new Anchored(text, Pattern.compile("^(?" + flags + ":" + text + ")$"));
  }

  /** As it was written. */
  String text() {
    return text;
  }

  boolean matches(String value) {
    return pattern.matcher(value).find();
  }

  /** What a match lets one expand; empty when there is none. */
  Optional<Match> match(String value) {
    var matcher = pattern.matcher(value);
    return matcher.find()
        ? Optional.of(new Match(matcher, pattern.namedGroups()))
        : Optional.empty();
  }

  /** A match, whose groups a template can name. */
  static final class Match {

    private final Matcher matcher;
    private final Map<String, Integer> names;

    private Match(Matcher matcher, Map<String, Integer> names) {
      this.matcher = matcher;
      this.names = names;
    }

    /** Puts the groups into a template, as Expand of Go's regexp does. */
    String expand(String template) {
      var expanded = new StringBuilder();
      for (var at = 0; at < template.length(); ) {
        var c = template.charAt(at);
        if (c != '$') {
          expanded.append(c);
          at++;
        } else if (template.startsWith("$$", at)) {
          expanded.append('$');
          at += 2;
        } else {
          at = reference(template, at, expanded);
        }
      }
      return expanded.toString();
    }

    /** Expands the reference at a dollar sign; a malformed one leaves the sign as it is. */
    private int reference(String template, int dollar, StringBuilder expanded) {
      var braced = template.startsWith("{", dollar + 1);
      var start = dollar + (braced ? 2 : 1);
      var end = start;
      while (end < template.length() && isNamePart(template.codePointAt(end))) {
        end += Character.charCount(template.codePointAt(end));
      }
      if (end == start || (braced && !template.startsWith("}", end))) {
        expanded.append('$');
        return dollar + 1;
      }
      expanded.append(group(template.substring(start, end)));
      return braced ? end + 1 : end;
    }

    private static boolean isNamePart(int codePoint) {
      return Character.isLetter(codePoint) || Character.isDigit(codePoint) || codePoint == '_';
    }

    private String group(String name) {
      int index;
      if (isNumber(name)) {
        index = Integer.parseInt(name);
      } else if (names.containsKey(name)) {
        index = names.get(name);
      } else {
        return "";
      }
      var value = index <= matcher.groupCount() ? matcher.group(index) : null;
      return value == null ? "" : value;
    }

    /** Go takes 01 and numbers beyond 10^8 for names. */
    private static boolean isNumber(String name) {
      return name.chars().allMatch(c -> c >= '0' && c <= '9')
          && name.length() <= 9
          && !(name.startsWith("0") && name.length() > 1);
    }
  }
}
