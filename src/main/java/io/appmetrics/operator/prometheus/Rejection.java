package io.appmetrics.operator.prometheus;

import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Whether a Prometheus refuses the jobs that stand in the ConfigMap. A reload that fails for want
 * of a file refuses nothing: it shows the text as loaded.
 *
 * @param digest of the jobs that stand; null when there are none
 */
record Rejection(
    InstallationObservation seen, Attempts attempts, @Nullable String digest, Instant now) {

  /** Its words, in one line, where it does not run them. */
  Optional<String> words() {
    return words(
        replica -> runs(replica) && !lacksMarker(replica) ? Optional.empty() : onReload(replica));
  }

  /** Its words, in one line, whether or not it runs these jobs from before. */
  Optional<String> wordsOnReload() {
    return words(this::onReload);
  }

  private Optional<String> words(Function<ReplicaReading, Optional<String>> of) {
    return seen.replicas().stream()
        .map(replica -> replica.answers() ? of.apply(replica) : neverCameBack(replica))
        .flatMap(Optional::stream)
        .map(words -> words.replaceAll("\\s+", " ").strip())
        .findFirst();
  }

  /** A pool of the marker job that is to come has come by then. */
  private boolean lacksMarker(ReplicaReading replica) {
    Instant reloaded = attempts.on(replica.uid(), Attempts.text(digest)).lastReload();
    return replica.lacksMarker(digest)
        && reloaded != null
        && !now.isBefore(reloaded.plus(Healing.DISCOVERY));
  }

  private boolean runs(ReplicaReading replica) {
    ReplicaReading.Answer answer = replica.answer();
    return answer != null && digest != null && answer.config().markerDigests().contains(digest);
  }

  private Optional<String> onReload(ReplicaReading replica) {
    ReplicaReading.Answer answer = replica.answer();
    return answer == null || answer.runtime().reloadConfigSuccess()
        ? Optional.empty()
        : Optional.ofNullable(attempts.on(replica.uid(), Attempts.text(digest)).rejection())
            .filter(words -> words.startsWith(PrometheusApi.RELOAD_FAILED));
  }

  /** Restarted for these jobs, it ends each time that it reads them. */
  private Optional<String> neverCameBack(ReplicaReading replica) {
    return seen.state()
        .state()
        .latest()
        .filter(restart -> restart.cause().equals(Restarts.FOR_TEXT + digest))
        .filter(restart -> restart.cured() == null && replica.container().failing())
        .map(restart -> "its container fails since it was restarted for them; see its log");
  }
}
