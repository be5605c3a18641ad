package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.prometheus.InstallationObservation.Certificates;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
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

  /** A burst of events becomes one pass. */
  private static final Duration COALESCE = Duration.ofMillis(200);

  /** Looking takes at most a tenth of the time, however many targets there are. */
  private static final int REST_PER_PASS = 9;

  private static final Duration REFUSED = Duration.ofSeconds(60);

  /**
   * The pace of the loop.
   *
   * @param pending between polls while something is awaited
   * @param steady between polls otherwise
   */
  public record Pace(Duration pending, Duration steady) {}

  private record Refusal(String text, String words, Instant until) {}

  private final InstallationAccess access;
  private final Demands demands;
  private final Supplier<Collection<String>> existing;
  private final InstallationListener listener;
  private final Pace pace;
  private final Clock clock;
  private final Alarm alarm = new Alarm();
  private final AtomicReference<@Nullable ScrapeFacts> facts = new AtomicReference<>();
  private final Thread thread;

  private Attempts attempts = Attempts.NONE;
  private @Nullable Refusal refusal;
  private volatile Instant lastPass;
  private volatile boolean stopped;

  /**
   * Wires a loop; {@link #start} runs it.
   *
   * @param existing the namespace/name of every AppMetrics that exists
   */
  public InstallationLoop(
      InstallationAccess access,
      Demands demands,
      Supplier<Collection<String>> existing,
      InstallationListener listener,
      Pace pace,
      Clock clock) {
    this.access = access;
    this.demands = demands;
    this.existing = existing;
    this.listener = listener;
    this.pace = pace;
    this.clock = clock;
    this.lastPass = clock.instant();
    this.thread = new Thread(this::run, "installation");
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

  /** When the last pass ended: a loop that hangs is seen by it. */
  public Instant lastPass() {
    return lastPass;
  }

  private void run() {
    while (!stopped) {
      Duration rest;
      Instant started = clock.instant();
      try {
        rest = pass();
      } catch (RuntimeException e) {
        if (stopped) {
          return; // what failed was interrupted by the stop
        }
        log.warn("a pass over {} failed, the next one follows", access.workload(), e);
        rest = pace.steady();
      }
      lastPass = clock.instant();
      Duration took = Duration.between(started, lastPass);
      listener.polled(took);
      try {
        alarm.await(max(rest, took.multipliedBy(REST_PER_PASS)), COALESCE);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /** One pass; returns how long to rest. */
  private Duration pass() {
    InstallationObservation seen = gather();
    Instant now = clock.instant();
    InstallationDecision decision = InstallationDecision.of(seen, attempts, now);
    boolean again = apply(seen, decision.action());
    publish(decision.facts());
    return rest(decision, again, now);
  }

  private InstallationObservation gather() {
    Optional<Discovery> discovery = access.discover();
    Demand demand = demands.of(existing.get());
    if (!(discovery.orElse(null) instanceof Installation installation)) {
      return new InstallationObservation(
          access.workload(),
          discovery,
          Optional.empty(),
          null,
          Certificates.NONE,
          demand,
          List.of());
    }
    Optional<ConfigText> text = access.configText(installation);
    List<ReplicaReading> replicas = access.ask(installation, text);
    attempts = attempts.of(replicas.stream().map(ReplicaReading::uid).collect(Collectors.toSet()));
    return new InstallationObservation(
        access.workload(),
        discovery,
        text,
        text.flatMap(this::refused).orElse(null),
        access.certificates(installation, text),
        demand,
        replicas);
  }

  private Optional<String> refused(ConfigText text) {
    return Optional.ofNullable(refusal)
        .filter(r -> r.text().equals(text.text()) && clock.instant().isBefore(r.until()))
        .map(Refusal::words);
  }

  /** Does it; returns whether to look again at once. */
  private boolean apply(InstallationObservation seen, Action action) {
    if (action instanceof Action.WriteConfig write
        && seen.discovery().orElse(null) instanceof Installation installation) {
      InstallationAccess.Written written = access.write(installation, write);
      if (written.refusal() != null) {
        refusal = new Refusal(written.before(), written.refusal(), clock.instant().plus(REFUSED));
      }
      if (written.outcome().kind() == Outcome.Kind.DONE) {
        attempts = attempts.withoutTexts();
      }
      done(action, written.outcome());
      return true;
    }
    if (action instanceof Action.Nudge nudge) {
      Outcome outcome = access.nudge(nudge);
      attempts = attempts.nudged(nudge.replica().uid(), nudge.cause().id(), clock.instant());
      done(action, outcome);
      return true;
    }
    if (action instanceof Action.Reload reload) {
      Optional<String> rejection = access.reload(reload);
      attempts =
          attempts.reloaded(
              reload.replica().uid(), reload.cause().id(), clock.instant(), rejection.orElse(null));
      done(action, rejection.map(Outcome::refused).orElse(Outcome.DONE));
      return true;
    }
    return false;
  }

  private void done(Action action, Outcome outcome) {
    log.info("{}: {}: {}", access.workload(), action.words(), outcome.words());
    listener.acted(action, outcome);
  }

  private void publish(ScrapeFacts after) {
    ScrapeFacts before = facts.getAndSet(after);
    FactsChange change = FactsChange.between(before, after);
    if (!change.isEmpty()) {
      listener.changed(change);
    }
  }

  private Duration rest(InstallationDecision decision, boolean again, Instant now) {
    if (again) {
      return COALESCE;
    }
    Duration rest =
        demands.pending() || unsettled(decision.facts()) ? pace.pending() : pace.steady();
    return decision.again() == null ? rest : min(rest, Duration.between(now, decision.again()));
  }

  /** Something is on its way that the next poll may show. */
  private static boolean unsettled(ScrapeFacts facts) {
    return facts.config().state() == ConfigFacts.State.PENDING
        || facts.replicas().stream().anyMatch(replica -> replica.problem() != null);
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  private static Duration max(Duration a, Duration b) {
    return a.compareTo(b) > 0 ? a : b;
  }

  @Override
  public void close() {
    stopped = true;
    thread.interrupt();
    access.close();
  }
}
