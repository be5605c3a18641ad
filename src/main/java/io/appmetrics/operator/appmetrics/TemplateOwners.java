package io.appmetrics.operator.appmetrics;

import io.appmetrics.operator.route.ManagedAnnotations;
import io.fabric8.kubernetes.api.model.FieldsV1;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Who owns the annotations of a pod template, by the managed fields of its workload.
 *
 * @param entries the managed fields
 */
record TemplateOwners(List<ManagedFieldsEntry> entries) {

  /**
   * With this begins the name of who undoes a rollout: it moves what differs between two revisions
   * (kubectl, {@code pkg/polymorphichelpers/rollback.go}).
   */
  private static final String UNDO = "kubectl-rollout";

  private static final List<String> PATH =
      List.of("f:spec", "f:template", "f:metadata", "f:annotations");

  static TemplateOwners of(HasMetadata workload) {
    return new TemplateOwners(
        Objects.requireNonNullElse(workload.getMetadata().getManagedFields(), List.of()));
  }

  /**
   * Who has set this annotation on purpose: a whole template that was put back brings our marker
   * with it, and who owns that has not chosen what stands beside it.
   */
  Optional<String> whoSet(String key) {
    return entries.stream()
        .filter(entry -> !WorkloadAnnotator.MANAGER.equals(entry.getManager()))
        .filter(entry -> owns(entry, key) && !owns(entry, ManagedAnnotations.MARKER))
        .map(entry -> Objects.requireNonNullElse(entry.getManager(), ""))
        .filter(manager -> !manager.startsWith(UNDO))
        .findFirst();
  }

  private static boolean owns(ManagedFieldsEntry entry, String key) {
    Object fields =
        Optional.ofNullable(entry.getFieldsV1())
            .<Object>map(FieldsV1::getAdditionalProperties)
            .orElse(Map.of());
    for (String step : PATH) {
      fields = fields instanceof Map<?, ?> map ? map.get(step) : null;
    }
    return fields instanceof Map<?, ?> annotations && annotations.containsKey("f:" + key);
  }
}
