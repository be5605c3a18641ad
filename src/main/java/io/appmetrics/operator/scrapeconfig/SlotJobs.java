package io.appmetrics.operator.scrapeconfig;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The shared jobs that are wanted, by slot number: {@code plain} slots get a job {@code
 * appmetrics-n}, {@code mutual} ones a job {@code appmetrics-n-istio-secure}. In their place an
 * installation may have one that pulls from another, {@link Federation#JOB}.
 */
public record SlotJobs(SortedSet<Integer> plain, SortedSet<Integer> mutual, boolean federated) {

  /** The label {@code job} of what any slot scrapes. */
  public static final String LABEL = "kubernetes-pods";

  /** With this the names of all our jobs begin. */
  static final String PREFIX = "appmetrics-";

  private static final Pattern JOB = Pattern.compile("appmetrics-([1-9]\\d{0,2})(-istio-secure)?");

  public SlotJobs {
    plain = copy(plain);
    mutual = copy(mutual);
  }

  /** Slots alone. */
  public SlotJobs(SortedSet<Integer> plain, SortedSet<Integer> mutual) {
    this(plain, mutual, false);
  }

  /** The job alone that pulls from another Prometheus. */
  public static SlotJobs federate() {
    return new SlotJobs(Collections.emptySortedSet(), Collections.emptySortedSet(), true);
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

  /** Those among these names of jobs. */
  public static SlotJobs named(Collection<String> jobNames) {
    SortedSet<Integer> plain = new TreeSet<>();
    SortedSet<Integer> mutual = new TreeSet<>();
    for (String name : jobNames) {
      Matcher job = JOB.matcher(name);
      if (job.matches()) {
        (job.group(2) == null ? plain : mutual).add(Integer.parseInt(job.group(1)));
      }
    }
    return new SlotJobs(plain, mutual, jobNames.contains(Federation.JOB));
  }

  /** These jobs and those. */
  public SlotJobs and(SlotJobs other) {
    SortedSet<Integer> bothPlain = new TreeSet<>(plain);
    bothPlain.addAll(other.plain);
    SortedSet<Integer> bothMutual = new TreeSet<>(mutual);
    bothMutual.addAll(other.mutual);
    return new SlotJobs(bothPlain, bothMutual, federated || other.federated);
  }

  /** These jobs without those. */
  public SlotJobs without(SlotJobs other) {
    SortedSet<Integer> lessPlain = new TreeSet<>(plain);
    lessPlain.removeAll(other.plain);
    SortedSet<Integer> lessMutual = new TreeSet<>(mutual);
    lessMutual.removeAll(other.mutual);
    return new SlotJobs(lessPlain, lessMutual, federated && !other.federated);
  }

  /** Whether all of those jobs are among these. */
  public boolean contains(SlotJobs other) {
    return plain.containsAll(other.plain)
        && mutual.containsAll(other.mutual)
        && (federated || !other.federated);
  }

  /** The names of the jobs, by slot. */
  public List<String> names() {
    Stream<String> slots =
        Stream.concat(
            plain.stream().map(SlotJobs::plainJob), mutual.stream().map(SlotJobs::mutualJob));
    return Stream.concat(slots, federated ? Stream.of(Federation.JOB) : Stream.of())
        .sorted()
        .toList();
  }

  @Override
  public String toString() {
    return isEmpty() ? "none" : String.join(", ", names());
  }

  public boolean isEmpty() {
    return plain.isEmpty() && mutual.isEmpty() && !federated;
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
