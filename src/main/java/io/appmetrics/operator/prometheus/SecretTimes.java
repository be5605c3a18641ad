package io.appmetrics.operator.prometheus;

import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Secret;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Since when a Secret has the content that it has. */
final class SecretTimes {
  private static final List<String> CONTENT = List.of("f:data", "f:stringData");

  private SecretTimes() {}

  /**
   * The API server notes for each writer when it last changed a field of its own; where it notes
   * nothing, the creation is all that is known.
   */
  static @Nullable Instant written(Secret secret) {
    ObjectMeta metadata = secret.getMetadata();
    List<ManagedFieldsEntry> managed =
        Optional.ofNullable(metadata.getManagedFields()).orElse(List.of());
    return managed.stream()
        .filter(SecretTimes::isOfData)
        .flatMap(entry -> Stream.ofNullable(entry.getTime()))
        .map(Instant::parse)
        .max(Comparator.naturalOrder())
        .or(() -> Optional.ofNullable(metadata.getCreationTimestamp()).map(Instant::parse))
        .orElse(null);
  }

  /** Who applies stringData, server-side, owns that and no data, though it becomes data. */
  private static boolean isOfData(ManagedFieldsEntry entry) {
    return entry.getFieldsV1() != null
        && CONTENT.stream().anyMatch(entry.getFieldsV1().getAdditionalProperties()::containsKey);
  }
}
