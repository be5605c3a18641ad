package io.appmetrics.operator.appmetrics;

import io.appmetrics.operator.apiserver.OwnedFields;
import io.appmetrics.operator.route.ManagedAnnotations;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.List;
import java.util.Optional;

/**
 * Who owns the annotations of a pod template, by the managed fields of its workload.
 *
 * @param writers of the workload
 */
record TemplateOwners(List<OwnedFields> writers) {

  /**
   * With this begins the name of who undoes a rollout: it moves what differs between two revisions
   * (kubectl, {@code pkg/polymorphichelpers/rollback.go}).
   */
  private static final String UNDO = "kubectl-rollout";

  static TemplateOwners of(HasMetadata workload) {
    return new TemplateOwners(OwnedFields.of(workload));
  }

  /**
   * Who has set this annotation on purpose: a whole template that was put back brings our marker
   * with it, and who owns that has not chosen what stands beside it.
   */
  Optional<String> whoSet(String key) {
    return writers.stream()
        .filter(writer -> !writer.manager().equals(WorkloadAnnotator.MANAGER))
        .filter(writer -> owns(writer, key) && !owns(writer, ManagedAnnotations.MARKER))
        .map(OwnedFields::manager)
        .filter(manager -> !manager.startsWith(UNDO))
        .findFirst();
  }

  private static boolean owns(OwnedFields writer, String key) {
    return writer.include("spec", "template", "metadata", "annotations", key);
  }
}
