package io.appmetrics.operator.prometheus;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.FieldsV1;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
    List<ManagedFieldsEntry> entries =
        Objects.requireNonNullElse(configMap.getMetadata().getManagedFields(), List.of());
    return latest(entries.stream().filter(entry -> has(entry, key)))
        .or(() -> latest(entries.stream()))
        .map(
            entry ->
                new Writer(
                    Objects.requireNonNullElse(entry.getManager(), ""),
                    Optional.ofNullable(entry.getTime()).map(Instant::parse).orElse(null)))
        .orElse(NOBODY);
  }

  private static Optional<ManagedFieldsEntry> latest(Stream<ManagedFieldsEntry> entries) {
    return entries.max(
        Comparator.comparing(entry -> Objects.requireNonNullElse(entry.getTime(), "")));
  }

  private static boolean has(ManagedFieldsEntry entry, String key) {
    return Optional.ofNullable(entry.getFieldsV1())
        .map(FieldsV1::getAdditionalProperties)
        .map(fields -> fields.get("f:data"))
        .filter(Map.class::isInstance)
        .filter(data -> ((Map<?, ?>) data).containsKey("f:" + key))
        .isPresent();
  }
}
