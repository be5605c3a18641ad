package io.appmetrics.operator.chain;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Why a link does not hold. Each has an entry, with cause and cure, in docs/reasons.md. */
public enum Reason {
  // Accepted
  CONFLICT(Remedy.HUMAN),
  PORT_RESERVED_BY_ISTIO(Remedy.HUMAN),
  SCHEME_IMPOSSIBLE(Remedy.HUMAN),
  INTERVAL_UNSUPPORTED(Remedy.HUMAN),
  SLOTS_EXHAUSTED(Remedy.HUMAN),
  // TargetsFound
  WORKLOAD_NOT_FOUND(Remedy.PENDING),
  PORT_NOT_FOUND(Remedy.HUMAN),
  NO_READY_PODS(Remedy.PENDING),
  PODS_UNREADABLE(Remedy.IGNORANCE),
  // Annotated
  ROLLOUT_IN_PROGRESS(Remedy.PENDING),
  ROLLOUT_STUCK(Remedy.HUMAN),
  ANNOTATION_CONFLICT(Remedy.HUMAN),
  ANNOTATIONS_REVERTED(Remedy.HUMAN),
  OWNED_BY_CONTROLLER(Remedy.HUMAN),
  WRITE_REFUSED(Remedy.HUMAN),
  CERTIFICATES_NOT_CONFIGURED(Remedy.HUMAN),
  MESH_REFUSES_PLAINTEXT(Remedy.HUMAN),
  // ConfigWritten
  INSTALLATION_NOT_FOUND(Remedy.HUMAN),
  INSTALLATION_UNSUPPORTED(Remedy.HUMAN),
  INSTALLATION_UNREADABLE(Remedy.IGNORANCE),
  CONFIG_MAP_MISSING(Remedy.HUMAN),
  CONFIG_UNPARSABLE(Remedy.HUMAN),
  CONFIG_TOO_LARGE(Remedy.HUMAN),
  SHARDED_UNSUPPORTED(Remedy.HUMAN),
  REVERTED(Remedy.HUMAN),
  WRITE_PENDING(Remedy.PENDING),
  // ConfigLoaded
  PROPAGATION_PENDING(Remedy.PENDING),
  CONFIG_REJECTED(Remedy.HUMAN),
  PROMETHEUS_UNREACHABLE(Remedy.IGNORANCE),
  // CertificatesLoaded
  CERTIFICATE_MISSING(Remedy.PENDING),
  CERTIFICATE_EXPIRED(Remedy.HUMAN),
  SECRET_FORBIDDEN(Remedy.HUMAN),
  SCRAPE_POOL_MISSING(Remedy.PENDING),
  RESTART_BUDGET_EXHAUSTED(Remedy.HUMAN),
  RESTARTS_DISABLED(Remedy.HUMAN),
  RESTART_IMPOSSIBLE(Remedy.HUMAN),
  // TargetsUp
  PODS_JOINING(Remedy.PENDING),
  TARGET_MISSING(Remedy.PENDING),
  CONNECTION_REFUSED(Remedy.PENDING),
  TLS_HANDSHAKE_FAILED("TLSHandshakeFailed", Remedy.PENDING),
  FORBIDDEN(Remedy.PENDING),
  NOT_METRICS(Remedy.PENDING),
  SCRAPE_TIMEOUT(Remedy.PENDING),
  LIMIT_EXCEEDED(Remedy.PENDING),
  MERGED_SCRAPE_FAILING(Remedy.PENDING),
  SCRAPE_FAILED(Remedy.PENDING),
  DROPPED_BY_RELABELING(Remedy.PENDING),
  NOT_FEDERATED(Remedy.PENDING),
  SCRAPED_TWICE(Remedy.HUMAN);

  /** Who has to act. */
  public enum Remedy {
    /** It may heal by itself: Reconciling, and Stalled only after the progress deadline. */
    PENDING,
    /** Somebody has to change something: Stalled at once. */
    HUMAN,
    /** Nobody knows: Unknown, neither True nor False. */
    IGNORANCE
  }

  private final String word;
  private final Remedy remedy;

  Reason(Remedy remedy) {
    this.word =
        Arrays.stream(name().split("_", -1))
            .map(part -> part.charAt(0) + part.substring(1).toLowerCase(Locale.ROOT))
            .collect(Collectors.joining());
    this.remedy = remedy;
  }

  Reason(String word, Remedy remedy) {
    this.word = word;
    this.remedy = remedy;
  }

  /** Who has to act. */
  public Remedy remedy() {
    return remedy;
  }

  /** The CamelCase word of the condition. */
  @Override
  public String toString() {
    return word;
  }
}
