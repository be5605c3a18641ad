package io.appmetrics.operator.apiserver;

import io.fabric8.kubernetes.api.model.FieldsV1;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The fields of an object that one writer owns (managedFields).
 *
 * @param manager the writer's name; empty when it has none
 * @param at when it last changed one of them, in whole seconds; null when nobody says
 * @param fields as the API server notes them: each name behind {@code f:}
 */
public record OwnedFields(String manager, @Nullable Instant at, Map<?, ?> fields) {

  /** Those of each writer of an object. */
  public static List<OwnedFields> of(HasMetadata object) {
    List<ManagedFieldsEntry> entries =
        Objects.requireNonNullElse(object.getMetadata().getManagedFields(), List.of());
    return entries.stream().map(OwnedFields::of).toList();
  }

  private static OwnedFields of(ManagedFieldsEntry entry) {
    return new OwnedFields(
        Objects.requireNonNullElse(entry.getManager(), ""),
        Optional.ofNullable(entry.getTime()).map(Instant::parse).orElse(null),
        Optional.ofNullable(entry.getFieldsV1())
            .map(FieldsV1::getAdditionalProperties)
            .orElse(Map.of()));
  }

  /** Whether the field at this path, from the object down, is among them. */
  public boolean include(String... path) {
    Object found = fields;
    for (String name : path) {
      found = found instanceof Map<?, ?> map ? map.get("f:" + name) : null;
    }
    return found != null;
  }
}
