package io.appmetrics.operator.cluster.node;

import io.appmetrics.operator.cluster.program.Directories;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings one pod to life and to its end, on a thread of its own, as a pod worker of the kubelet
 * does. Everybody else only leaves messages.
 */
final class PodWorker implements Runnable {

  private static final Logger log = LoggerFactory.getLogger(PodWorker.class);
  private static final Duration REMOUNT = Duration.ofMillis(500);
  private static final Duration RETRY = Duration.ofSeconds(2);
  private static final Duration DEFAULT_GRACE = Duration.ofSeconds(30);

  /** What all workers of a node share. */
  record Node(
      NodeApi api,
      Sources sources,
      Images images,
      Executor probes,
      String address,
      Map<String, String> environment,
      Path pods,
      Path logs) {}

  private final Node node;
  private final Supplier<Timing> timing;
  private final BlockingQueue<Runnable> messages = new LinkedBlockingQueue<>();
  private final String address;
  private final Path directory;
  private final PodVolumes volumes;
  private final List<ContainerLife> lives = new ArrayList<>();
  private final Map<ContainerLife, Instant> killAt = new HashMap<>();
  private final Instant startTime = Instant.now();
  private final String namespace;

  private Pod pod;
  private @Nullable PodStatus written;
  private @Nullable Instant projectAt = Instant.EPOCH;
  private @Nullable ContainerLife rooted;
  private @Nullable Instant terminateBy;
  private Instant due = Instant.EPOCH;
  private String said = "";
  private boolean mounted;
  private boolean removed;
  private boolean over;
  private boolean finished;

  PodWorker(Pod pod, String address, Node node, Supplier<Timing> timing) {
    this.pod = pod;
    this.address = address;
    this.node = node;
    this.timing = timing;
    var metadata = pod.getMetadata();
    this.namespace = metadata.getNamespace();
    this.directory =
        node.pods()
            .resolve(
                "%s_%s_%s"
                    .formatted(metadata.getNamespace(), metadata.getName(), metadata.getUid()));
    this.volumes = new PodVolumes(directory.resolve(ContainerInstance.VOLUMES), node.sources());
    var inits = pod.getSpec().getInitContainers();
    for (var container : inits) {
      var sidecar = "Always".equals(container.getRestartPolicy());
      add(container, sidecar ? ContainerLife.Kind.SIDECAR : ContainerLife.Kind.INIT, true);
    }
    for (var container : pod.getSpec().getContainers()) {
      add(container, ContainerLife.Kind.MAIN, !inits.isEmpty());
    }
  }

  private void add(Container container, ContainerLife.Kind kind, boolean afterInit) {
    var uid = pod.getMetadata().getUid();
    lives.add(new ContainerLife(container, kind, uid, address, afterInit));
  }

  String namespace() {
    return namespace;
  }

  /** The pod has changed. */
  void changed(Pod fresh) {
    messages.add(
        () -> {
          var before = pod;
          pod = fresh;
          if (!Objects.equals(
                  before.getMetadata().getAnnotations(), fresh.getMetadata().getAnnotations())
              || !Objects.equals(before.getMetadata().getLabels(), fresh.getMetadata().getLabels())
              || !Objects.equals(before.getSpec(), fresh.getSpec())) {
            projectWithin(timing.get().reaction());
          }
        });
  }

  /** A ConfigMap or Secret of the pod's namespace has come, changed, or gone. */
  void changed(HasMetadata source) {
    messages.add(
        () -> {
          if (PodVolumes.refersTo(pod, source)) {
            var wait = timing.get().propagation();
            // a mount that failed is tried again soon, a running pod is looked at when its turn
            // comes
            projectWithin(mounted || wait.compareTo(REMOUNT) < 0 ? wait : REMOUNT);
          }
        });
  }

  /** The pod's object is gone: all ends at once. */
  void gone() {
    messages.add(() -> removed = true);
  }

  /** The node stops: all ends at once, and nobody is told. */
  void stop() {
    gone();
  }

  @Override
  public void run() {
    while (!finished) {
      try {
        await();
        due = Instant.MAX;
        step(Instant.now());
      } catch (IOException | KubernetesClientException e) {
        log.warn("pod {}: {}; again in {} s", name(), e.toString(), RETRY.toSeconds());
        due = Instant.now().plus(RETRY);
      } catch (InterruptedException e) {
        removed = true;
      } catch (RuntimeException e) {
        log.error("pod {}", name(), e);
        due = Instant.now().plus(RETRY);
      }
    }
  }

  private void await() throws InterruptedException {
    var wait =
        due.equals(Instant.MAX) ? Duration.ofMinutes(10) : Duration.between(Instant.now(), due);
    var message =
        wait.isNegative()
            ? messages.poll()
            : messages.poll(wait.toMillis() + 1, TimeUnit.MILLISECONDS);
    while (message != null) {
      message.run();
      message = messages.poll();
    }
  }

  private void step(Instant now) throws IOException {
    if (removed) {
      end(now);
      return;
    }
    lives.forEach(life -> life.collect(now));
    if (pod.getMetadata().getDeletionTimestamp() != null) {
      terminate(now);
      return;
    }
    if (over) {
      return;
    }
    project(now);
    if (mounted) {
      advance(now);
    }
    report(now);
  }

  private void projectWithin(Duration duration) {
    var at = Instant.now().plus(duration);
    if (projectAt == null || at.isBefore(projectAt)) {
      projectAt = at;
    }
  }

  private void project(Instant now) throws IOException {
    if (projectAt == null) {
      return;
    }
    if (now.isBefore(projectAt)) {
      dueBy(projectAt);
      return;
    }
    projectAt = null;
    try {
      volumes.project(fields());
      mounted = true;
    } catch (NotYet e) {
      event("Warning", "FailedMount", e.why());
    }
  }

  private void advance(Instant now) throws IOException {
    var initializing = false;
    for (var life : lives) {
      if (initializing) {
        return;
      }
      if (life.running() == null && shouldRun(life)) {
        startOrWait(life, now);
      }
      probe(life, now);
      initializing =
          switch (life.kind()) {
            case INIT -> !life.hasSucceeded();
            case SIDECAR -> !life.hasStarted();
            case MAIN -> false;
          };
    }
  }

  private boolean shouldRun(ContainerLife life) {
    if (!life.hasEnded()) {
      return true;
    }
    var policy = pod.getSpec().getRestartPolicy();
    return switch (life.kind()) {
      case SIDECAR -> true;
      case INIT -> !life.hasSucceeded() && !"Never".equals(policy);
      case MAIN -> "Always".equals(policy) || ("OnFailure".equals(policy) && !life.hasSucceeded());
    };
  }

  private void startOrWait(ContainerLife life, Instant now) throws IOException {
    var at = life.restartAt(timing.get().backOff());
    if (!now.isBefore(at)) {
      start(life, now);
      return;
    }
    dueBy(at);
    var message =
        "back-off %ds restarting failed container=%s pod=%s(%s)"
            .formatted(
                timing
                    .get()
                    .backOff()
                    .multipliedBy(1L << Math.min(life.restarts() - 1, 5))
                    .toSeconds(),
                life.spec().getName(),
                pod.getMetadata().getName() + "_" + pod.getMetadata().getNamespace(),
                pod.getMetadata().getUid());
    life.willStartAgain("CrashLoopBackOff", message);
    event("Warning", "BackOff", "Back-off restarting failed container " + life.spec().getName());
  }

  private void start(ContainerLife life, Instant now) throws IOException {
    var spec = life.spec();
    var logFile =
        node.logs()
            .resolve(
                "%s_%s_%s_%d.log"
                    .formatted(
                        pod.getMetadata().getNamespace(),
                        pod.getMetadata().getName(),
                        spec.getName(),
                        life.restarts()));
    try {
      var program = image(life);
      var variables = Variables.of(spec, fields(), base(), node.sources());
      try {
        volumes.project(fields()); // a start syncs the pod: what has come meanwhile is seen at once
      } catch (NotYet e) {
        event("Warning", "FailedMount", e.why());
      }
      var instance =
          new ContainerInstance(
              spec,
              pod.getMetadata().getName(),
              variables.expand(spec.getCommand()),
              variables.expand(spec.getArgs()),
              Map.copyOf(variables.values()),
              address,
              directory,
              ContainerInstance.mounts(
                  spec, pod.getSpec().getVolumes(), volumes, variables, life.restarts()),
              logFile);
      var running = program.start(instance);
      var unused = running.exit().thenRun(this::wake);
      life.runs(running, now);
      probe(life, now);
    } catch (NotYet e) {
      dueBy(now.plus(RETRY));
      life.waits(e.reason(), e.why());
      event("Warning", "Failed", "Error: " + e.why());
    } catch (IOException | RuntimeException e) {
      // what makes a process end as soon as it has begun, such as a wrong argument or a taken port
      Files.writeString(logFile, e + System.lineSeparator());
      life.failsToStart(1, "Error", e.toString(), now);
      dueBy(now);
    }
  }

  private Program image(ContainerLife life) throws NotYet {
    var program = node.images().get(life.spec().getImage());
    if (program.needsRoot()) {
      if (rooted != null && rooted != life) {
        throw new NotYet(
            "CreateContainerError",
            "LocalNode runs one program of its own root per pod, and that is "
                + rooted.spec().getName());
      }
      rooted = life;
    }
    return program;
  }

  private void probe(ContainerLife life, Instant now) {
    for (var prober : List.copyOf(life.probers())) {
      if (prober.advance(now, node.probes(), this::wake)) {
        judge(life, prober, now);
      }
      dueBy(prober.next());
    }
  }

  private void judge(ContainerLife life, Prober prober, Instant now) {
    if (!prober.failure().isEmpty()) {
      event("Warning", "Unhealthy", prober.kind().word() + " probe failed: " + prober.failure());
    }
    if (prober.kind() == Prober.Kind.STARTUP && prober.holds()) {
      life.probeFromNow();
      dueBy(now);
    }
    var running = life.running();
    if (prober.hasGivenUp() && running != null && !killAt.containsKey(life)) {
      event(
          "Normal",
          "Killing",
          "Container %s failed %s probe, will be restarted"
              .formatted(life.spec().getName(), prober.kind().word().toLowerCase(Locale.ROOT)));
      running.terminate();
      killAt.put(life, now.plus(grace()));
    }
  }

  /** SIGTERM, sidecars after the others; SIGKILL when the grace is over; then the object goes. */
  private void terminate(Instant now) throws IOException {
    if (terminateBy == null) {
      var grace = pod.getMetadata().getDeletionGracePeriodSeconds();
      terminateBy = now.plusSeconds(grace == null ? 0 : grace);
      stopAll(false);
    }
    if (lives.stream().noneMatch(l -> l.running() != null)) {
      if (!over) {
        report(now);
      }
      node.api().remove(pod);
      end(now);
      return;
    }
    if (lives.stream().noneMatch(l -> l.running() != null && !isSidecar(l))) {
      stopAll(true);
    }
    if (!now.isBefore(terminateBy)) {
      lives.forEach(PodWorker::kill);
      dueBy(now.plusSeconds(1));
    } else {
      dueBy(terminateBy);
    }
  }

  private void stopAll(boolean sidecars) {
    for (var life : lives) {
      var running = life.running();
      if (running != null && isSidecar(life) == sidecars) {
        running.terminate();
      }
    }
  }

  private void end(Instant now) throws IOException {
    lives.forEach(PodWorker::kill);
    for (var life : lives) {
      var running = life.running();
      if (running != null) {
        // its files are deleted below
        running.exit().orTimeout(10, TimeUnit.SECONDS).exceptionally(e -> -1).join();
      }
      life.collect(now);
    }
    finished = true;
    Directories.delete(directory);
  }

  private void report(Instant now) {
    for (var late : List.copyOf(killAt.entrySet())) {
      if (late.getKey().running() == null) {
        killAt.remove(late.getKey());
      } else if (!now.isBefore(late.getValue())) {
        kill(late.getKey());
      } else {
        dueBy(late.getValue());
      }
    }
    var report =
        new StatusReport(
            written == null ? pod : withWritten(),
            lives,
            mounted,
            address,
            node.address(),
            startTime,
            now);
    var status = report.status();
    if (!status.equals(written) && node.api().writeStatus(pod, status)) {
      written = status;
    }
    over = report.isOver();
  }

  /** What we wrote last may not have come back yet; its transition times must stay. */
  private Pod withWritten() {
    var conditions = new ArrayList<>(Objects.requireNonNull(written).getConditions());
    var known = conditions.stream().map(c -> c.getType()).toList();
    pod.getStatus().getConditions().stream()
        .filter(c -> !known.contains(c.getType()))
        .forEach(conditions::add);
    return pod.edit().editStatus().withConditions(conditions).endStatus().build();
  }

  private void event(String type, String reason, String message) {
    var saying = reason + message;
    if (!saying.equals(said)) {
      said = saying;
      node.api().event(pod, type, reason, message);
    }
  }

  private Map<String, String> base() {
    var base = new HashMap<>(node.environment());
    base.put("HOSTNAME", pod.getMetadata().getName());
    return base;
  }

  private Duration grace() {
    var seconds = pod.getSpec().getTerminationGracePeriodSeconds();
    return seconds == null ? DEFAULT_GRACE : Duration.ofSeconds(seconds);
  }

  private PodFields fields() {
    return new PodFields(pod, address, node.address());
  }

  private void wake() {
    messages.add(() -> {});
  }

  private void dueBy(Instant time) {
    if (time.isBefore(due)) {
      due = time;
    }
  }

  private String name() {
    return pod.getMetadata().getNamespace() + "/" + pod.getMetadata().getName();
  }

  private static boolean isSidecar(ContainerLife life) {
    return life.kind() == ContainerLife.Kind.SIDECAR;
  }

  private static void kill(ContainerLife life) {
    var running = life.running();
    if (running != null) {
      running.kill();
    }
  }
}
