package io.appmetrics.operator.runtime;

import io.appmetrics.operator.api.AppMetricsStatus;
import io.appmetrics.operator.api.Condition;
import io.appmetrics.operator.chain.StatusReport;
import io.appmetrics.operator.prometheus.Action;
import io.appmetrics.operator.prometheus.Outcome;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What an Event says.
 *
 * @param type {@code Warning} where somebody has to act, else {@code Normal}
 * @param reason one word
 * @param message one sentence
 */
record Note(String type, String reason, String message) {
  private static final String NORMAL = "Normal";
  private static final String WARNING = "Warning";

  /** Of a status whose Ready says something else than before. */
  static Optional<Note> of(@Nullable AppMetricsStatus before, AppMetricsStatus after) {
    Optional<Condition> was = before == null ? Optional.empty() : Events.ready(before);
    return Events.ready(after)
        .filter(is -> !was.map(Condition::reason).equals(Optional.of(is.reason())))
        .map(
            is ->
                is.status().equals("True")
                    ? new Note(NORMAL, scraped(is), is.message())
                    : new Note(
                        StatusReport.isStalled(after) ? WARNING : NORMAL,
                        is.reason(),
                        is.message()));
  }

  /** True may be what is left as it was. */
  private static String scraped(Condition ready) {
    return ready.reason().equals(StatusReport.VERIFIED) ? "Scraped" : ready.reason();
  }

  /** Of a deed; what was not done, and is done again soon, is none. */
  static Optional<Note> of(Action action, Outcome outcome) {
    String reason = action.getClass().getSimpleName();
    if (action instanceof Action.NoteGood && outcome.kind() == Outcome.Kind.DONE) {
      return Optional.empty(); // nothing has changed by it
    }
    String message = action.words() + ": " + outcome.words();
    return switch (outcome.kind()) {
      case DONE -> Optional.of(new Note(NORMAL, reason, message));
      case REFUSED -> Optional.of(new Note(WARNING, reason, message));
      case OVERTAKEN, UNAVAILABLE -> Optional.empty();
    };
  }
}
