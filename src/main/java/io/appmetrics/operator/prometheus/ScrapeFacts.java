package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.scrapeconfig.LoadedConfig;
import io.appmetrics.operator.scrapeconfig.SlotJobs;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one pass of the installation loop has found out; immutable, and shared by all AppMetrics.
 *
 * @param installation the workload, for messages
 * @param config where our jobs stand
 * @param certificates what is known of the mesh's certificates
 * @param replicas the Prometheus pods, by name
 * @param userJobs the jobs of the user's own whose targets were looked at
 * @param agentJobs those of them that were asked what becomes of the apps of Istio's agents
 * @param scrapeInterval how often a job without an interval of its own scrapes
 * @param gap since when no Prometheus pod answers that is not new; null while one does
 */
public record ScrapeFacts(
    WorkloadRef installation,
    ConfigFacts config,
    CertificateFacts certificates,
    List<ReplicaFacts> replicas,
    Set<String> userJobs,
    Set<String> agentJobs,
    Duration scrapeInterval,
    @Nullable Instant gap) {

  public ScrapeFacts {
    userJobs = Set.copyOf(userJobs);
    agentJobs = Set.copyOf(agentJobs);
  }

  /** Of one that scrapes without a gap. */
  public ScrapeFacts(
      WorkloadRef installation,
      ConfigFacts config,
      CertificateFacts certificates,
      List<ReplicaFacts> replicas,
      Set<String> userJobs,
      Set<String> agentJobs,
      Duration scrapeInterval) {
    this(installation, config, certificates, replicas, userJobs, agentJobs, scrapeInterval, null);
  }

  /** The same with these replicas alone. */
  public ScrapeFacts with(List<ReplicaFacts> some) {
    return new ScrapeFacts(
        installation, config, certificates, some, userJobs, agentJobs, scrapeInterval, gap);
  }

  /**
   * Whether these facts can say something of the targets of these jobs: not when nobody had asked
   * for them yet, as after a start. That nothing is known any more concerns all of them.
   *
   * @param agents those of them that scrape Istio's agents
   */
  public boolean speakOf(Set<String> jobs, Set<String> agents) {
    return config.state() == ConfigFacts.State.UNREADABLE
        || (userJobs.containsAll(jobs) && agentJobs.containsAll(agents));
  }

  /**
   * What is left when passes fail: nothing is claimed of the configuration, nor of any replica, and
   * what was last known is kept for messages.
   *
   * @param before what was published last; null when nothing was
   * @param why what is in the way, and what to do
   */
  static ScrapeFacts unreadable(
      WorkloadRef installation, @Nullable ScrapeFacts before, String why) {
    ConfigFacts config =
        new ConfigFacts(ConfigFacts.State.UNREADABLE, "", why, SlotJobs.none(), null);
    return before == null
        ? new ScrapeFacts(
            installation,
            config,
            new CertificateFacts(CertificateFacts.State.UNSEEN, why, null),
            List.of(),
            Set.of(),
            Set.of(),
            LoadedConfig.DEFAULT_SCRAPE_INTERVAL)
        : new ScrapeFacts(
            installation,
            config,
            before.certificates(),
            before.replicas().stream().map(replica -> replica.lost(why)).toList(),
            before.userJobs(),
            before.agentJobs(),
            before.scrapeInterval(),
            before.gap());
  }
}
