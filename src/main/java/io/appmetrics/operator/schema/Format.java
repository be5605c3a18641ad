package io.appmetrics.operator.schema;

import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Arrays;

/** A format of a value. */
enum Format {
  DATE_TIME("date-time"),
  INT32("int32"),
  INT64("int64");

  private final String keyword;

  Format(String keyword) {
    this.keyword = keyword;
  }

  static Format of(String keyword) {
    return Arrays.stream(values())
        .filter(format -> format.keyword.equals(keyword))
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("this format is not known here: " + keyword));
  }

  boolean fits(Object value) {
    return switch (this) {
      case DATE_TIME -> isTime(value);
      case INT32 -> value instanceof Long number && number.intValue() == number;
      case INT64 -> value instanceof Long;
    };
  }

  private static boolean isTime(Object value) {
    try {
      OffsetDateTime.parse(value.toString());
      return true;
    } catch (DateTimeParseException e) {
      return false;
    }
  }

  @Override
  public String toString() {
    return keyword;
  }
}
