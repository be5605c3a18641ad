package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.apiserver.OwnedFields;
import io.fabric8.kubernetes.api.model.Secret;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Since when a Secret has the content that it has. */
final class SecretTimes {
  private SecretTimes() {}

  /**
   * The API server notes for each writer when it last changed a field of its own; where it notes
   * nothing, the creation is all that is known.
   */
  static @Nullable Instant written(Secret secret) {
    return OwnedFields.of(secret).stream()
        .filter(SecretTimes::isOfData)
        .flatMap(writer -> Stream.ofNullable(writer.at()))
        .max(Comparator.naturalOrder())
        .or(
            () ->
                Optional.ofNullable(secret.getMetadata().getCreationTimestamp())
                    .map(Instant::parse))
        .orElse(null);
  }

  /** Who applies stringData, server-side, owns that and no data, though it becomes data. */
  private static boolean isOfData(OwnedFields writer) {
    return writer.include("data") || writer.include("stringData");
  }
}
