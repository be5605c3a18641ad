package io.appmetrics.operator.runtime;

import io.appmetrics.operator.apiserver.Deeds;
import io.appmetrics.operator.appmetrics.AppMetricsReconciler;
import io.appmetrics.operator.appmetrics.Gather;
import io.appmetrics.operator.appmetrics.MeshPolicies;
import io.appmetrics.operator.appmetrics.Surroundings;
import io.appmetrics.operator.appmetrics.Sweep;
import io.appmetrics.operator.appmetrics.WorkloadAnnotator;
import io.appmetrics.operator.appmetrics.Workloads;
import io.appmetrics.operator.chain.Sight;
import io.appmetrics.operator.prometheus.Action;
import io.appmetrics.operator.prometheus.Demands;
import io.appmetrics.operator.prometheus.FactsChange;
import io.appmetrics.operator.prometheus.Installation;
import io.appmetrics.operator.prometheus.InstallationAccess;
import io.appmetrics.operator.prometheus.InstallationListener;
import io.appmetrics.operator.prometheus.InstallationLoop;
import io.appmetrics.operator.prometheus.Outcome;
import io.appmetrics.operator.prometheus.Pacing;
import io.appmetrics.operator.prometheus.PrometheusApi;
import io.appmetrics.operator.prometheus.WorkloadRef;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.retry.GenericRetry;
import java.net.http.HttpClient;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The running operator: everything is constructed here, once, and stopped in the opposite order.
 */
public final class OperatorRuntime implements AutoCloseable {
  private static final Duration ASK = Duration.ofSeconds(5);
  private static final Duration RELOAD = Duration.ofSeconds(30);
  private static final Duration SWEEP = Duration.ofMinutes(10);
  private static final Duration SWEEP_AGAIN = Duration.ofSeconds(30);

  /** How soon an Istio that is installed later is noticed. */
  private static final Duration POLICIES = Duration.ofMinutes(1);

  private static final Duration LONGEST_RETRY = Duration.ofSeconds(60);

  /** A loop whose next pass has been due, and has not ended, for so long hangs. */
  private static final Duration HUNG = Duration.ofMinutes(5);

  private final Operator operator;
  private final List<InstallationLoop> loops;
  private final Workloads workloads;
  private final MeshPolicies policies;
  private final Background background;
  private final Events events;

  private OperatorRuntime(
      Operator operator,
      List<InstallationLoop> loops,
      Workloads workloads,
      MeshPolicies policies,
      Background background,
      Events events) {
    this.operator = operator;
    this.loops = List.copyOf(loops);
    this.workloads = workloads;
    this.policies = policies;
    this.background = background;
    this.events = events;
  }

  /**
   * Starts everything; returns once the caches are filled.
   *
   * @param deeds hears of all that it does
   */
  public static OperatorRuntime start(
      KubernetesClient client, OperatorConfig config, Meters meters, Deeds deeds) {
    Clock clock = Clock.systemUTC();
    Background background = new Background();
    Events events = new Events(client, clock, deeds);

    boolean several =
        config.installations().stream().filter(one -> one.federate() == null).count() > 1;
    List<Demands> demands =
        config.installations().stream()
            .map(one -> new Demands(several ? one.workload().path() : null))
            .toList();
    Surroundings surroundings = new Surroundings(demands, new Statuses(meters, events::reported));
    Workloads workloads = new Workloads(client, config.namespaces());
    MeshPolicies policies =
        new MeshPolicies(client, config.rootNamespace(), config.namespaces(), surroundings);
    WorkloadAnnotator annotator =
        new WorkloadAnnotator(client, clock, deeds, workload -> meters.templateWritten());
    PrometheusApi api = new PrometheusApi(HttpClient.newHttpClient(), ASK, RELOAD);
    List<InstallationLoop> loops = new ArrayList<>();
    for (int i = 0; i < demands.size(); i++) {
      InstallationAccess.Settings settings = config.installations().get(i);
      loops.add(
          new InstallationLoop(
              new InstallationAccess(
                  client, api, settings, earlier(config.installations(), i), clock, deeds),
              demands.get(i),
              () -> surroundings.existing().stream().map(ResourceID::toString).toList(),
              new Reports(surroundings, meters.of(settings.workload()), events),
              new Pacing(config.pollPending(), config.pollSteady()),
              clock,
              System::nanoTime));
    }
    Sweep sweep = new Sweep(workloads, annotator, surroundings::named);
    surroundings.connect(
        installation -> loops.get(installation).wake(),
        key -> background.until("sweep of " + key, SWEEP_AGAIN, () -> sweep.run(key)));

    Operator operator =
        operator(client, config, clock, surroundings, workloads, policies, annotator, loops, deeds);
    OperatorRuntime runtime =
        new OperatorRuntime(operator, loops, workloads, policies, background, events);
    try {
      workloads.start(surroundings::workloadChanged);
      policies.refresh();
      operator.start();
      surroundings.open();
    } catch (RuntimeException e) {
      runtime.close();
      throw e;
    }
    // Only now is every AppMetrics known: before, the demand would look smaller than it is, and a
    // sweep would take annotations that are wanted.
    loops.forEach(InstallationLoop::start);
    background.every("search for Istio's policies", POLICIES, policies::refresh);
    background.every("sweep", SWEEP, () -> background.until("sweep", SWEEP_AGAIN, sweep::run));
    return runtime;
  }

  private static Operator operator(
      KubernetesClient client,
      OperatorConfig config,
      Clock clock,
      Surroundings surroundings,
      Workloads workloads,
      MeshPolicies policies,
      WorkloadAnnotator annotator,
      List<InstallationLoop> loops,
      Deeds deeds) {
    Operator operator =
        new Operator(
            overrider ->
                overrider
                    .withKubernetesClient(client)
                    .withCloseClientOnStop(false)
                    .withReconciliationTerminationTimeout(Duration.ofSeconds(2))
                    .withUseSSAToPatchPrimaryResource(true));
    Gather gather =
        new Gather(
            client,
            workloads,
            policies::of,
            () -> sights(config.installations(), loops),
            config.slots(),
            clock);
    operator.register(
        new AppMetricsReconciler(gather, annotator, surroundings, config.progressDeadline(), deeds),
        overrider -> {
          overrider.withRetry(
              new GenericRetry()
                  .withoutMaxAttempts()
                  .setInitialInterval(1_000)
                  .setMaxInterval(LONGEST_RETRY.toMillis()));
          if (!config.namespaces().isEmpty()) {
            overrider.settingNamespaces(config.namespaces());
          }
        });
    return operator;
  }

  /** Two of one namespace may read one ConfigMap. */
  private static List<WorkloadRef> earlier(
      List<InstallationAccess.Settings> installations, int index) {
    String namespace = installations.get(index).workload().namespace();
    return installations.subList(0, index).stream()
        .map(InstallationAccess.Settings::workload)
        .filter(workload -> workload.namespace().equals(namespace))
        .toList();
  }

  private static List<Sight> sights(
      List<InstallationAccess.Settings> installations, List<InstallationLoop> loops) {
    List<Sight> sights = new ArrayList<>();
    for (int i = 0; i < loops.size(); i++) {
      InstallationAccess.Federate federate = installations.get(i).federate();
      sights.add(
          new Sight(
              installations.get(i).workload(),
              loops.get(i).facts().orElse(null),
              federate == null ? null : federate.from()));
    }
    return sights;
  }

  /** False when only a restart helps. */
  public boolean live() {
    return loops.stream().allMatch(loop -> loop.overdue().compareTo(HUNG) < 0);
  }

  /** Whether the caches are filled and every Prometheus is being watched. */
  public boolean ready() {
    return operator.getRuntimeInfo().isStarted()
        && loops.stream().allMatch(loop -> loop.facts().isPresent());
  }

  @Override
  public void close() {
    loops.parallelStream().forEach(InstallationLoop::close); // each may take its seconds
    operator.stop();
    policies.close();
    workloads.close();
    background.close();
    events.close();
  }

  private record Reports(Surroundings surroundings, InstallationMeters meters, Events events)
      implements InstallationListener {
    @Override
    public void changed(FactsChange change) {
      surroundings.factsChanged(change);
    }

    @Override
    public void acted(Installation installation, Action action, Outcome outcome) {
      meters.acted(action, outcome);
      events.acted(installation, action, outcome);
    }

    @Override
    public void polled(Duration took) {
      meters.polled(took);
    }
  }
}
