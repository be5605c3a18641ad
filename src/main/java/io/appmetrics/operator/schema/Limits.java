package io.appmetrics.operator.schema;

import com.google.re2j.Pattern;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a schema says of a single value, besides its type. What is null, or empty, says nothing.
 *
 * @param choice the values that it may have
 * @param pattern what is to be found in it
 */
record Limits(
    List<Object> choice,
    @Nullable Long minimum,
    @Nullable Long maximum,
    @Nullable Long minLength,
    @Nullable Long maxLength,
    @Nullable Long minItems,
    @Nullable Long maxItems,
    @Nullable Long maxProperties,
    @Nullable Pattern pattern,
    @Nullable Format format) {

  /** Tells all that is wrong with a value of the right type. */
  void check(Object value, FieldPath path, Findings findings) {
    if (!choice.isEmpty() && !choice.contains(value)) {
      findings.blocking(
          path,
          "Unsupported value: %s: supported values: %s"
              .formatted(
                  Words.json(value),
                  choice.stream().map(Words::json).collect(Collectors.joining(", "))));
    }
    if (value instanceof String text) {
      check(text, path, findings);
    } else if (value instanceof Long number) {
      range(number, path, findings);
    } else if (value instanceof List<?> list) {
      tooMany(list.size(), maxItems, path, findings);
      if (minItems != null && list.size() < minItems) {
        findings.other(
            path,
            "Invalid value: %d: %s in body should have at least %d items"
                .formatted(list.size(), path, minItems));
      }
    } else if (value instanceof Map<?, ?> map) {
      tooMany(map.size(), maxProperties, path, findings);
    }
    if (format != null && !format.fits(value)) {
      findings.ofType(path, format.toString(), value.toString());
    }
  }

  private void check(String text, FieldPath path, Findings findings) {
    int length = text.codePointCount(0, text.length());
    if (maxLength != null && length > maxLength) {
      findings.blocking(path, "Too long: may not be more than %d bytes".formatted(maxLength));
    }
    if (minLength != null && length < minLength) {
      findings.other(
          path,
          "%s%s in body should be at least %d chars long"
              .formatted(Words.invalid(text), path, minLength));
    }
    if (pattern != null && !pattern.matcher(text).find()) {
      findings.other(
          path,
          "%s%s in body should match '%s'".formatted(Words.invalid(text), path, pattern.pattern()));
    }
  }

  private void range(Long number, FieldPath path, Findings findings) {
    if (minimum != null && number < minimum) {
      outOfRange(number, "greater", minimum, path, findings);
    }
    if (maximum != null && number > maximum) {
      outOfRange(number, "less", maximum, path, findings);
    }
  }

  private static void outOfRange(
      Long number, String side, long limit, FieldPath path, Findings findings) {
    findings.other(
        path,
        "%s%s in body should be %s than or equal to %d"
            .formatted(Words.invalid(number), path, side, limit));
  }

  private static void tooMany(int size, @Nullable Long limit, FieldPath path, Findings findings) {
    if (limit != null && size > limit) {
      findings.blocking(path, "Too many: %d: must have at most %d items".formatted(size, limit));
    }
  }
}
