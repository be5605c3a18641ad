package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.relabel.RelabelModel;
import io.appmetrics.operator.scrapeconfig.LoadedConfig;
import io.appmetrics.operator.scrapeconfig.PrometheusVersion;
import io.appmetrics.operator.scrapeconfig.ScrapeBlock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One look at one Prometheus pod.
 *
 * @param pod its name
 * @param uid its identity
 * @param container its Prometheus container
 * @param answer what it said the last time that it answered; null when it never did
 * @param silence why it did not answer this time; null when it did
 * @param silentSince since when, or null
 * @param failedPolls how many polls in a row it has not answered
 */
public record ReplicaReading(
    String pod,
    String uid,
    PrometheusContainer container,
    @Nullable Answer answer,
    @Nullable String silence,
    @Nullable Instant silentSince,
    int failedPolls) {

  /**
   * What a Prometheus answered.
   *
   * @param version its version
   * @param runtime since when it runs, and how its last reload went
   * @param config what it has loaded
   * @param model what that makes of a pod
   * @param pools the names of its scrape pools
   * @param targets the targets of our pools, and of the user's that scrape for us, by pod uid
   * @param arrivals what has arrived of another Prometheus, where it is to pull from one
   */
  public record Answer(
      PrometheusVersion version,
      RuntimeInfo runtime,
      LoadedConfig config,
      RelabelModel model,
      Set<String> pools,
      Map<String, List<ActiveTarget>> targets,
      Arrivals arrivals) {

    /** Of one that pulls nothing. */
    public Answer(
        PrometheusVersion version,
        RuntimeInfo runtime,
        LoadedConfig config,
        RelabelModel model,
        Set<String> pools,
        Map<String, List<ActiveTarget>> targets) {
      this(version, runtime, config, model, pools, targets, Arrivals.NONE);
    }
  }

  /**
   * Whether it shows our jobs as loaded, and its scrape manager has not taken them: a file that it
   * includes may have a job of the same name. The marker job needs nothing, so that a pool of it is
   * there as soon as the others are; a healthy one takes its time, though.
   *
   * @param digest of the jobs; null when there are none
   */
  boolean lacksMarker(@Nullable String digest) {
    return digest != null && !lastReloadSucceeded() && shows(digest) && hasNoPoolOfMarker(digest);
  }

  /** Whether it said so the last time that it answered. */
  boolean lastReloadSucceeded() {
    return answer != null && answer.runtime().reloadConfigSuccess();
  }

  /** Whether the jobs of this digest are in the configuration that it shows. */
  boolean shows(String digest) {
    return answer != null && answer.config().markerDigests().contains(digest);
  }

  /** Whether it tells its pools, and that of the marker of these jobs is none of them. */
  boolean hasNoPoolOfMarker(String digest) {
    return answer != null
        && ReplicaPoll.tellsPools(answer.version())
        && !hasPoolOfMarker(answer, digest);
  }

  private static boolean hasPoolOfMarker(Answer answer, String digest) {
    return answer.pools().contains(ScrapeBlock.MARKER_PREFIX + digest);
  }

  /**
   * Whether it runs the jobs of this digest, whole. A reload that failed for something else has
   * given the marker job its pool all the same.
   */
  boolean hasLoaded(String digest) {
    return answer != null
        && answers()
        && answer.config().markerDigests().equals(Set.of(digest))
        && (lastReloadSucceeded() || hasPoolOfMarker(answer, digest));
  }

  /** Whether it has not answered for so long that nothing is known of it any more. */
  boolean lost(Instant now) {
    Silence silent = silent();
    return silent != null && silent.lost(now);
  }

  /** Whether it has never answered, and nobody can expect it to. */
  boolean isOnItsWay(Instant now) {
    return answer == null && (!container.running() || !lost(now));
  }

  /** For how long it has not answered; null when it did. */
  @Nullable Silence silent() {
    return silentSince == null ? null : new Silence(silentSince, failedPolls);
  }

  /** Whether it answered this time. */
  public boolean answers() {
    return silence == null && answer != null;
  }
}
