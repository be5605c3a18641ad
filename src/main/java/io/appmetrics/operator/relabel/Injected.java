package io.appmetrics.operator.relabel;

import java.util.List;
import java.util.Map;

/** What becomes of a template's annotations when Istio injects the pod. */
public sealed interface Injected {

  /**
   * Metrics are not merged; of what Prometheus reads, only {@code secure-port} may be new.
   *
   * @param annotations those of the pod
   */
  record Kept(Map<String, String> annotations) implements Injected {
    public Kept {
      annotations = Map.copyOf(annotations);
    }
  }

  /**
   * Metrics are merged: Prometheus is shown to the agent.
   *
   * @param annotations those of the pod
   * @param fetched what the agent adds to its own metrics; none when the template says nothing
   */
  record Merged(Map<String, String> annotations, List<AgentFetch> fetched) implements Injected {
    public Merged {
      annotations = Map.copyOf(annotations);
      fetched = List.copyOf(fetched);
    }
  }

  /**
   * The injector refuses, and no pod of the template comes into being.
   *
   * @param why one sentence without a full stop
   */
  record Refused(String why) implements Injected {}

  /**
   * Nobody can say.
   *
   * @param why one sentence without a full stop
   */
  record Unpredictable(String why) implements Injected {}
}
