package io.appmetrics.operator.chain;

import java.util.List;
import java.util.stream.Collectors;

/** Do the workloads and the named ports exist, and are there pods that serve. */
final class TargetsFound {
  private TargetsFound() {}

  static Finding check(Evidence evidence) {
    for (TargetPlan target : evidence.plan().targets()) {
      Workload workload = target.seen().workload();
      if (workload == null) {
        return Finding.broken(
            Reason.WORKLOAD_NOT_FOUND,
            "there is no %s in namespace %s: create it, or correct the name"
                .formatted(target.name(), evidence.seen().namespace()));
      }
      if (!target.endpoints().unresolved().isEmpty()) {
        return Finding.broken(
            Reason.PORT_NOT_FOUND,
            "no container of %s declares a port named %s; it declares %s"
                .formatted(
                    target.name(),
                    target.endpoints().unresolved().get(0),
                    declared(workload.ports())));
      }
    }
    for (TargetPlan target : evidence.plan().targets()) {
      Workload workload = target.seen().workload();
      if (workload != null && target.serving().isEmpty()) {
        return Finding.broken(
            Reason.NO_READY_PODS,
            workload.rollout().desired() == 0
                ? "%s is scaled to 0: there is nothing to scrape".formatted(target.name())
                : "none of the %d pods of %s is ready: kubectl -n %s describe pods -l '%s'"
                    .formatted(
                        target.seen().pods().size(),
                        target.name(),
                        workload.namespace(),
                        workload.selector()));
      }
    }
    return Finding.holds(
        "%d pods are ready."
            .formatted(evidence.plan().targets().stream().mapToInt(t -> t.serving().size()).sum()));
  }

  static String declared(List<Workload.DeclaredPort> ports) {
    String list =
        ports.stream().map(Object::toString).distinct().sorted().collect(Collectors.joining(", "));
    return list.isEmpty() ? "none" : list;
  }
}
