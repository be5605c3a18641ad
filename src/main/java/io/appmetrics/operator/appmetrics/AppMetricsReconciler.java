package io.appmetrics.operator.appmetrics;

import io.appmetrics.operator.api.AppMetrics;
import io.appmetrics.operator.api.AppMetricsStatus;
import io.appmetrics.operator.api.Target;
import io.appmetrics.operator.api.TargetStatus;
import io.appmetrics.operator.apiserver.Deeds;
import io.appmetrics.operator.chain.AnnotationOutcome;
import io.appmetrics.operator.chain.Chain;
import io.appmetrics.operator.chain.Observation;
import io.appmetrics.operator.chain.Plan;
import io.appmetrics.operator.chain.PodFacts;
import io.appmetrics.operator.chain.Recheck;
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
  private static final Duration FIRST_FACTS = Duration.ofSeconds(2);

  private final Gather gather;
  private final WorkloadAnnotator annotator;
  private final Surroundings surroundings;
  private final Duration progressDeadline;
  private final Deeds deeds;

  /**
   * Creates the reconciler.
   *
   * @param progressDeadline after this long a pending reason is Stalled
   */
  public AppMetricsReconciler(
      Gather gather,
      WorkloadAnnotator annotator,
      Surroundings surroundings,
      Duration progressDeadline,
      Deeds deeds) {
    this.gather = gather;
    this.annotator = annotator;
    this.surroundings = surroundings;
    this.progressDeadline = progressDeadline;
    this.deeds = deeds;
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
    Map<Workload.Key, AnnotationOutcome> outcomes =
        seen.suspended() ? Map.of() : apply(resource, context, plan);
    Chain chain = Chain.of(seen, plan, outcomes);
    if (!plan.isHeard() && resource.getStatus() != null) {
      // Just started: a Ready of before would turn False out of ignorance, at every restart. The
      // first look at Prometheus wakes everybody.
      surroundings.tell(resource, plan, true);
      return UpdateControl.<AppMetrics>noUpdate().rescheduleAfter(FIRST_FACTS);
    }
    return report(resource, context, seen, plan, outcomes, chain);
  }

  private Map<Workload.Key, AnnotationOutcome> apply(
      AppMetrics resource, Context<AppMetrics> context, Plan plan) {
    Map<Workload.Key, AnnotationOutcome> outcomes = new HashMap<>();
    for (TargetPlan target : plan.targets()) {
      Workload workload = target.seen().workload();
      if (workload == null || target.seen().unreadable() != null) {
        continue; // what stands is right until the pods say else
      }
      AnnotationOutcome outcome =
          annotator.annotate(
              workload,
              target.workload(),
              writesBefore(resource, target),
              writes -> note(resource, context, target, writes));
      for (PodFacts pod : target.serving()) {
        outcome = outcome.and(annotator.liveSchemes(pod, target.liveSchemes(pod)));
      }
      outcomes.put(workload.key(), outcome);
    }
    return outcomes;
  }

  /** What the status says of this generation: a fight goes on over a restart of the operator. */
  private static int writesBefore(AppMetrics resource, TargetPlan plan) {
    return targets(resource).stream()
        .filter(status -> isOf(status, plan))
        .flatMap(status -> Stream.ofNullable(status.templateWrites()))
        .findFirst()
        .orElse(0);
  }

  /** Those of this generation. */
  private static List<TargetStatus> targets(AppMetrics resource) {
    AppMetricsStatus status = resource.getStatus();
    return status == null
            || status.targets() == null
            || !resource.getMetadata().getGeneration().equals(status.observedGeneration())
        ? List.of()
        : status.targets();
  }

  private static boolean isOf(TargetStatus status, TargetPlan plan) {
    Target target = plan.seen().target();
    return status.kind().equals(target.kind().toString()) && status.name().equals(target.name());
  }

  /** Before a write: killed after it, the operator would take up the fight with one try more. */
  private void note(AppMetrics resource, Context<AppMetrics> context, TargetPlan plan, int writes) {
    List<TargetStatus> noted =
        targets(resource).stream()
            .map(status -> isOf(status, plan) ? status.withTemplateWrites(writes) : status)
            .toList();
    if (!noted.equals(targets(resource))) {
      write(resource, resource.getStatus().withTargets(noted), context);
    }
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
    AppMetricsStatus after =
        seen.suspended()
            ? StatusReport.suspended(before, generation, seen.now())
            : StatusReport.of(
                before, generation, chain, plan, outcomes, seen.now(), progressDeadline);
    boolean settled = chain.ready() && !chain.held();
    surroundings.tell(resource, plan, !settled && !StatusReport.isStalled(after));
    if (!after.equals(before)) {
      write(resource, after, context);
    }
    surroundings.reported(resource, before, after);
    UpdateControl<AppMetrics> control = UpdateControl.noUpdate();
    return seen.suspended()
        ? control
        : control.rescheduleAfter(Recheck.after(after, chain, outcomes.values(), seen.now()));
  }

  private void write(AppMetrics resource, AppMetricsStatus status, Context<AppMetrics> context) {
    deeds.run(
        Deeds.Deed.STATUS,
        () ->
            PrimaryUpdateAndCacheUtils.ssaPatchStatusAndCacheResource(
                resource, fresh(resource, status), context));
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
            // one that was deleted and made anew meanwhile gets no verdict over its predecessor
            .withUid(resource.getMetadata().getUid())
            .build());
    fresh.setStatus(status);
    return fresh;
  }
}
