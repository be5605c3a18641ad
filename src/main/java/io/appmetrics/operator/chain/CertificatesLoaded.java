package io.appmetrics.operator.chain;

import io.appmetrics.operator.prometheus.CertificateFacts;
import io.appmetrics.operator.prometheus.ReplicaFacts;
import io.appmetrics.operator.prometheus.ScrapeFacts;
import java.util.Objects;
import java.util.Set;

/** Where a job needs the mesh's certificates, does every replica have a scrape pool for it. */
final class CertificatesLoaded {
  private CertificatesLoaded() {}

  static Finding check(Evidence evidence) {
    ScrapeFacts facts = Objects.requireNonNull(evidence.seen().facts(), "ConfigWritten holds");
    Set<String> mutual = evidence.plan().mutualJobs();
    if (mutual.isEmpty()) {
      return Finding.holds("No endpoint needs the mesh's certificates");
    }
    if (facts.certificates().state() == CertificateFacts.State.EXPIRED) {
      return Finding.broken(Reason.CERTIFICATE_EXPIRED, facts.certificates().message());
    }
    for (ReplicaFacts replica : facts.replicas()) {
      for (String job : mutual) {
        if (!replica.pools().contains(job)) {
          return missing(facts.certificates(), replica.pod(), job);
        }
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

  private static Finding missing(CertificateFacts certificates, String replica, String job) {
    String symptom = "Prometheus pod %s has no scrape pool for job %s".formatted(replica, job);
    return switch (certificates.state()) {
      case MISSING, UNSEEN, NOT_CONFIGURED ->
          Finding.broken(Reason.CERTIFICATE_MISSING, symptom + ". " + certificates.message());
      case FORBIDDEN ->
          Finding.broken(Reason.SECRET_FORBIDDEN, symptom + ". " + certificates.message());
      case PRESENT, EXPIRED ->
          Finding.broken(
              Reason.SCRAPE_POOL_MISSING,
              symptom
                  + ", though it could: the operator nudges the pod, and then reloads it. "
                  + certificates.message());
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
