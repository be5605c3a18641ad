package io.appmetrics.operator.relabel;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A job that takes a share of the targets only, so that a hash decides which Prometheus has one.
 *
 * @param hashmod the number of the rule that makes the hash, counted from 1
 * @param choice the number of the rule that keeps or drops by it; a {@link Drop.ByRule} of this
 *     number says that the target is another's
 * @param modulus into how many shares the targets fall
 * @param taken those that the job takes, as long as no other label of the pod has a say; of more
 *     than 10,000 shares the first are tried; empty when the hash alone lets nothing in
 */
public record Shard(String job, int hashmod, int choice, long modulus, SortedSet<Long> taken) {

  public Shard {
    taken = Collections.unmodifiableSortedSet(new TreeSet<>(taken));
  }

  /** Whether a target came to nothing because it is in another's share. */
  public boolean leavesOut(Drop drop) {
    return drop instanceof Drop.ByRule rule && rule.job().equals(job) && rule.number() == choice;
  }

  /** One sentence without a full stop. */
  public String sentence() {
    return "job %s takes %s of %s shares of the targets (rules %d and %d)"
        .formatted(job, taken.isEmpty() ? "some" : share(), count(), hashmod, choice);
  }

  /**
   * Why the operator adds no job beside it; one sentence and a half, without a full stop.
   *
   * @param who the Prometheus
   * @param remedy what says that its job may take every pod
   */
  public String refusal(String who, String remedy) {
    return "%s divides the pods with others: %s. A job of the operator's would have it scrape every pod that takes part; if it may, %s"
        .formatted(who, sentence(), remedy);
  }

  private String share() {
    return taken.size() == 1 ? "number " + taken.first() : Integer.toString(taken.size());
  }

  private String count() {
    return Long.toUnsignedString(modulus);
  }
}
