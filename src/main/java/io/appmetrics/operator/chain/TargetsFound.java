package io.appmetrics.operator.chain;

import java.util.Comparator;
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
            "There is no %s in namespace %s: create it, or correct the name"
                .formatted(target.name(), evidence.seen().namespace()));
      }
      if (!target.endpoints().unresolved().isEmpty()) {
        return Finding.broken(
            Reason.PORT_NOT_FOUND,
            "No container of %s declares a port named %s: give the port that name there, or declare its number; declared are: %s"
                .formatted(
                    target.name(),
                    target.endpoints().unresolved().get(0).name(),
                    declared(workload.ports())));
      }
    }
    for (TargetPlan target : evidence.plan().targets()) {
      if (target.seen().unreadable() != null) {
        return Finding.broken(
            Reason.PODS_UNREADABLE,
            "The pods of %s cannot be read, so nobody can tell what they carry: give the operator's ServiceAccount the rights of deploy/operator/clusterrole.yaml; the API server says: %s"
                .formatted(target.name(), target.seen().unreadable()));
      }
    }
    for (TargetPlan target : evidence.plan().targets()) {
      Workload workload = target.seen().workload();
      if (workload != null && target.serving().isEmpty()) {
        return Finding.broken(Reason.NO_READY_PODS, noReadyPods(target, workload));
      }
    }
    return Finding.holds(
        ready(evidence.plan().targets().stream().mapToInt(t -> t.serving().size()).sum()));
  }

  private static String ready(int pods) {
    return pods == 1 ? "1 pod is ready" : pods + " pods are ready";
  }

  private static String noReadyPods(TargetPlan target, Workload workload) {
    if (workload.rollout().desired() == 0) {
      return target.name() + " is scaled to 0, so there is nothing to scrape: scale it up";
    }
    if (target.seen().pods().isEmpty() && workload.rollout().paused()) {
      return "%s has no pod, because its rollout is paused: kubectl -n %s rollout resume deployment/%s"
          .formatted(target.name(), workload.namespace(), workload.name());
    }
    if (target.seen().pods().isEmpty()) {
      return "%s has no pod at all: kubectl -n %s describe deployment,replicaset -l '%s'"
          .formatted(target.name(), workload.namespace(), workload.selector());
    }
    return "None of the %d pods of %s is ready: kubectl -n %s describe pods -l '%s'"
        .formatted(
            target.seen().pods().size(), target.name(), workload.namespace(), workload.selector());
  }

  static String declared(List<Workload.DeclaredPort> ports) {
    String list =
        ports.stream()
            .sorted(
                Comparator.comparing(Workload.DeclaredPort::number)
                    .thenComparing(Workload.DeclaredPort::toString))
            .map(Object::toString)
            .distinct()
            .collect(Collectors.joining(", "));
    return list.isEmpty() ? "none" : list;
  }
}
