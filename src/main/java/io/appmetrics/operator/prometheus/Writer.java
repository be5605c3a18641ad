package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.apiserver.OwnedFields;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who has last written a key of a ConfigMap, by its managed fields.
 *
 * @param manager the field manager; empty when nobody is named
 * @param at when, in whole seconds; null when nobody says
 */
record Writer(String manager, @Nullable Instant at) {
  static final Writer NOBODY = new Writer("", null);

  /** Of a key that is gone, whoever has written anything of it last: who replaces takes it out. */
  static Writer of(ConfigMap configMap, String key) {
    List<OwnedFields> writers = OwnedFields.of(configMap);
    return latest(writers.stream().filter(writer -> writer.include("data", key)))
        .or(() -> latest(writers.stream()))
        .map(writer -> new Writer(writer.manager(), writer.at()))
        .orElse(NOBODY);
  }

  private static Optional<OwnedFields> latest(Stream<OwnedFields> writers) {
    return writers.max(
        Comparator.comparing(
            OwnedFields::at, Comparator.nullsFirst(Comparator.<Instant>naturalOrder())));
  }
}
