package io.appmetrics.operator.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.appmetrics.operator.api.Refusal;
import io.appmetrics.operator.api.SpecCases;
import io.appmetrics.operator.api.StatusCases;
import io.appmetrics.operator.schema.Checked;
import io.appmetrics.operator.schema.FieldPath;
import io.appmetrics.operator.schema.Schema;
import io.appmetrics.operator.schema.Violation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;

/**
 * The same tables as those that a real API server is held against, in AppMetricsSchemaIT and
 * AppMetricsStatusIT, row by row: the same verdict, in the same words.
 */
class AdmissionTest {
  private static final Path CRD = Path.of("crds", "appmetrics.appmetrics.io.yaml");

  private static Object value(String yaml) throws Exception {
    return Objects.requireNonNull(
        new YamlValues()
            .of(new Compose(LoadSettings.builder().build()).composeString(yaml).orElseThrow()));
  }

  private static Schema schema(String crd) {
    return Objects.requireNonNull(Crd.of(crd).versions().get("v1alpha1"));
  }

  private static Checked spec(String spec) throws Exception {
    Schema schema = Objects.requireNonNull(Crd.shipped().versions().get("v1alpha1"));
    return Checked.of(schema, value("{spec: " + spec + "}"));
  }

  /** What the API server answers: it goes no further than the first kind that is violated. */
  private static String answer(List<Violation> violations) {
    List<String> unknown = texts(violations, Violation.Kind.UNKNOWN_FIELD);
    if (!unknown.isEmpty()) {
      return Refusal.undecodable(String.join(", ", unknown));
    }
    List<String> told = new ArrayList<>();
    boolean blocked = !texts(violations, Violation.Kind.BLOCKING).isEmpty();
    violations.stream()
        .filter(violation -> !blocked || violation.kind() != Violation.Kind.RULE)
        .forEach(violation -> told.add(violation.toString()));
    if (blocked) {
      told.add(Refusal.UNCHECKED);
    }
    return Refusal.invalid(
        told.size() == 1 ? told.get(0) : told.stream().collect(Collectors.joining(", ", "[", "]")));
  }

  private static List<String> texts(List<Violation> violations, Violation.Kind kind) {
    return violations.stream()
        .filter(violation -> violation.kind() == kind)
        .map(Violation::toString)
        .toList();
  }

  @ParameterizedTest
  @MethodSource("io.appmetrics.operator.api.SpecCases#refused")
  void refusesAsTheApiServerDoes(SpecCases.Case refused) throws Exception {
    assertThat(answer(spec(refused.spec()).violations())).isEqualTo(refused.outcome());
  }

  @ParameterizedTest
  @MethodSource("io.appmetrics.operator.api.SpecCases#accepted")
  void takesAsTheApiServerDoes(SpecCases.Case accepted) throws Exception {
    Checked checked = spec(accepted.spec());
    assertThat(checked.violations()).isEmpty();
    assertThat(checked.value()).isEqualTo(Map.of("spec", value(accepted.outcome())));
  }

  @Test
  void takesTheLargest() throws Exception {
    assertThat(spec(SpecCases.largest()).violations()).isEmpty();
  }

  /** No input has a status; but these rows have the keywords that no spec has today. */
  @ParameterizedTest
  @MethodSource("io.appmetrics.operator.api.StatusCases#refused")
  void refusesAStatusAsTheApiServerDoes(StatusCases.Case refused) throws Exception {
    Schema schema =
        Objects.requireNonNull(schema(Files.readString(CRD)).properties().get("status"));
    List<Violation> violations = Checked.of(schema, value(refused.status())).violations();
    List<Violation> inStatus =
        violations.stream()
            .map(
                violation -> new Violation(violation.kind(), below(violation), violation.message()))
            .toList();
    assertThat(answer(inStatus)).isEqualTo(refused.message());
  }

  private static FieldPath below(Violation violation) {
    List<Object> steps = new ArrayList<>(List.of("status"));
    steps.addAll(violation.path().steps());
    return new FieldPath(steps);
  }

  /** Prose is left out, and nothing else. */
  @Test
  void judgesASpecByAllThatTheDefinitionSays() throws Exception {
    String whole = Files.readString(CRD);
    String essence = Crd.essence(whole);
    assertThat(essence)
        .hasSizeLessThan(whole.length() / 2)
        .doesNotContain("The name of the workload");
    assertThat(schema(essence).properties()).containsOnlyKeys("spec");
    assertThat(schema(essence).properties().get("spec"))
        .hasToString(String.valueOf(schema(whole).properties().get("spec")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "oneOf: []",
        "exclusiveMinimum: true",
        "format: uuid",
        "multipleOf: 2",
        "nullable: true",
        "x-kubernetes-list-type: set",
        "x-kubernetes-preserve-unknown-fields: true",
        "x-kubernetes-validations: [{rule: 'size(self) > 1', message: none}]",
        "x-kubernetes-validations: [{rule: 'self == 1', message: none, optionalOldSelf: true}]",
        "x-kubernetes-validations: [{rule: 'self == 1', message: none, fieldPath: '.a[0]'}]"
      })
  void refusesADefinitionThatItDoesNotUnderstand(String keyword) throws Exception {
    Object schema = value("{type: integer, " + keyword + "}");
    assertThatThrownBy(() -> Schema.of(schema)).isInstanceOf(IllegalArgumentException.class);
  }

  /** Source: go-yaml v2, resolve_test.go and decode_test.go. */
  @Test
  void readsScalarsAsKubectlDoes() throws Exception {
    assertThat(value("[yes, Off, y, 'yes', \"on\", 0x1F, 010, 0o10, 0b101, 1_000, +12, -7, 1e3]"))
        .isEqualTo(
            List.of(true, false, true, "yes", "on", 31L, 8L, 8L, 5L, 1000L, 12L, -7L, 1000L));
    assertThat(value("[1.5, .5, 80.0, 1.2.3, 08, 1m, 12e, .]"))
        .isEqualTo(List.of(1.5, 0.5, 80L, "1.2.3", 8L, "1m", "12e", "."));
    assertThat(value("[!!str 80, ~, null, 'null']").toString()).isEqualTo("[80, null, null, null]");
    assertThat(((List<?>) value("[!!str 80]")).get(0)).isEqualTo("80");
    assertThat(value("{a: &x {b: 1, c: 2}, d: {<<: *x, c: 3}, e: {<<: [{b: 4}, *x]}}"))
        .isEqualTo(
            Map.of(
                "a", Map.of("b", 1L, "c", 2L),
                "d", Map.of("b", 1L, "c", 3L),
                "e", Map.of("b", 4L, "c", 2L)));
  }

  @Test
  void refusesWhatKubectlDoesNotRead() {
    assertThatThrownBy(() -> value("{a: 1, a: 2}")).hasMessage("the key \"a\" is there already");
    assertThatThrownBy(() -> value("{[a]: 1}")).hasMessage("a key has to be a word");
    assertThatThrownBy(() -> value("&a [*a]")).hasMessage("this contains itself");
  }
}
