package io.appmetrics.operator.chain;

import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The verdict on each link. In one Prometheus installation nothing is said of the links behind the
 * first that does not hold; with several, a link is judged as far as one of them gets to it.
 *
 * @param findings by link, in order: the broken, and those that hold in every installation
 * @param readings each endpoint, as each installation has it
 * @param joining the Prometheus pods that are new, where the verdict leaves them out
 */
public record Chain(
    Map<Link, Finding> findings, List<EndpointReading> readings, List<Joining> joining) {

  /** What was found in one installation. */
  private record Branch(
      Sight sight,
      Map<Link, Finding> findings,
      List<EndpointReading> readings,
      @Nullable Joining joining) {

    /**
     * What a new Prometheus pod does not show yet counts where Ready was not True: it comes true
     * for all. Where it was, and where the others tell of a loss, their verdict is told.
     */
    static Branch of(Evidence evidence) {
      Branch all = judged(evidence, null);
      return all.holds()
          ? all
          : Joining.of(evidence.share(), evidence.seen().now())
              .map(joining -> judged(evidence.of(joining.others()), joining))
              .filter(without -> evidence.seen().ready() || without.tellsLoss())
              .orElse(all);
    }

    private static Branch judged(Evidence evidence, @Nullable Joining joining) {
      Map<Link, Finding> findings = new EnumMap<>(Link.class);
      for (Link link : Link.values()) {
        Finding found = link.check(evidence);
        Finding finding = joining != null && link.asksPrometheus() ? joining.of(found) : found;
        findings.put(link, finding);
        if (!finding.ok()) {
          break;
        }
      }
      return new Branch(evidence.share().sight(), findings, evidence.readings(), joining);
    }

    /** Where none but new ones tell, what they do not show yet is all that is known. */
    private boolean tellsLoss() {
      return !holds() && (joining == null || !joining.alone());
    }

    private boolean holds() {
      return findings.values().stream().allMatch(Finding::ok);
    }

    /** The finding, with the name of the installation before it. */
    String named(Finding finding) {
      return sight.installation() + ": " + finding.message();
    }
  }

  /** Judges the links one after the other, in each installation. */
  public static Chain of(
      Observation seen, Plan plan, Map<Workload.Key, AnnotationOutcome> outcomes) {
    List<Branch> branches =
        plan.shares().stream().map(share -> Branch.of(Evidence.of(seen, share, outcomes))).toList();
    Map<Link, Finding> findings = new EnumMap<>(Link.class);
    for (Link link : Link.values()) {
      together(link, branches).ifPresent(finding -> findings.put(link, finding));
    }
    return new Chain(
        findings,
        branches.stream().flatMap(branch -> branch.readings().stream()).toList(),
        branches.stream().flatMap(branch -> Stream.ofNullable(branch.joining())).toList());
  }

  /** Empty while an installation has not got so far, and none of the others is broken there. */
  private static Optional<Finding> together(Link link, List<Branch> branches) {
    List<Branch> judged =
        branches.stream().filter(branch -> branch.findings().containsKey(link)).toList();
    List<Branch> broken =
        judged.stream()
            .filter(branch -> !finding(link, branch).ok())
            // who pulls can have nothing that is not scraped: that explains it
            .sorted(
                Comparator.comparing((Branch branch) -> isIgnorance(finding(link, branch)))
                    .thenComparing(branch -> branch.sight().federates() != null))
            .toList();
    if (broken.isEmpty() && judged.size() < branches.size()) {
      return Optional.empty();
    }
    List<Branch> telling = broken.isEmpty() ? judged : broken;
    Finding first = finding(link, telling.get(0));
    boolean alike =
        telling.size() == branches.size()
            && telling.stream().map(branch -> finding(link, branch)).allMatch(first::equals);
    return Optional.of(
        alike
            ? first
            : new Finding(
                first.reason(),
                telling.stream()
                    .map(branch -> branch.named(finding(link, branch)))
                    .collect(Collectors.joining("; ")),
                telling.stream().anyMatch(branch -> finding(link, branch).held())));
  }

  private static Finding finding(Link link, Branch branch) {
    return Objects.requireNonNull(branch.findings().get(link));
  }

  private static boolean isIgnorance(Finding finding) {
    return finding.why().filter(why -> why.remedy() == Reason.Remedy.IGNORANCE).isPresent();
  }

  /**
   * The link that explains the resource: the first that does not hold. What is known to be wrong in
   * one installation goes before what nobody can tell of another.
   */
  public Optional<Map.Entry<Link, Finding>> broken() {
    return broken(finding -> !isIgnorance(finding)).or(() -> broken(finding -> true));
  }

  private Optional<Map.Entry<Link, Finding>> broken(Predicate<Finding> such) {
    return findings.entrySet().stream()
        .filter(e -> !e.getValue().ok() && such.test(e.getValue()))
        .findFirst();
  }

  /** The link for which one that was not judged has to wait. */
  Optional<Link> blocker() {
    return broken(finding -> true).map(Map.Entry::getKey);
  }

  /** The message of the last link that was judged, or of the last that holds as before. */
  String summary() {
    return findings.values().stream()
        .filter(finding -> finding.held() == held())
        .reduce((a, b) -> b)
        .map(Finding::message)
        .orElse("");
  }

  /** Whether a link holds as it did before, though a new Prometheus pod does not show it yet. */
  public boolean held() {
    return findings.values().stream().anyMatch(Finding::held);
  }

  /** Whether of an installation only new Prometheus pods tell: its readings are not what was. */
  boolean blind() {
    return ready() && held() && joining.stream().anyMatch(Joining::alone);
  }

  /** Whether every link holds. */
  public boolean ready() {
    return broken().isEmpty();
  }
}
