package io.appmetrics.operator.chain;

import io.appmetrics.operator.prometheus.CertificateFacts;
import io.appmetrics.operator.prometheus.Prognosis;
import io.appmetrics.operator.prometheus.ReplicaFacts;
import io.appmetrics.operator.prometheus.ScrapeFacts;
import java.util.Collections;
import java.util.Objects;
import java.util.Set;

/** Where a job needs the mesh's certificates, does every replica have a scrape pool for it. */
final class CertificatesLoaded {
  private CertificatesLoaded() {}

  static Finding check(Evidence evidence) {
    ScrapeFacts facts = Objects.requireNonNull(evidence.facts(), "ConfigWritten holds");
    Set<String> mutual = evidence.share().mutualJobs();
    if (mutual.isEmpty()) {
      return Finding.holds("No endpoint needs the mesh's certificates");
    }
    if (facts.certificates().state() == CertificateFacts.State.EXPIRED) {
      return Finding.broken(Reason.CERTIFICATE_EXPIRED, facts.certificates().message());
    }
    for (ReplicaFacts replica : facts.replicas()) {
      for (String job : mutual) {
        if (!replica.pools().contains(job)) {
          return missing(facts.certificates(), replica, job);
        }
      }
      Prognosis prognosis = replica.prognosis();
      if (prognosis != null && !Collections.disjoint(prognosis.jobs(), mutual)) {
        return ailing(facts.certificates(), replica.pod(), prognosis);
      }
    }
    for (EndpointReading reading : evidence.readings()) {
      PodScrape trouble = reading.trouble();
      if (trouble != null && !reading.scraped() && trouble.lacksFile()) {
        return unreadable(facts.certificates(), trouble);
      }
    }
    return Finding.holds("Every Prometheus replica has loaded the mesh's certificates");
  }

  private static Finding missing(CertificateFacts certificates, ReplicaFacts replica, String job) {
    String symptom =
        "Prometheus pod %s has no scrape pool for job %s".formatted(replica.pod(), job);
    Prognosis prognosis = replica.prognosis();
    return switch (certificates.state()) {
      case MISSING, UNSEEN, NOT_CONFIGURED, FORBIDDEN -> without(certificates, symptom);
      case PRESENT, EXPIRED ->
          Finding.broken(
              prognosis == null ? Reason.SCRAPE_POOL_MISSING : reason(prognosis),
              "%s, though it could: %s. %s"
                  .formatted(
                      symptom,
                      prognosis == null
                          ? "it has just started or loaded them, or the operator nudges the pod, and does more where that does not help"
                          : prognosis.words(),
                      certificates.message()));
    };
  }

  /** There is a pool, and its client is none that the mesh takes: Prometheus 2.8 and older. */
  private static Finding ailing(
      CertificateFacts certificates, String replica, Prognosis prognosis) {
    String symptom =
        "Prometheus pod %s does not scrape as it should: %s"
            .formatted(replica, prognosis.symptom());
    return switch (certificates.state()) {
      case MISSING, UNSEEN, NOT_CONFIGURED, FORBIDDEN -> without(certificates, symptom);
      case PRESENT, EXPIRED ->
          Finding.broken(
              reason(prognosis),
              "%s; %s. %s".formatted(symptom, prognosis.words(), certificates.message()));
    };
  }

  private static Finding without(CertificateFacts certificates, String symptom) {
    return Finding.broken(
        certificates.state() == CertificateFacts.State.FORBIDDEN
            ? Reason.SECRET_FORBIDDEN
            : Reason.CERTIFICATE_MISSING,
        symptom + ". " + certificates.message());
  }

  private static Reason reason(Prognosis prognosis) {
    return switch (prognosis.kind()) {
      case UNDER_WAY, RESTARTING -> Reason.SCRAPE_POOL_MISSING;
      case BUDGET_EXHAUSTED -> Reason.RESTART_BUDGET_EXHAUSTED;
      case DISABLED -> Reason.RESTARTS_DISABLED;
      case IMPOSSIBLE -> Reason.RESTART_IMPOSSIBLE;
    };
  }

  /** A pool reads its files for each new connection: they may go after it was made. */
  private static Finding unreadable(CertificateFacts certificates, PodScrape trouble) {
    return Finding.broken(
        Reason.CERTIFICATE_MISSING,
        "Prometheus pod %s cannot use its certificates: see who writes these files (Prometheus: %s). %s"
            .formatted(trouble.replica(), trouble.error(), certificates.message()));
  }
}
