package io.appmetrics.operator.relabel;

import java.util.List;

/** What a job makes of a pod. */
public sealed interface Prediction {

  /**
   * It is certain.
   *
   * @param targets in the order in which they are discovered, duplicates merged
   * @param drops one for each discovered target that comes to nothing
   */
  record Certain(List<PredictedTarget> targets, List<Drop> drops) implements Prediction {
    public Certain {
      targets = List.copyOf(targets);
      drops = List.copyOf(drops);
    }
  }

  /**
   * Nobody can say from the pod and the configuration.
   *
   * @param why one sentence without a full stop that names the job
   */
  record Unpredictable(String why) implements Prediction {}
}
