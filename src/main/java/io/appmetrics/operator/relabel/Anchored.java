package io.appmetrics.operator.relabel;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** A regular expression that must match the whole, in the syntax of Go's (RE2). */
final class Anchored {

  private final String text;
  private final Pattern pattern;

  /** What a match begins with; without it, no machine is needed to say no. */
  private final String prefix;

  /** What follows the prefix. */
  private final String rest;

  private Anchored(String text, Pattern pattern) {
    this.text = text;
    this.pattern = pattern;
    this.prefix = prefix(text);
    this.rest = text.substring(prefix.length());
  }

  private static String prefix(String text) {
    var end = 0;
    while (end < text.length() && isLiteral(text.charAt(end))) {
      end++;
    }
    if (text.indexOf('|') >= 0) {
      return "";
    }
    var repeated = end < text.length() && "?*{+".indexOf(text.charAt(end)) >= 0;
    return text.substring(0, repeated ? Math.max(0, end - 1) : end);
  }

  private static boolean isLiteral(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || "_-/:; ".indexOf(c) >= 0;
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
    if (!value.startsWith(prefix)) {
      return false;
    }
    return isSimple(value) ? simply(value).isPresent() : pattern.matcher(value).find();
  }

  /** What a match lets one expand; empty when there is none. */
  Optional<Match> match(String value) {
    if (!value.startsWith(prefix)) {
      return Optional.empty();
    }
    if (isSimple(value)) {
      return simply(value).map(groups -> new Match(groups, Map.of()));
    }
    var matcher = pattern.matcher(value);
    return matcher.find()
        ? Optional.of(new Match(groups(matcher), pattern.namedGroups()))
        : Optional.empty();
  }

  /** Most regular expressions are a word, a prefix, or anything: no machine is needed for them. */
  private boolean isSimple(String value) {
    return switch (rest) {
      case "" -> true;
      case "(.*)", "(.+)", ".*", ".+" -> value.indexOf('\n') < 0;
      default -> false;
    };
  }

  private Optional<List<String>> simply(String value) {
    var left = value.substring(prefix.length());
    return switch (rest) {
      case "" -> left.isEmpty() ? Optional.of(List.of(value)) : Optional.empty();
      case ".*" -> Optional.of(List.of(value));
      case "(.*)" -> Optional.of(List.of(value, left));
      case ".+" -> left.isEmpty() ? Optional.empty() : Optional.of(List.of(value));
      case "(.+)" -> left.isEmpty() ? Optional.empty() : Optional.of(List.of(value, left));
      default -> throw new IllegalStateException(rest);
    };
  }

  /** The whole, and the groups; one that takes no part is empty. */
  private static List<String> groups(Matcher matcher) {
    var groups = new ArrayList<String>();
    for (var i = 0; i <= matcher.groupCount(); i++) {
      groups.add(Objects.requireNonNullElse(matcher.group(i), ""));
    }
    return groups;
  }

  /** A match, whose groups a template can name. */
  static final class Match {

    private final List<String> groups;
    private final Map<String, Integer> names;

    private Match(List<String> groups, Map<String, Integer> names) {
      this.groups = groups;
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
      return index < groups.size() ? groups.get(index) : "";
    }

    /** Go takes 01 and numbers beyond 10^8 for names. */
    private static boolean isNumber(String name) {
      return name.chars().allMatch(c -> c >= '0' && c <= '9')
          && name.length() <= 9
          && !(name.startsWith("0") && name.length() > 1);
    }
  }
}
