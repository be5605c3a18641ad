package io.appmetrics.operator.appmetrics;

import io.appmetrics.operator.api.AppMetrics;
import io.appmetrics.operator.api.AppMetricsStatus;
import io.appmetrics.operator.chain.AnnotationOutcome;
import io.appmetrics.operator.chain.Chain;
import io.appmetrics.operator.chain.EndpointReading;
import io.appmetrics.operator.chain.Observation;
import io.appmetrics.operator.chain.Plan;
import io.appmetrics.operator.chain.Reason;
import io.appmetrics.operator.chain.StatusReport;
import io.appmetrics.operator.chain.TargetPlan;
import io.appmetrics.operator.chain.Workload;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.PrimaryUpdateAndCacheUtils;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Reconciles one AppMetrics: the only writer of its status. */
@ControllerConfiguration(
    name = "appmetrics",
    fieldManager = "appmetrics-operator-status",
    // The deletion of an AppMetrics is an event like any other: there is no finalizer to hang.
    triggerReconcilerOnAllEvents = true)
public final class AppMetricsReconciler implements Reconciler<AppMetrics> {
  private static final Duration SOON = Duration.ofMillis(300);
  private static final Duration PENDING = Duration.ofSeconds(2);
  private static final Duration BROKEN = Duration.ofSeconds(10);

  private final Gather gather;
  private final WorkloadAnnotator annotator;
  private final Surroundings surroundings;
  private final Duration progressDeadline;

  /**
   * Creates the reconciler.
   *
   * @param progressDeadline after this long a pending reason is Stalled
   */
  public AppMetricsReconciler(
      Gather gather,
      WorkloadAnnotator annotator,
      Surroundings surroundings,
      Duration progressDeadline) {
    this.gather = gather;
    this.annotator = annotator;
    this.surroundings = surroundings;
    this.progressDeadline = progressDeadline;
  }

  @Override
  public List<EventSource<?, AppMetrics>> prepareEventSources(
      EventSourceContext<AppMetrics> context) {
    return surroundings.eventSources(context);
  }

  @Override
  public UpdateControl<AppMetrics> reconcile(AppMetrics resource, Context<AppMetrics> context) {
    if (context.isPrimaryResourceDeleted()) {
      surroundings.forget(resource);
      return UpdateControl.noUpdate();
    }
    Observation seen = gather.observe(resource, surroundings.neighbours(resource));
    Plan plan = Plan.of(seen);
    Map<Workload.Key, AnnotationOutcome> outcomes = apply(plan, seen.suspended());
    Chain chain = Chain.of(seen, plan, outcomes);
    surroundings.tell(resource, plan, chain);
    return report(resource, context, seen, plan, outcomes, chain);
  }

  private Map<Workload.Key, AnnotationOutcome> apply(Plan plan, boolean suspended) {
    Map<Workload.Key, AnnotationOutcome> outcomes = new HashMap<>();
    for (TargetPlan target : plan.targets()) {
      Workload workload = target.seen().workload();
      if (workload == null || suspended) {
        continue;
      }
      outcomes.put(workload.key(), annotator.annotate(workload, target.workload()));
      target.serving().forEach(pod -> annotator.liveSchemes(pod, target.liveSchemes(pod)));
    }
    return outcomes;
  }

  private UpdateControl<AppMetrics> report(
      AppMetrics resource,
      Context<AppMetrics> context,
      Observation seen,
      Plan plan,
      Map<Workload.Key, AnnotationOutcome> outcomes,
      Chain chain) {
    long generation = resource.getMetadata().getGeneration();
    AppMetricsStatus before = resource.getStatus();
    if (seen.facts() == null && before != null) {
      // Just started: a Ready of before would turn False out of ignorance, at every restart. The
      // first look at Prometheus wakes everybody.
      return UpdateControl.<AppMetrics>noUpdate().rescheduleAfter(PENDING);
    }
    AppMetricsStatus after =
        seen.suspended()
            ? StatusReport.suspended(before, generation, seen.now())
            : StatusReport.of(
                before, generation, chain, plan, outcomes, seen.now(), progressDeadline);
    if (!after.equals(before)) {
      PrimaryUpdateAndCacheUtils.ssaPatchStatusAndCacheResource(
          resource, fresh(resource, after), context);
    }
    surroundings.reported(resource, before, after);
    UpdateControl<AppMetrics> control = UpdateControl.noUpdate();
    return seen.suspended() ? control : control.rescheduleAfter(again(seen, outcomes, chain));
  }

  /**
   * Only what is ours: a copy of the cached object would carry its resourceVersion, and conflict.
   */
  private static AppMetrics fresh(AppMetrics resource, AppMetricsStatus status) {
    AppMetrics fresh = new AppMetrics();
    fresh.setMetadata(
        new ObjectMetaBuilder()
            .withNamespace(resource.getMetadata().getNamespace())
            .withName(resource.getMetadata().getName())
            .build());
    fresh.setStatus(status);
    return fresh;
  }

  /** When time alone may change the verdict. */
  private Duration again(
      Observation seen, Map<Workload.Key, AnnotationOutcome> outcomes, Chain chain) {
    boolean racing =
        outcomes.values().stream().anyMatch(o -> o.kind() == AnnotationOutcome.Kind.AGAIN);
    if (racing) {
      return SOON;
    }
    if (!chain.ready()) {
      boolean pending =
          chain.broken().flatMap(e -> e.getValue().why()).map(Reason::remedy).orElse(null)
              != Reason.Remedy.HUMAN;
      return pending ? PENDING : BROKEN;
    }
    return chain.readings().stream()
        .map(EndpointReading::settles)
        .flatMap(Stream::ofNullable)
        .min(Instant::compareTo)
        .map(settles -> Duration.between(seen.now(), settles).plus(SOON))
        .orElse(surroundings.driftNet());
  }
}
