package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.prometheus.InstallationState.Restart;
import io.appmetrics.operator.prometheus.InstallationState.Way;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Whether a replica that nothing smaller has cured may be restarted now, and how.
 *
 * @param installation how it can be
 * @param replicas all of them: one at a time
 * @param memory what was done before
 * @param policy what the admin allows
 * @param attempts what was refused
 */
record Restarts(
    Installation installation,
    List<ReplicaReading> replicas,
    StateReading memory,
    RestartPolicy policy,
    Attempts attempts,
    Instant now) {

  /** With this begins the cause of a restart for a text. */
  static final String FOR_TEXT = "config-";

  /** After this stands how many times it was restarted for the same text, from the second on. */
  private static final String AGAIN = "-";

  private static final Duration DAY = Duration.ofHours(24);

  /** After this, a Prometheus that does not come back is one that does not answer. */
  private static final Duration COMES_BACK = Duration.ofMinutes(2);

  /** What gets well later may have got well for other reasons. */
  private static final Duration PROOF = Duration.ofHours(1);

  /** A Prometheus that was told to end does not answer any more after this. */
  private static final Duration ENDS = Duration.ofSeconds(15);

  /** The kubelet tells whole seconds, and Linux when a process started to a second or two. */
  private static final Duration CLOCKS = Duration.ofSeconds(5);

  /** What was refused is refused again, most likely: it is tried again after this. */
  private static final Duration REFUSED = Duration.ofSeconds(60);

  /**
   * An answer.
   *
   * @param restart the restart, when it is allowed
   * @param kind what becomes of the replica
   * @param words why it is not restarted, or that it is
   * @param again when the answer may be another; null where time does not change it
   */
  record Verdict(
      Action.@Nullable Restart restart,
      Prognosis.Kind kind,
      String words,
      @Nullable Instant again) {}

  /**
   * Judges.
   *
   * @param cause what the replica suffers from
   * @param fingerprint of the certificates, or of the text, that it is to be restarted for
   */
  Verdict judge(ReplicaReading replica, Action.Cause cause, String fingerprint) {
    String byHand = byHand(replica, fingerprint);
    if (policy.when() == RestartPolicy.When.NEVER) {
      return refused(
          Prognosis.Kind.DISABLED,
          "only a restart helps, and APPMETRICS_RESTARTS is Never: " + byHand);
    }
    String problem = memory.problem();
    if (problem != null) {
      return refused(
          Prognosis.Kind.IMPOSSIBLE,
          "only a restart helps, and it would not be known that it was done: " + problem);
    }
    Optional<Restart> open =
        memory.state().restarts().stream()
            .filter(r -> isFor(r, fingerprint))
            .filter(r -> r.isOf(replica.uid(), startOf(replica)))
            .reduce((earlier, later) -> later);
    if (open.isPresent()) {
      return unfinished(replica, cause, open.get(), byHand);
    }
    Optional<Restart> other = memory.state().latest().filter(this::isUnderWay);
    if (other.isPresent()) {
      return new Verdict(
          null,
          Prognosis.Kind.RESTARTING,
          "the operator restarts one pod after the other",
          other.get().at().plus(COMES_BACK));
    }
    Way way = way(replica, fingerprint);
    Optional<Restart> spent = spent(replica, fingerprint, way);
    Optional<Attempts.Refusal> undone = spent.flatMap(attempts::refusal);
    if (undone.isPresent()) {
      return refused(
          Prognosis.Kind.IMPOSSIBLE, words(undone.get(), byHand)); // it was for all replicas
    }
    if (spent.isPresent()) {
      return refused(
          Prognosis.Kind.IMPOSSIBLE,
          "the operator has restarted it for that at %s, and a second time would not help either: see the log of Prometheus; %s"
              .formatted(spent.get().at(), byHand));
    }
    String obstacle = installation.rollout().obstacle();
    if (way == Way.TEMPLATE && obstacle != null) {
      return refused(Prognosis.Kind.IMPOSSIBLE, "only a restart helps, and " + obstacle);
    }
    return withinBudget(byHand)
        .orElseGet(
            () ->
                restart(
                    replica,
                    cause,
                    new Restart(
                        now,
                        way,
                        counted(fingerprint),
                        replica.uid(),
                        startOf(replica),
                        installation.rollout().generation(),
                        null),
                    false));
  }

  /** The latest restart, while those that it replaces may not be back; not one that was refused. */
  Optional<Restart> comingBack() {
    return memory
        .state()
        .latest()
        .filter(r -> now.isBefore(r.at().plus(COMES_BACK)) && attempts.refusal(r).isEmpty());
  }

  /** The latest restart, when another process runs now, and nobody has seen that this has cured. */
  Optional<Restart> unproven() {
    return memory
        .state()
        .latest()
        .filter(r -> memory.problem() == null && r.cured() == null)
        .filter(r -> now.isBefore(r.at().plus(PROOF)) && hasReturned(r));
  }

  private boolean isUnderWay(Restart restart) {
    return restart.cured() == null
        && now.isBefore(restart.at().plus(COMES_BACK))
        && !hasReturned(restart);
  }

  /** Whether another process answers in place of the one that was restarted. */
  boolean hasReturned(Restart restart) {
    return replicas.stream()
            .noneMatch(
                r ->
                    r.uid().equals(restart.replica())
                        && (!r.answers() || restart.isOf(r.uid(), startOf(r))))
        && replicas.stream().anyMatch(ReplicaReading::answers);
  }

  /**
   * It was decided for the very process that still runs: the operator ended in between, or it was
   * refused, or it is not over. It is no second restart to do it now.
   */
  private Verdict unfinished(
      ReplicaReading replica, Action.Cause cause, Restart restart, String byHand) {
    Optional<Attempts.Refusal> refusal = attempts.refusal(restart);
    boolean sent =
        switch (restart.way()) {
          // what the API server has is told by the Deployment itself
          case TEMPLATE -> restart.cause().equals(installation.rollout().certificates());
          case QUIT -> refusal.isEmpty() && now.isBefore(restart.at().plus(ENDS));
        };
    if (sent) {
      return now.isBefore(restart.at().plus(COMES_BACK))
          ? new Verdict(
              null,
              Prognosis.Kind.RESTARTING,
              restarts(),
              restart.way() == Way.QUIT ? restart.at().plus(ENDS) : restart.at().plus(COMES_BACK))
          : refused(
              Prognosis.Kind.IMPOSSIBLE,
              "the operator has restarted it at %s, and it runs all the same: kubectl -n %s rollout status deployment %s"
                  .formatted(
                      restart.at(),
                      installation.workload().namespace(),
                      installation.workload().name()));
    }
    if (restart.way() == Way.TEMPLATE
        && restart.generation() != installation.rollout().generation()) {
      // Somebody has changed it since, and may have undone what was done: never twice.
      return refused(
          Prognosis.Kind.IMPOSSIBLE,
          "the operator has decided to restart it at %s, and somebody has changed %s since: %s"
              .formatted(restart.at(), installation.workload(), byHand));
    }
    return refusal.isPresent()
        ? afterRefusal(new Action.Restart(replica, cause, restart, true), refusal.get(), byHand)
        : restart(replica, cause, restart, true);
  }

  /** It is told until it is over, so that no status changes with each try. */
  private Verdict afterRefusal(Action.Restart restart, Attempts.Refusal refusal, String byHand) {
    Instant again = refusal.at().plus(REFUSED);
    boolean early = now.isBefore(again);
    return new Verdict(
        early ? null : restart,
        Prognosis.Kind.IMPOSSIBLE,
        words(refusal, byHand),
        early ? again : null);
  }

  private static String words(Attempts.Refusal refusal, String byHand) {
    return "only a restart helps, and it was %s; once that is mended, the operator does it within a minute; %s"
        .formatted(refusal.words(), byHand);
  }

  private Verdict restart(
      ReplicaReading replica, Action.Cause cause, Restart restart, boolean noted) {
    return new Verdict(
        new Action.Restart(replica, cause, restart, noted),
        Prognosis.Kind.RESTARTING,
        restarts(),
        null);
  }

  private static String restarts() {
    return "the operator restarts it";
  }

  /** In place where that is possible: it keeps the data of an emptyDir, and the other replicas. */
  private Way way(ReplicaReading replica, String fingerprint) {
    boolean text = fingerprint.startsWith(FOR_TEXT);
    return installation.lifecycle() && replica.answers() && !(text && !installation.projected())
        ? Way.QUIT
        : Way.TEMPLATE;
  }

  /**
   * A pod template that already has this value would not roll; and what did not help once will not
   * help twice. Of a text only the last counts: an older one may come again. So may one that was
   * taken away after it had cured: a process that has loaded another since suffers anew.
   */
  private Optional<Restart> spent(ReplicaReading replica, String fingerprint, Way way) {
    List<Restart> considered =
        fingerprint.startsWith(FOR_TEXT)
            ? memory.state().restarts().stream()
                .filter(r -> r.cause().startsWith(FOR_TEXT))
                .reduce((earlier, later) -> later)
                .filter(r -> !hasLoadedSince(replica, r.cured()))
                .stream()
                .toList()
            : memory.state().restarts();
    return considered.stream()
        .filter(r -> isFor(r, fingerprint))
        .filter(
            r ->
                r.way() == Way.TEMPLATE || way == Way.TEMPLATE || r.replica().equals(replica.uid()))
        .reduce((earlier, later) -> later);
  }

  private static boolean hasLoadedSince(ReplicaReading replica, @Nullable Instant cured) {
    ReplicaReading.Answer answer = replica.answer();
    return cured != null && answer != null && answer.runtime().lastConfigTime().isAfter(cured);
  }

  private static boolean isFor(Restart restart, String fingerprint) {
    String cause = restart.cause();
    return cause.equals(fingerprint)
        || (fingerprint.startsWith(FOR_TEXT) && cause.startsWith(fingerprint + AGAIN));
  }

  /**
   * A pod template that has a value of before would not roll: each restart for a text has its own.
   */
  private String counted(String fingerprint) {
    Set<String> known =
        memory.state().restarts().stream().map(Restart::cause).collect(Collectors.toSet());
    String cause = fingerprint;
    for (int times = 2; fingerprint.startsWith(FOR_TEXT) && known.contains(cause); times++) {
      cause = fingerprint + AGAIN + times;
    }
    return cause;
  }

  private Optional<Verdict> withinBudget(String byHand) {
    List<Instant> past =
        memory.state().restarts().stream()
            .map(Restart::at)
            .filter(at -> at.isAfter(now.minus(DAY)))
            .sorted()
            .toList();
    if (past.size() >= policy.perDay()) {
      Instant next = past.get(past.size() - policy.perDay()).plus(DAY);
      return Optional.of(
          new Verdict(
              null,
              Prognosis.Kind.BUDGET_EXHAUSTED,
              "only a restart helps, and APPMETRICS_RESTARTS_PER_DAY allows %d within 24 hours, the next at %s: see what makes so many necessary; %s"
                  .formatted(policy.perDay(), next, byHand),
              next));
    }
    if (past.isEmpty() || !now.isBefore(past.get(past.size() - 1).plus(policy.pause()))) {
      return Optional.empty();
    }
    Instant last = past.get(past.size() - 1);
    return Optional.of(
        new Verdict(
            null,
            Prognosis.Kind.BUDGET_EXHAUSTED,
            "only a restart helps, and the last one was at %s: the operator does the next at %s (APPMETRICS_RESTART_PAUSE); %s"
                .formatted(last, last.plus(policy.pause()), byHand),
            last.plus(policy.pause())));
  }

  /** What a human can do at once, where it does not do the harm that the operator keeps from. */
  private String byHand(ReplicaReading replica, String fingerprint) {
    String namespace = installation.workload().namespace();
    String obstacle = installation.rollout().obstacle();
    if (obstacle == null) {
      return "by hand: kubectl -n %s rollout restart deployment %s"
          .formatted(namespace, installation.workload().name());
    }
    return way(replica, fingerprint) == Way.QUIT
        ? "by hand: kubectl -n %s port-forward pod/%s %d, and beside it curl -X POST http://localhost:%d%s/-/quit"
            .formatted(
                namespace,
                replica.pod(),
                installation.port(),
                installation.port(),
                installation.routePrefix())
        : "not by a rollout, for " + obstacle;
  }

  private static Verdict refused(Prognosis.Kind kind, String words) {
    return new Verdict(null, kind, words, null);
  }

  /**
   * When its process started, as far as anybody says: the one that answered last may have ended
   * since, and the next one is silent for as long as it replays its write-ahead log.
   */
  static Instant startOf(ReplicaReading replica) {
    ReplicaReading.Answer answer = replica.answer();
    Instant container = replica.container().startedAt();
    if (answer == null) {
      return container == null ? Instant.EPOCH : container;
    }
    Instant process = answer.runtime().startTime();
    return !replica.answers() && container != null && container.isAfter(process.plus(CLOCKS))
        ? container
        : process;
  }
}
