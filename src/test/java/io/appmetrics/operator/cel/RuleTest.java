package io.appmetrics.operator.cel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RuleTest {

  private record Row(String rule, Object self, Object holds) {}

  static List<Row> rows() {
    Map<String, Object> paced = Map.of("interval", "1m30s", "timeout", "90s");
    return List.of(
        new Row("self.matches('b')", "abc", true),
        new Row("self.matches('^b')", "abc", false),
        new Row("self.matches('^[^[:cntrl:]]+$')", "a\nb", false),
        new Row("self.matches('^a$')", "a\n", false),
        new Row("self.matches('a')", 1L, "no such overload: matches() of int"),
        new Row("self == 'a' || self == 'b'", "b", true),
        new Row("self != 'a' && self != 'b'", "b", false),
        new Row("!self.matches('a')", "a", false),
        new Row("!!self.matches('a')", "a", true),
        new Row("type(self) == int ? self > 3 : self.matches('x')", 4L, true),
        new Row("type(self) == int ? self > 3 : self.matches('x')", 3L, false),
        new Row("type(self) == int ? self > 3 : self.matches('x')", "x", true),
        new Row("self ? 1 < 2 : 2 < 1", false, false),
        new Row("self", "true", "no such overload: a condition that is string"),
        new Row("string(self).matches('^42$')", 42L, true),
        new Row("int(self) <= 42", "42", true),
        new Row("int(self) <= 42", "43", false),
        new Row("int(self) <= 42", "many", "type conversion error from 'string' to 'int'"),
        new Row("has(self.interval)", paced, true),
        new Row("has(self.path)", paced, false),
        new Row("!has(self.path) || self.path == '/'", paced, true),
        new Row("self.path == '/'", paced, "no such key: path"),
        new Row("self.path == '/' || has(self.timeout)", paced, true),
        new Row("has(self.timeout) || self.path == '/'", paced, true),
        new Row("self.path == '/' && has(self.path)", paced, false),
        new Row("self.path == '/' && has(self.timeout)", paced, "no such key: path"),
        new Row("duration(self.timeout) <= duration(self.interval)", paced, true),
        new Row("duration(self.timeout) < duration(self.interval)", paced, false),
        new Row("duration(self) == duration('1s500ms')", "1.5s", true),
        new Row("duration(self) >= duration('1s')", "-1h", false),
        new Row("duration(self) >= duration('1s')", "1d", "invalid duration \"1d\""),
        new Row("duration(self) >= duration('1s')", "2562048h", "invalid duration \"2562048h\""),
        new Row("duration(self) > duration('0')", "999999h999999m", true),
        new Row("self < 'b'", "a", "no such overload: an order of string and string"),
        new Row("self.all(k, k.matches('^[a-z]$'))", Map.of("a", 1L, "b", 2L), true),
        new Row("self.all(k, k.matches('^[a-z]$'))", Map.of("a", 1L, "B", 2L), false),
        new Row("self.all(k, self[k] > 1)", Map.of("a", 1L, "b", 2L), false),
        new Row("self.all(k, self[k] > 0)", Map.of(), true),
        new Row("self.all(x, x > 1 || x == 1)", List.of(1L, 2L), true),
        new Row("self.all(x, x > 1)", List.of("a", 1L), false),
        new Row("self.all(x, x > 1)", List.of("a", 2L), "no such overload"),
        new Row("(self == 'a' || self == 'b') && self == 'c'", "a", false),
        new Row("self == 'a' || self == 'b' && self == 'c'", "a", true));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void saysWhatCelSays(Row row) {
    if (row.holds() instanceof String why) {
      Rule rule = Rule.parse(row.rule());
      assertThatThrownBy(() -> rule.holds(row.self()))
          .isInstanceOf(NotEvaluable.class)
          .hasMessageStartingWith(why);
    } else {
      assertThat(Rule.parse(row.rule()).holds(row.self())).isEqualTo(row.holds());
    }
  }

  /** Whatever is not understood to the last word is not understood at all. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        ">>>size(self) > 1",
        "self>>> + 1 > 2",
        "self.>>>startsWith('a')",
        "self.>>>exists(k, k == 'a')",
        ">>>oldSelf == self",
        "self == >>>\"a\"",
        "self.matches(>>>'a\\\\.b')",
        "self.matches(>>>'(?=a)')",
        "self.matches(>>>self)",
        "self == 1.>>>5",
        ">>>[1, 2].all(x, x > 0)",
        "self == >>>null",
        "self == 'a' ||>>>",
        "self == 'a' >>>self",
        "has(self>>>)",
        "type(self) == >>>string",
        "self.all(>>>'k', true)",
        ">>>"
      })
  void refusesWhatItDoesNotKnow(String marked) {
    String rule = marked.replace(">>>", "");
    String unknown = marked.substring(marked.indexOf(">>>") + 3).strip();
    assertThatThrownBy(() -> Rule.parse(rule))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching(
            "(?s)this form of CEL is not known here: >>>\\s*\\Q"
                + unknown
                + "\\E\\s* in the rule \\Q"
                + rule
                + "\\E");
  }
}
