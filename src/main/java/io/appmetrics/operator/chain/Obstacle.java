package io.appmetrics.operator.chain;

/** Why pods keep an older template, and nothing but somebody's doing changes that. */
public sealed interface Obstacle {

  /**
   * What it is, and what to do about it.
   *
   * @param workload whose pods they are
   * @param pod one that has the older template
   */
  String advice(Workload workload, String pod);

  /** A Deployment that somebody has paused. */
  record Paused() implements Obstacle {
    @Override
    public String advice(Workload workload, String pod) {
      return advice(workload);
    }

    String advice(Workload workload) {
      return "the rollout is paused: kubectl -n %s rollout resume %s"
          .formatted(workload.namespace(), workload.reference());
    }
  }

  /**
   * A Deployment that does not get on.
   *
   * @param words its own
   */
  record Failing(String words) implements Obstacle {
    @Override
    public String advice(Workload workload, String pod) {
      return "the rollout is stuck: " + words;
    }
  }

  /** The updateStrategy of a StatefulSet or a DaemonSet that leaves the replacing to people. */
  record OnDelete() implements Obstacle {
    @Override
    public String advice(Workload workload, String pod) {
      return "its updateStrategy is OnDelete, so a pod keeps its annotations until it is deleted; delete them one by one: kubectl -n %s delete pod %s"
          .formatted(workload.namespace(), pod);
    }
  }

  /**
   * A StatefulSet whose first pods are to stay as they are.
   *
   * @param pods how many
   */
  record Partition(int pods) implements Obstacle {
    @Override
    public String advice(Workload workload, String pod) {
      return "its updateStrategy has partition %d, so pod %s stays as it is; to have all rolled out: kubectl -n %s patch %s --type merge -p '{\"spec\":{\"updateStrategy\":{\"rollingUpdate\":{\"partition\":0}}}}'"
          .formatted(pods, pod, workload.namespace(), workload.reference());
    }
  }
}
