package io.appmetrics.operator.prometheus;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.FieldsV1;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;

/** Who has last written a key of a ConfigMap, by its managed fields. */
final class Writer {
  private Writer() {}

  /** The field manager; empty when nobody is named. */
  static String of(ConfigMap configMap, String key) {
    return Optional.ofNullable(configMap.getMetadata().getManagedFields()).stream()
        .flatMap(entries -> entries.stream())
        .filter(entry -> has(entry, key))
        .max(Comparator.comparing(entry -> Optional.ofNullable(entry.getTime()).orElse("")))
        .flatMap(entry -> Optional.ofNullable(entry.getManager()))
        .orElse("");
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
