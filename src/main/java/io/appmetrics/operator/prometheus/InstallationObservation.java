package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.scrapeconfig.ScrapeLimits;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Everything that one pass of the installation loop decides on.
 *
 * @param workload the Deployment that the admin names
 * @param discovery what its pod template says; empty when it does not exist
 * @param configMap the ConfigMap; empty when it, or its key, does not exist
 * @param url where Prometheus is asked instead of at its pods' addresses, or null
 * @param refusal the write that the API server has refused a moment ago; null when there is none
 * @param takenBack that another writer takes our jobs out, and that we wait; null when we do not
 * @param certificates where the mesh's certificates are, and what is in their Secret
 * @param demand the jobs that all AppMetrics need
 * @param replicas its pods
 * @param state what was done to them, and is not to be done twice
 * @param policy when they may be restarted
 * @param sharded what to do where they divide the pods with others
 * @param limits what one scrape of a job of ours may bring
 * @param before what was published last; null before anything was
 */
public record InstallationObservation(
    WorkloadRef workload,
    Optional<Discovery> discovery,
    Optional<ConfigText> configMap,
    @Nullable URI url,
    @Nullable Refusal refusal,
    @Nullable TakenBack takenBack,
    Certificates certificates,
    Demand demand,
    List<ReplicaReading> replicas,
    StateReading state,
    RestartPolicy policy,
    ShardedPolicy sharded,
    ScrapeLimits limits,
    @Nullable ScrapeFacts before) {

  /**
   * The replicas that count. A pod that is only on its way says nothing against the others, which
   * scrape: a rolling update makes nobody Unknown. It counts once it has answered, or should have.
   */
  List<ReplicaReading> counted(Instant now) {
    boolean heard = replicas.stream().anyMatch(r -> r.answer() != null && !r.lost(now));
    return replicas.stream().filter(r -> !heard || !r.isOnItsWay(now)).toList();
  }

  /**
   * A write that was refused, and would be again.
   *
   * @param values what was to be written
   * @param words the API server's
   */
  public record Refusal(ConfigValues values, String words) {}

  /**
   * Our jobs, taken out again and again.
   *
   * @param place where they stood
   * @param times how often
   * @param last when they were last seen gone
   * @param until when we try again
   */
  public record TakenBack(String place, int times, Instant last, Instant until) {}

  /**
   * The certificates.
   *
   * @param source where they come from; empty when nothing says so
   * @param secret what is in the Secret, when they come from one
   */
  public record Certificates(Optional<CertificateFiles> source, Optional<SecretReading> secret) {
    /** Nothing says where certificates would come from. */
    public static final Certificates NONE = new Certificates(Optional.empty(), Optional.empty());
  }
}
