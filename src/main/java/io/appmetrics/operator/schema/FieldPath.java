package io.appmetrics.operator.schema;

import java.util.ArrayList;
import java.util.List;

/**
 * Where a value is in an object.
 *
 * @param steps from the root: a String for each field, an Integer for each index
 */
public record FieldPath(List<Object> steps) {
  /** The object itself. */
  public static final FieldPath ROOT = new FieldPath(List.of());

  FieldPath then(Object step) {
    List<Object> longer = new ArrayList<>(steps);
    longer.add(step);
    return new FieldPath(List.copyOf(longer));
  }

  /** As in {@code spec.targets[0].name}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (Object step : steps) {
      if (step instanceof Integer index) {
        text.append('[').append(index).append(']');
      } else {
        text.append(text.isEmpty() ? "" : ".").append(step);
      }
    }
    return text.toString();
  }
}
