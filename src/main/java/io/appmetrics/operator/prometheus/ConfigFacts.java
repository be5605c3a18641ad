package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.scrapeconfig.SlotJobs;
import org.jspecify.annotations.Nullable;

/**
 * Where our jobs stand in the ConfigMap.
 *
 * @param state whether they do
 * @param place which ConfigMap and key; empty while that is not known
 * @param message what is in the way; the place where nothing is
 * @param jobs the jobs that stand there
 * @param digest the digest of the block that stands there; null without a block
 * @param inFile whether they stand in a file of their own, which a configuration that is shown does
 *     not show
 */
public record ConfigFacts(
    State state,
    String place,
    String message,
    SlotJobs jobs,
    @Nullable String digest,
    boolean inFile) {

  /** In the configuration itself. */
  public ConfigFacts(
      State state, String place, String message, SlotJobs jobs, @Nullable String digest) {
    this(state, place, message, jobs, digest, false);
  }

  /** The same jobs in the same place, told otherwise. */
  ConfigFacts as(State other, String words) {
    return new ConfigFacts(other, place, words, jobs, digest, inFile);
  }

  /** Whether the installation is in such a state that nothing can be said of its jobs. */
  public boolean isInTheWay() {
    return switch (state) {
      case WRITTEN, PENDING, SHARDED, REVERTED, REJECTED, TOO_LARGE, REFUSED -> false;
      case INSTALLATION_NOT_FOUND, INSTALLATION_UNSUPPORTED, UNREADABLE, MISSING, UNPARSABLE ->
          true;
    };
  }

  /** Whether who needs no job of ours is well served, though we could not write one. */
  public boolean needsNoEdit() {
    return switch (state) {
      case WRITTEN, PENDING, SHARDED, REVERTED, REJECTED, TOO_LARGE, REFUSED, UNPARSABLE -> true;
      case INSTALLATION_NOT_FOUND, INSTALLATION_UNSUPPORTED, UNREADABLE, MISSING -> false;
    };
  }

  /** The states of the configuration's text. */
  public enum State {
    /** What is wanted stands there. */
    WRITTEN,
    /** It is about to be written. */
    PENDING,
    /** The workload that the admin names is not there. */
    INSTALLATION_NOT_FOUND,
    /** It is there, but of a kind or version that this operator does not serve. */
    INSTALLATION_UNSUPPORTED,
    /** The API server has not shown it for so long that nothing is known any more. */
    UNREADABLE,
    /** No such ConfigMap, or no such key in it. */
    MISSING,
    /** It cannot be edited safely. */
    UNPARSABLE,
    /** This Prometheus takes a share of the pods only, and our jobs would take all. */
    SHARDED,
    /** Another writer takes our jobs out again and again. */
    REVERTED,
    /** Prometheus has refused it, and what stands is what it has taken before. */
    REJECTED,
    /** It would be larger than the API server takes. */
    TOO_LARGE,
    /** The API server refused the write. */
    REFUSED
  }
}
