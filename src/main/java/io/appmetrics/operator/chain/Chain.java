package io.appmetrics.operator.chain;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The verdict on each link up to the first that does not hold; nothing is said of those behind it.
 *
 * @param findings by link, in order, the last one broken unless all hold
 * @param readings each endpoint, as Prometheus has it
 */
public record Chain(Map<Link, Finding> findings, List<EndpointReading> readings) {

  /** Judges the links one after the other. */
  public static Chain of(
      Observation seen, Plan plan, Map<Workload.Key, AnnotationOutcome> outcomes) {
    Evidence evidence = Evidence.of(seen, plan, outcomes);
    Map<Link, Finding> findings = new EnumMap<>(Link.class);
    for (Link link : Link.values()) {
      Finding finding = link.check(evidence);
      findings.put(link, finding);
      if (!finding.ok()) {
        break;
      }
    }
    return new Chain(findings, evidence.readings());
  }

  /** The first link that does not hold. */
  public Optional<Map.Entry<Link, Finding>> broken() {
    return findings.entrySet().stream().filter(e -> !e.getValue().ok()).findFirst();
  }

  /** The message of the last link that was judged. */
  String summary() {
    return findings.values().stream().reduce((a, b) -> b).map(Finding::message).orElse("");
  }

  /** Whether every link holds. */
  public boolean ready() {
    return broken().isEmpty();
  }
}
