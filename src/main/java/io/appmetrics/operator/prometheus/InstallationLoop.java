package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.prometheus.InstallationObservation.Certificates;
import io.appmetrics.operator.prometheus.InstallationObservation.Refusal;
import io.appmetrics.operator.prometheus.InstallationObservation.TakenBack;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The only writer of one Prometheus installation: of its ConfigMap, its nudges and its reloads. One
 * thread; each pass gathers, decides, does at most one thing, and publishes what it saw.
 */
public final class InstallationLoop implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(InstallationLoop.class);

  private static final Duration REFUSED = Duration.ofSeconds(60);

  /** The operator's own end waits for it, and must fit into a pod's grace period. */
  private static final Duration LONGEST_END = Duration.ofSeconds(5);

  private record Refused(Refusal what, Instant until) {}

  private final InstallationAccess access;
  private final Demands demands;
  private final Supplier<Collection<String>> existing;
  private final InstallationListener listener;
  private final Pacing pacing;
  private final Clock clock;
  private final LongSupplier nanos;
  private final Alarm alarm;
  private final AtomicReference<@Nullable ScrapeFacts> facts = new AtomicReference<>();
  private final Thread thread;

  private Attempts attempts = Attempts.NONE;
  private Reversals reversals = Reversals.NONE;
  private @Nullable Refused refused;
  private @Nullable Silence silence;
  private volatile long next;
  private volatile boolean stopped;

  /**
   * Wires a loop; {@link #start} runs it.
   *
   * @param existing the namespace/name of every AppMetrics that exists
   * @param clock for what is told
   * @param nanos for what is measured: time that never jumps, in nanoseconds
   */
  public InstallationLoop(
      InstallationAccess access,
      Demands demands,
      Supplier<Collection<String>> existing,
      InstallationListener listener,
      Pacing pacing,
      Clock clock,
      LongSupplier nanos) {
    this.access = access;
    this.demands = demands;
    this.existing = existing;
    this.listener = listener;
    this.pacing = pacing;
    this.clock = clock;
    this.alarm = new Alarm(nanos);
    this.nanos = nanos;
    this.next = nanos.getAsLong();
    this.thread = new Thread(this::run, "installation " + access.workload().path());
    this.thread.setDaemon(true);
  }

  /** Starts the thread. */
  public void start() {
    access.watch(this::wake);
    thread.start();
  }

  /** Something may have changed: look soon. */
  public void wake() {
    alarm.ring();
  }

  /** What the last pass found out; empty before the first one has ended. */
  public Optional<ScrapeFacts> facts() {
    return Optional.ofNullable(facts.get());
  }

  /** For how long the next pass should have ended its rest: a loop that hangs is seen by it. */
  public Duration overdue() {
    return Duration.ofNanos(Math.max(0, nanos.getAsLong() - next));
  }

  private void run() {
    while (!stopped) {
      Duration rest;
      long began = nanos.getAsLong();
      try {
        rest = pass(began);
      } catch (Unreadable e) {
        rest = failed(e);
      } catch (RuntimeException e) {
        rest = failed(Unreadable.of(access.workload(), e));
      }
      long ended = nanos.getAsLong();
      next = ended + rest.toNanos();
      listener.polled(Duration.ofNanos(ended - began));
      try {
        alarm.await(rest, Pacing.COALESCE);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /** One pass; returns how long to rest. */
  private Duration pass(long began) throws Unreadable {
    InstallationObservation seen = gather();
    // Of a replica that does not answer, the time tells its timeout, and not what looking costs.
    boolean silent = seen.replicas().stream().anyMatch(replica -> !replica.answers());
    Duration looked = silent ? Duration.ZERO : Duration.ofNanos(nanos.getAsLong() - began);
    Instant now = clock.instant();
    InstallationDecision decision = InstallationDecision.of(seen, attempts, now);
    attempts = attempts.withoutCured(decision.cured());
    if (stopped) {
      return Duration.ZERO; // nothing is written any more
    }
    // First: what was seen holds, whatever becomes of the action, and however long it takes.
    // At the start what the statuses say stays, until a replica could say otherwise.
    if (decision.heard() || facts.get() != null) {
      publish(decision.facts());
    }
    silence = null;
    Pacing.End end =
        apply(seen, decision.action())
            ? Pacing.End.ACTED
            : demands.pending()
                    || silent
                    || decision.facts().config().state() == ConfigFacts.State.PENDING
                ? Pacing.End.PENDING
                : Pacing.End.STEADY;
    Instant again = decision.again();
    return pacing.after(end, again == null ? null : Duration.between(now, again), looked);
  }

  /** A pass that fails is a silence of everything: facts of the past must not keep Ready True. */
  private Duration failed(Unreadable failure) {
    if (stopped) {
      return Duration.ZERO; // what failed was interrupted by the stop
    }
    Instant now = clock.instant();
    Silence known = Silence.again(silence, now);
    silence = known;
    if (known.times() == 1) { // not once more with every poll
      log.warn(
          "a pass over {} failed, the next one follows: {}",
          access.workload(),
          failure.words(),
          failure);
    }
    if (known.lost(now)) {
      publish(ScrapeFacts.unreadable(access.workload(), facts.get(), failure.words()));
    }
    return pacing.after(Pacing.End.FAILED, null, Duration.ZERO);
  }

  private InstallationObservation gather() throws Unreadable {
    Optional<Discovery> discovery = access.discover();
    Demand demand = access.sourced(demands.together(existing.get()));
    if (!(discovery.orElse(null) instanceof Installation installation)) {
      return new InstallationObservation(
          access.workload(),
          discovery,
          Optional.empty(),
          access.url(),
          null,
          null,
          Certificates.NONE,
          demand,
          List.of(),
          StateReading.of(InstallationState.NONE),
          access.restarts(),
          access.sharded(),
          access.limits(),
          facts.get());
    }
    Optional<ConfigText> text = access.configText(installation);
    if (text.isEmpty() || text.get().isReadable()) {
      reversals =
          reversals.seen(text.flatMap(ConfigText::blockIfReadable).orElse(null), clock.instant());
    }
    List<ReplicaReading> replicas = access.ask(installation, text, demand);
    attempts =
        attempts.retaining(replicas.stream().map(ReplicaReading::uid).collect(Collectors.toSet()));
    return new InstallationObservation(
        access.workload(),
        discovery,
        text,
        access.url(),
        refusal(),
        takenBack(),
        access.certificates(installation, text),
        demand,
        replicas,
        access.state(),
        access.restarts(),
        access.sharded(),
        access.limits(),
        facts.get());
  }

  private @Nullable TakenBack takenBack() {
    Instant until = reversals.again();
    return until != null && clock.instant().isBefore(until)
        ? new TakenBack(reversals.place(), reversals.times().size(), reversals.last(), until)
        : null;
  }

  private @Nullable Refusal refusal() {
    Refused last = refused;
    return last != null && clock.instant().isBefore(last.until()) ? last.what() : null;
  }

  /** Does it; returns whether to look again at once. */
  private boolean apply(InstallationObservation seen, Action action) {
    if (!(seen.discovery().orElse(null) instanceof Installation installation)) {
      return false; // then nothing is decided
    }
    if (action instanceof Action.WriteConfig write) {
      return write(installation, write);
    }
    if (action instanceof Action.Nudge nudge) {
      return nudge(installation, nudge);
    }
    if (action instanceof Action.Reload reload) {
      return reload(installation, reload, seen);
    }
    InstallationState state = seen.state().state();
    if (action instanceof Action.Restart restart) {
      return restart(installation, restart, state);
    }
    if (action instanceof Action.NoteGood good) {
      return remembered(installation, action, state.good(good.jobs())) != Outcome.Kind.UNAVAILABLE;
    }
    if (action instanceof Action.Reject reject) {
      return remembered(installation, action, state.rejected(reject.rejected()))
          != Outcome.Kind.UNAVAILABLE;
    }
    if (action instanceof Action.NoteCure) {
      return remembered(installation, action, state.cured(clock.instant()))
          == Outcome.Kind.OVERTAKEN;
    }
    return false;
  }

  private boolean write(Installation installation, Action.WriteConfig write) {
    InstallationAccess.Written written = access.write(installation, write);
    if (written.refusal() != null) {
      refused =
          new Refused(
              new Refusal(write.values(), written.refusal()), clock.instant().plus(REFUSED));
    }
    if (written.outcome().kind() == Outcome.Kind.DONE) {
      attempts = attempts.withoutTexts();
      reversals = reversals.written(write.place(), write.block());
    } else if (written.outcome().kind() == Outcome.Kind.UNAVAILABLE) {
      reversals = reversals.unsure();
    }
    done(installation, write, written.outcome());
    return written.outcome().kind() != Outcome.Kind.UNAVAILABLE;
  }

  private boolean nudge(Installation installation, Action.Nudge nudge) {
    Outcome outcome = access.nudge(nudge);
    done(installation, nudge, outcome);
    if (outcome.kind() == Outcome.Kind.UNAVAILABLE) {
      return false;
    }
    attempts = attempts.nudged(nudge.replica().uid(), nudge.cause().id(), clock.instant());
    return true;
  }

  private boolean reload(
      Installation installation, Action.Reload reload, InstallationObservation seen) {
    Optional<Outcome> unnoted = note(seen, reload);
    if (unnoted.isPresent()) {
      done(installation, reload, unnoted.get());
      return unnoted.get().kind() == Outcome.Kind.OVERTAKEN;
    }
    Optional<String> rejection = access.reload(reload);
    attempts =
        attempts.reloaded(
            reload.replica().uid(), reload.cause().id(), clock.instant(), rejection.orElse(null));
    done(installation, reload, rejection.map(Outcome::refused).orElse(Outcome.DONE));
    return true;
  }

  private boolean restart(
      Installation installation, Action.Restart restart, InstallationState state) {
    Outcome outcome =
        restart.noted() ? Outcome.DONE : access.remember(state.with(restart.restart()));
    if (outcome.kind() == Outcome.Kind.DONE) {
      outcome = access.restart(installation, restart);
      attempts =
          attempts.restarted(
              restart.restart(),
              isRefused(restart, outcome)
                  ? new Attempts.Refusal(outcome.words(), clock.instant())
                  : null);
    }
    done(installation, restart, outcome);
    return outcome.kind() != Outcome.Kind.UNAVAILABLE;
  }

  /** One that was told to quit may end before it answers: the first silence refuses nothing. */
  private static boolean isRefused(Action.Restart restart, Outcome outcome) {
    return switch (outcome.kind()) {
      case DONE, OVERTAKEN -> false;
      case REFUSED -> true;
      case UNAVAILABLE -> restart.noted() && restart.restart().way() == InstallationState.Way.QUIT;
    };
  }

  /** Does what is nothing but to remember; returns how that ended. */
  private Outcome.Kind remembered(
      Installation installation, Action action, InstallationState next) {
    Outcome outcome = access.remember(next);
    done(installation, action, outcome);
    return outcome.kind();
  }

  /**
   * Notes a reload before it is sent; empty when it is noted. Where nothing can be remembered it is
   * sent all the same: once more does no harm.
   */
  private Optional<Outcome> note(InstallationObservation seen, Action.Reload reload) {
    ReplicaReading.Answer answer = reload.replica().answer();
    if (seen.state().problem() != null || answer == null) {
      return Optional.empty();
    }
    Outcome outcome =
        access.remember(
            seen.state()
                .state()
                .with(
                    new InstallationState.Reload(
                        clock.instant(),
                        reload.replica().uid(),
                        answer.runtime().lastConfigTime(),
                        reload.cause().id()),
                    seen.replicas().stream().map(ReplicaReading::uid).toList()));
    return switch (outcome.kind()) {
      case DONE, REFUSED -> Optional.empty();
      case OVERTAKEN, UNAVAILABLE -> Optional.of(outcome);
    };
  }

  private void done(Installation installation, Action action, Outcome outcome) {
    log.info("{}: {}: {}", access.workload(), action.words(), outcome.words());
    listener.acted(installation, action, outcome);
  }

  private void publish(ScrapeFacts after) {
    ScrapeFacts before = facts.getAndSet(after);
    FactsChange change = FactsChange.between(before, after);
    if (!change.isEmpty()) {
      listener.changed(change);
    }
  }

  @Override
  public void close() {
    stopped = true;
    thread.interrupt();
    try {
      // else a write that is under way could follow the end, and the next operator's first look
      thread.join(LONGEST_END.toMillis());
      if (thread.isAlive()) {
        log.warn("the loop over {} has not ended after {}", access.workload(), LONGEST_END);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    access.close();
  }
}
