package io.appmetrics.operator.prometheus;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What is to stand in the ConfigMap.
 *
 * @param text the value of the configuration's key
 * @param included the value of our own key; null where it is not to be there
 */
public record ConfigValues(String text, @Nullable String included) {

  int bytes() {
    return bytes(text) + (included == null ? 0 : bytes(included));
  }

  static int bytes(String value) {
    return value.getBytes(StandardCharsets.UTF_8).length;
  }
}
