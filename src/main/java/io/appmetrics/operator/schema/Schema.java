package io.appmetrics.operator.schema;

import io.appmetrics.operator.cel.Rule;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A structural schema.
 *
 * @param types one, or both of an int-or-string
 * @param properties the fields of an object, by name
 * @param required those that must be there
 * @param additional what any other field must be; null when there may be none
 * @param items what the items of a list must be; null when it is none
 * @param unlessSet what stands where nothing is given; null: nothing
 * @param keys by which the items of a list differ; empty when nothing demands that
 * @param rules in CEL
 */
public record Schema(
    List<String> types,
    Map<String, Schema> properties,
    List<String> required,
    @Nullable Schema additional,
    @Nullable Schema items,
    @Nullable Object unlessSet,
    Limits limits,
    List<String> keys,
    List<FieldRule> rules) {

  /**
   * A rule, and whose fault it is when it is broken.
   *
   * @param field of the object; null for the object itself
   */
  public record FieldRule(Rule rule, String message, @Nullable String field) {}

  /**
   * Reads one.
   *
   * @param tree as it stands in {@code openAPIV3Schema}
   * @throws IllegalArgumentException when it has a keyword, or a form of CEL, that is not known
   *     here
   */
  public static Schema of(Object tree) {
    return Keywords.read(tree);
  }

  /** What is known of a field; null when there is no such field. */
  @Nullable Schema field(String name) {
    Schema known = properties.get(name);
    return known == null ? additional : known;
  }
}
