package io.appmetrics.operator.chain;

import java.util.function.Function;

/**
 * The links, in the order in which data flows. The first that does not hold explains the resource.
 */
public enum Link {
  /** The declaration can work at all. */
  ACCEPTED("Accepted", Accepted::check),
  /** The workloads and their named ports exist, and there are pods that serve. */
  TARGETS_FOUND("TargetsFound", TargetsFound::check),
  /** Every serving pod carries what the jobs look for. */
  ANNOTATED("Annotated", Annotated::check),
  /** The jobs stand in the ConfigMap. */
  CONFIG_WRITTEN("ConfigWritten", ConfigWritten::check),
  /** Every Prometheus replica runs them. */
  CONFIG_LOADED("ConfigLoaded", ConfigLoaded::check),
  /** Where a job needs the mesh's certificates, every replica has a scrape pool for it. */
  CERTIFICATES_LOADED("CertificatesLoaded", CertificatesLoaded::check),
  /** Every endpoint of every pod that counts is an up target. */
  TARGETS_UP("TargetsUp", TargetsUp::check);

  private final String condition;

  @SuppressWarnings("ImmutableEnumChecker") // references to static methods, which hold nothing
  private final Function<Evidence, Finding> check;

  Link(String condition, Function<Evidence, Finding> check) {
    this.condition = condition;
    this.check = check;
  }

  /** The type of the condition that shows this link. */
  public String condition() {
    return condition;
  }

  /** Whether what its pods show decides. */
  boolean asksPrometheus() {
    return switch (this) {
      case ACCEPTED, TARGETS_FOUND, ANNOTATED, CONFIG_WRITTEN -> false;
      case CONFIG_LOADED, CERTIFICATES_LOADED, TARGETS_UP -> true;
    };
  }

  Finding check(Evidence evidence) {
    return check.apply(evidence);
  }
}
