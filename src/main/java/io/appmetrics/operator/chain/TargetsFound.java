package io.appmetrics.operator.chain;

import io.appmetrics.operator.api.TargetKind;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** Do the workloads and the named ports exist, and are there pods that serve. */
final class TargetsFound {
  private TargetsFound() {}

  static Finding check(Evidence evidence) {
    for (TargetPlan target : evidence.share().targets()) {
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
    for (TargetPlan target : evidence.share().targets()) {
      if (target.seen().unreadable() != null) {
        return Finding.broken(
            Reason.PODS_UNREADABLE,
            "The pods of %s cannot be read, so nobody can tell what they carry: give the operator's ServiceAccount the rights of deploy/operator/clusterrole.yaml; the API server says: %s"
                .formatted(target.name(), target.seen().unreadable()));
      }
    }
    for (TargetPlan target : evidence.share().targets()) {
      Workload workload = target.seen().workload();
      if (workload != null && target.serving().isEmpty()) {
        return Finding.broken(Reason.NO_READY_PODS, noReadyPods(target, workload));
      }
    }
    return Finding.holds(
        ready(evidence.share().targets().stream().mapToInt(t -> t.serving().size()).sum()));
  }

  private static String ready(int pods) {
    return pods == 1 ? "1 pod is ready" : pods + " pods are ready";
  }

  private static String noReadyPods(TargetPlan target, Workload workload) {
    if (workload.rollout().desired() == 0) {
      return none(workload.kind()).formatted(target.name());
    }
    if (target.seen().pods().isEmpty()
        && workload.rollout().obstacle() instanceof Obstacle.Paused paused) {
      return "%s has no pod, because %s".formatted(target.name(), paused.advice(workload));
    }
    if (target.seen().pods().isEmpty()) {
      return "%s has no pod at all: kubectl -n %s describe %s"
          .formatted(target.name(), workload.namespace(), makers(workload));
    }
    return "None of the %d pods of %s is ready: kubectl -n %s describe pods -l '%s'"
        .formatted(
            target.seen().pods().size(), target.name(), workload.namespace(), workload.selector());
  }

  private static String none(TargetKind kind) {
    return switch (kind) {
      case DEPLOYMENT, STATEFUL_SET ->
          "%s is scaled to 0, so there is nothing to scrape: scale it up";
      case DAEMON_SET ->
          "%s has no node to run on, so there is nothing to scrape: see its nodeSelector, affinity and tolerations";
    };
  }

  /** Whose events tell why there is no pod. */
  private static String makers(Workload workload) {
    return switch (workload.kind()) {
      case DEPLOYMENT -> "deployment,replicaset -l '%s'".formatted(workload.selector());
      case STATEFUL_SET, DAEMON_SET -> workload.reference();
    };
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
