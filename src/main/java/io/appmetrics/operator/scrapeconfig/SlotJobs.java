package io.appmetrics.operator.scrapeconfig;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The shared jobs that are wanted, by slot number: {@code plain} slots get a job {@code
 * appmetrics-n}, {@code mutual} ones a job {@code appmetrics-n-istio-secure}.
 */
public record SlotJobs(SortedSet<Integer> plain, SortedSet<Integer> mutual) {

  public SlotJobs {
    plain = copy(plain);
    mutual = copy(mutual);
  }

  /** No job at all. */
  public static SlotJobs none() {
    return new SlotJobs(Collections.emptySortedSet(), Collections.emptySortedSet());
  }

  /** The job that scrapes slot {@code slot} without a client certificate. */
  public static String plainJob(int slot) {
    return "appmetrics-" + slot;
  }

  /** The job that scrapes slot {@code slot} with the mesh's certificates. */
  public static String mutualJob(int slot) {
    return "appmetrics-" + slot + "-istio-secure";
  }

  public boolean isEmpty() {
    return plain.isEmpty() && mutual.isEmpty();
  }

  private static SortedSet<Integer> copy(SortedSet<Integer> slots) {
    for (var slot : slots) {
      if (slot < 1) {
        throw new IllegalArgumentException("slots are numbered from 1, not " + slot);
      }
    }
    return Collections.unmodifiableSortedSet(new TreeSet<>(slots));
  }
}
