package io.appmetrics.operator.cluster.node;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One container of a pod through all its starts. */
final class ContainerLife {

  /** The place of the container in the pod's life. */
  enum Kind {
    /** Ends before the next begins. */
    INIT,
    /** An init container that keeps running. */
    SIDECAR,
    MAIN
  }

  private static final Duration LONGEST_BACK_OFF = Duration.ofMinutes(5);
  private static final ContainerState NONE = new ContainerState();

  private final Container spec;
  private final Kind kind;
  private final String podUid;
  private final String address;
  private final List<Prober> probers = new ArrayList<>();
  private ContainerState state;
  private ContainerState last = NONE;
  private ContainerState ended = NONE;
  private @Nullable Running running;
  private @Nullable Instant finishedAt;
  private Instant startedAt = Instant.EPOCH;
  private int restarts;

  ContainerLife(Container spec, Kind kind, String podUid, String address, boolean afterInit) {
    this.spec = spec;
    this.kind = kind;
    this.podUid = podUid;
    this.address = address;
    this.state = waitingState(afterInit ? "PodInitializing" : "ContainerCreating", null);
  }

  Container spec() {
    return spec;
  }

  Kind kind() {
    return kind;
  }

  List<Prober> probers() {
    return probers;
  }

  @Nullable Running running() {
    return running;
  }

  int restarts() {
    return restarts;
  }

  /** True when the container has ended, and nobody has decided to start it again yet. */
  boolean hasEnded() {
    return finishedAt != null;
  }

  /** True when it has ended with 0. */
  boolean hasSucceeded() {
    return hasEnded() && exitCode() == 0;
  }

  /** True when it runs and has passed its startup probe. */
  boolean hasStarted() {
    return running != null && verdict(Prober.Kind.STARTUP);
  }

  /** True when it is ready; an init container is when it has done its work. */
  boolean isReady() {
    return kind == Kind.INIT ? hasSucceeded() : hasStarted() && verdict(Prober.Kind.READINESS);
  }

  /** True when it has never run. */
  boolean isNew() {
    return restarts == 0 && running == null && finishedAt == null;
  }

  /** The container is kept from starting. */
  void waits(String reason, @Nullable String message) {
    state = waitingState(reason, message);
  }

  /** The container has been started. */
  void runs(Running program, Instant now) {
    again();
    running = program;
    startedAt = now;
    state =
        new ContainerStateBuilder()
            .withNewRunning()
            .withStartedAt(seconds(now))
            .endRunning()
            .build();
    probers.clear();
    probe(Prober.Kind.STARTUP, spec.getStartupProbe());
    if (probers.isEmpty()) {
      probeFromNow();
    }
  }

  /** Readiness and liveness are asked only once the startup probe has succeeded. */
  void probeFromNow() {
    probe(Prober.Kind.READINESS, spec.getReadinessProbe());
    probe(Prober.Kind.LIVENESS, spec.getLivenessProbe());
  }

  /** Notices that the program has ended. */
  void collect(Instant now) {
    if (running != null && running.exit().isDone()) {
      var code = running.exit().join();
      running = null;
      ends(code, code == 0 ? "Completed" : "Error", null, now);
    }
  }

  /** It could not even be started. */
  void failsToStart(int code, String reason, @Nullable String message, Instant now) {
    again();
    startedAt = now;
    ends(code, reason, message, now);
  }

  /** When it is to be started again; not before it has ended. */
  Instant restartAt(Duration backOff) {
    if (finishedAt == null || restarts == 0) {
      return Instant.EPOCH; // the first restart is at once
    }
    var wait = backOff.multipliedBy(1L << Math.min(restarts - 1, 10));
    return finishedAt.plus(wait.compareTo(LONGEST_BACK_OFF) > 0 ? LONGEST_BACK_OFF : wait);
  }

  /** As the kubelet writes it. */
  ContainerStatus status() {
    var status =
        new ContainerStatusBuilder()
            .withName(spec.getName())
            .withImage(spec.getImage())
            .withImageID(isNew() ? "" : spec.getImage())
            .withReady(isReady())
            .withStarted(kind == Kind.INIT ? running != null : hasStarted())
            .withRestartCount(restarts)
            .withState(state)
            .withLastState(last);
    if (!isNew()) {
      status.withContainerID("localnode://%s-%s-%d".formatted(podUid, spec.getName(), restarts));
    }
    return status.build();
  }

  private void ends(int code, String reason, @Nullable String message, Instant now) {
    finishedAt = now;
    probers.clear();
    state =
        new ContainerStateBuilder()
            .withNewTerminated()
            .withExitCode(code)
            .withReason(reason)
            .withMessage(message)
            .withStartedAt(seconds(startedAt))
            .withFinishedAt(seconds(now))
            .withContainerID("localnode://%s-%s-%d".formatted(podUid, spec.getName(), restarts))
            .endTerminated()
            .build();
    ended = state;
  }

  /** From now on the end counts as the last one, and the container as one that will start. */
  void willStartAgain(String reason, @Nullable String message) {
    last = ended;
    waits(reason, message);
  }

  private void again() {
    if (finishedAt != null) {
      last = ended;
      restarts++;
      finishedAt = null;
    }
  }

  private int exitCode() {
    return ended.getTerminated() == null ? 0 : ended.getTerminated().getExitCode();
  }

  private boolean verdict(Prober.Kind wanted) {
    return probers.stream().filter(p -> p.kind() == wanted).allMatch(Prober::holds);
  }

  private void probe(Prober.Kind what, @Nullable Probe probe) {
    if (probe != null) {
      probers.add(new Prober(what, probe, spec, address, startedAt));
    }
  }

  private static ContainerState waitingState(String reason, @Nullable String message) {
    return new ContainerStateBuilder()
        .withNewWaiting()
        .withReason(reason)
        .withMessage(message)
        .endWaiting()
        .build();
  }

  private static String seconds(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
