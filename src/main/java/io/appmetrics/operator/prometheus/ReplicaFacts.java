package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.relabel.RelabelModel;
import io.appmetrics.operator.scrapeconfig.SlotJobs;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One Prometheus pod, as its own API tells.
 *
 * @param pod namespace/name
 * @param reachable false once it has not answered for so long that nothing is known any more
 * @param answered whether it has ever answered: what follows is what it said the last time
 * @param problem why it did not answer the last time; null when it did
 * @param loaded the slot jobs in the configuration that it runs
 * @param model what its configuration makes of a pod; null before it answers
 * @param rejection why its last reload failed, in its own words; null when it succeeded
 * @param pools the names of its scrape pools
 * @param targets the targets of our pools, and of the user's that scrape for us, by pod uid
 * @param prognosis what becomes of what it suffers from; null when it suffers from nothing
 * @param ambient whether what it calls sees a pod of the mesh, for ztunnel carries it
 * @param arrivals what has arrived of another Prometheus, where it is to pull from one
 * @param uptime for how long it could have scraped
 */
public record ReplicaFacts(
    String pod,
    boolean reachable,
    boolean answered,
    @Nullable String problem,
    SlotJobs loaded,
    @Nullable RelabelModel model,
    @Nullable String rejection,
    Set<String> pools,
    Map<String, List<ActiveTarget>> targets,
    @Nullable Prognosis prognosis,
    boolean ambient,
    Arrivals arrivals,
    Uptime uptime) {

  /** Of one that has been there for long. */
  public ReplicaFacts(
      String pod,
      boolean reachable,
      boolean answered,
      @Nullable String problem,
      SlotJobs loaded,
      @Nullable RelabelModel model,
      @Nullable String rejection,
      Set<String> pools,
      Map<String, List<ActiveTarget>> targets,
      @Nullable Prognosis prognosis,
      boolean ambient,
      Arrivals arrivals) {
    this(
        pod,
        reachable,
        answered,
        problem,
        loaded,
        model,
        rejection,
        pools,
        targets,
        prognosis,
        ambient,
        arrivals,
        Uptime.LONG);
  }

  /** Of one that pulls nothing. */
  public ReplicaFacts(
      String pod,
      boolean reachable,
      boolean answered,
      @Nullable String problem,
      SlotJobs loaded,
      @Nullable RelabelModel model,
      @Nullable String rejection,
      Set<String> pools,
      Map<String, List<ActiveTarget>> targets,
      @Nullable Prognosis prognosis,
      boolean ambient) {
    this(
        pod,
        reachable,
        answered,
        problem,
        loaded,
        model,
        rejection,
        pools,
        targets,
        prognosis,
        ambient,
        Arrivals.NONE);
  }

  /** Of one that suffers from nothing, and is outside of ambient. */
  public ReplicaFacts(
      String pod,
      boolean reachable,
      boolean answered,
      @Nullable String problem,
      SlotJobs loaded,
      @Nullable RelabelModel model,
      @Nullable String rejection,
      Set<String> pools,
      Map<String, List<ActiveTarget>> targets) {
    this(pod, reachable, answered, problem, loaded, model, rejection, pools, targets, null, false);
  }

  static ReplicaFacts of(
      WorkloadRef workload,
      ReplicaReading seen,
      Attempts attempts,
      @Nullable Prognosis prognosis,
      Uptime uptime,
      Instant now) {
    String pod = workload.namespace() + "/" + seen.pod();
    ReplicaReading.Answer answer = seen.answer();
    return answer == null
        ? new ReplicaFacts(
            pod,
            !seen.lost(now),
            false,
            seen.silence(),
            SlotJobs.none(),
            null,
            null,
            Set.of(),
            Map.of(),
            prognosis,
            seen.container().ambient(),
            Arrivals.NONE,
            uptime)
        : new ReplicaFacts(
            pod,
            !seen.lost(now),
            true,
            seen.silence(),
            SlotJobs.named(answer.config().jobNames()),
            answer.model(),
            answer.runtime().reloadConfigSuccess()
                ? null
                : attempts
                    .lastRejection(seen.uid())
                    .orElse("its last reload failed, and its log says why"),
            answer.pools(),
            answer.targets(),
            prognosis,
            seen.container().ambient(),
            answer.arrivals(),
            uptime);
  }

  /** The same, once nothing is known of it any more. */
  ReplicaFacts lost(String why) {
    return new ReplicaFacts(
        pod, false, answered, why, loaded, model, rejection, pools, targets, prognosis, ambient,
        arrivals, uptime);
  }

  /** The same without what each scrape changes. */
  ReplicaFacts withoutTargets() {
    return with(Map.of(), new Arrivals(arrivals.asked(), Set.of()));
  }

  /** The same with these targets, and with this come of another Prometheus. */
  ReplicaFacts with(Map<String, List<ActiveTarget>> otherTargets, Arrivals otherArrivals) {
    return new ReplicaFacts(
        pod,
        reachable,
        answered,
        problem,
        loaded,
        model,
        rejection,
        pools,
        otherTargets,
        prognosis,
        ambient,
        otherArrivals,
        uptime);
  }

  /** Whether it said something the last time that it was asked. */
  public boolean answers() {
    return answered && problem == null;
  }

  /** The targets that this replica has for a pod. */
  public Collection<ActiveTarget> targetsOf(String podUid) {
    return targets.getOrDefault(podUid, List.of());
  }
}
