package io.appmetrics.operator.prometheus;

/** Whether Istio's agent, where that is the target, gets the metrics of its app. */
public enum AppFetch {
  /** Nothing is known to the contrary; so it is where the target is no agent. */
  GOES_WELL,
  /** It has failed before, and whether it still does, one more scrape will tell. */
  UNPROVEN,
  /** It failed when Prometheus last scraped the agent, or shortly before. */
  FAILS
}
