package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.scrapeconfig.SlotJobs;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Finds what a replica suffers from.
 *
 * @param installation what it was started with
 * @param config the text that it should run
 * @param certificates the files that this text names
 * @param attempts what has been tried
 */
record Diagnosis(
    Installation installation,
    ConfigFacts config,
    CertificateFacts certificates,
    Attempts attempts,
    Instant now) {

  /** Empty for a healthy replica, and for one that says nothing: then nothing is done. */
  Optional<Treatment> treat(ReplicaReading replica) {
    ReplicaReading.Answer answer = replica.answer();
    if (!replica.answers() || answer == null) {
      return Optional.empty();
    }
    if (!runsTheText(answer)) {
      return Optional.of(text(replica));
    }
    return pools(replica, answer).or(() -> inPart(replica, answer));
  }

  private boolean runsTheText(ReplicaReading.Answer answer) {
    String digest = config.digest();
    return answer.config().markerDigests().equals(digest == null ? Set.of() : Set.of(digest));
  }

  private Treatment text(ReplicaReading replica) {
    String digest = config.digest();
    Action.Cause cause =
        new Action.Cause(
            Attempts.TEXT + (digest == null ? "without a block" : digest),
            "its configuration is not the one in " + config.place());
    return byText(replica, cause);
  }

  /** What makes it load the text that is there. */
  private Treatment byText(ReplicaReading replica, Action.Cause cause) {
    return new Treatment(
        replica,
        cause,
        Healing.forText(
            attempts.on(replica.uid(), cause.id()),
            installation.lifecycle(),
            installation.reloader() != null,
            now));
  }

  private Optional<Treatment> pools(ReplicaReading replica, ReplicaReading.Answer answer) {
    Set<String> missing = new TreeSet<>();
    for (int slot : config.jobs().mutual()) {
      if (!answer.pools().contains(SlotJobs.mutualJob(slot))) {
        missing.add(SlotJobs.mutualJob(slot));
      }
    }
    if (missing.isEmpty() || !filesMayBeThere()) {
      return Optional.empty();
    }
    Action.Cause cause =
        new Action.Cause(
            "certificates " + state(answer),
            "it has no scrape pool for " + String.join(", ", missing));
    return Optional.of(
        new Treatment(
            replica,
            cause,
            Healing.forPool(
                attempts.on(replica.uid(), cause.id()),
                certificates.state() == CertificateFacts.State.PRESENT,
                installation.lifecycle(),
                answer.runtime().lastConfigTime(),
                now)));
  }

  /**
   * A reload that failed for want of a file may have been applied in part: the text is shown as
   * loaded, and a pool of before runs on with other files. Prometheus does not try again.
   */
  private Optional<Treatment> inPart(ReplicaReading replica, ReplicaReading.Answer answer) {
    if (answer.runtime().reloadConfigSuccess()
        || config.jobs().mutual().isEmpty()
        || !filesMayBeThere()) {
      return Optional.empty();
    }
    Action.Cause cause =
        new Action.Cause(
            "reload " + state(answer),
            "its last reload failed, so that it may run only a part of the configuration");
    return Optional.of(byText(replica, cause));
  }

  /** The same process with the same text and the same files has the same trouble. */
  private String state(ReplicaReading.Answer answer) {
    return "%s of %s since %s"
        .formatted(
            certificates.fingerprint() == null ? "not seen" : certificates.fingerprint(),
            config.digest(),
            answer.runtime().startTime());
  }

  private boolean filesMayBeThere() {
    return switch (certificates.state()) {
      case PRESENT, UNSEEN, FORBIDDEN -> true;
      case NOT_CONFIGURED, MISSING, EXPIRED -> false;
    };
  }
}
