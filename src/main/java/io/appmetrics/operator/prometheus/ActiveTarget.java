package io.appmetrics.operator.prometheus;

import java.time.Instant;

/**
 * One target of a scrape pool. What a target does not have, such as the pod of a target that is
 * none, is empty; so is what Prometheus has lost of it.
 *
 * @param pool the job
 * @param namespace of the pod, as discovered
 * @param podName as discovered
 * @param podUid as discovered; tells a recreated pod of a StatefulSet from its predecessor
 * @param lastError in Prometheus' words; empty when the last scrape succeeded or none was made
 * @param lastScrape year 1 before the first scrape
 * @param app whether Istio's agent, if it is one, gets the metrics of its app
 */
public record ActiveTarget(
    String pool,
    String namespace,
    String podName,
    String podUid,
    String scrapeUrl,
    TargetHealth health,
    String lastError,
    Instant lastScrape,
    AppFetch app) {

  /** Of one that is no agent, or whose app is fetched. */
  public ActiveTarget(
      String pool,
      String namespace,
      String podName,
      String podUid,
      String scrapeUrl,
      TargetHealth health,
      String lastError,
      Instant lastScrape) {
    this(
        pool,
        namespace,
        podName,
        podUid,
        scrapeUrl,
        health,
        lastError,
        lastScrape,
        AppFetch.GOES_WELL);
  }

  ActiveTarget withError(String words) {
    return new ActiveTarget(
        pool, namespace, podName, podUid, scrapeUrl, health, words, lastScrape, app);
  }
}
