package io.appmetrics.operator.chain;

import io.appmetrics.operator.api.AppMetricsStatus;
import io.appmetrics.operator.api.Condition;
import io.appmetrics.operator.api.EndpointStatus;
import io.appmetrics.operator.api.TargetStatus;
import io.appmetrics.operator.mesh.Terms;
import io.appmetrics.operator.route.Route;
import io.appmetrics.operator.scrapeconfig.Federation;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Turns a chain into a status: Ready, one condition for each link, and Reconciling or Stalled only
 * while they are true (kstatus). The only builder of statuses.
 */
public final class StatusReport {
  /** The summary of all links. */
  public static final String READY = "Ready";

  /** It may come right by itself. */
  public static final String RECONCILING = "Reconciling";

  /** Somebody has to act. */
  public static final String STALLED = "Stalled";

  /** The reason of a condition that is True. */
  public static final String VERIFIED = "Verified";

  /** The reason of a link behind the one that does not hold. */
  static final String NOT_CHECKED = "NotChecked";

  /** The reason that is not a link's: what stands is left as it stands. */
  static final String SUSPENDED = "Suspended";

  /** The reason of what stays True until a new Prometheus pod shows it, too. */
  static final String PROMETHEUS_JOINING = "PrometheusJoining";

  /** The route of what is pulled from another Prometheus. */
  private static final String FEDERATED = "Federated";

  private static final int MOST_ENDPOINTS = 64;

  private static final String NO_WORKLOAD = "there is no such workload";

  /** Waiting is told in steps, so that the status does not change with every second. */
  private static final List<Duration> STEPS =
      List.of(
          Duration.ofHours(24),
          Duration.ofHours(6),
          Duration.ofHours(1),
          Duration.ofMinutes(30),
          Duration.ofMinutes(10),
          Duration.ofMinutes(5),
          Duration.ofMinutes(2),
          Duration.ofMinutes(1));

  private final Map<String, Condition> before;
  private final long generation;
  private final Instant now;
  private final Duration progressDeadline;
  private final List<Condition> conditions = new ArrayList<>();

  private StatusReport(
      @Nullable AppMetricsStatus before, long generation, Instant now, Duration progressDeadline) {
    this.before = new HashMap<>();
    if (before != null && before.conditions() != null) {
      before.conditions().forEach(condition -> this.before.put(condition.type(), condition));
    }
    this.generation = generation;
    this.now = now.truncatedTo(ChronoUnit.SECONDS);
    this.progressDeadline = progressDeadline;
  }

  /**
   * Builds the status.
   *
   * @param before the status as it stands; null when there is none
   * @param generation the generation of the spec that was reconciled
   * @param outcomes what became of the writes, by workload
   * @param progressDeadline after this long a pending reason is Stalled
   */
  public static AppMetricsStatus of(
      @Nullable AppMetricsStatus before,
      long generation,
      Chain chain,
      Plan plan,
      Map<Workload.Key, AnnotationOutcome> outcomes,
      Instant now,
      Duration progressDeadline) {
    StatusReport report = new StatusReport(before, generation, now, progressDeadline);
    report.conditions(chain);
    List<EndpointReading> readings = chain.readings();
    int declared = plan.targets().stream().mapToInt(TargetPlan::declared).sum();
    boolean several = plan.shares().size() > 1;
    List<TargetStatus> targets =
        plan.targets().stream().map(t -> target(t, readings, outcomes)).toList();
    if (chain.blind() && before != null) {
      return report.withFiguresOf(before, targets);
    }
    return new AppMetricsStatus(
        generation,
        scraped(readings) + "/" + declared,
        declared,
        scraped(readings),
        report.conditions,
        targets,
        Stream.concat(
                plan.targets().stream().flatMap(StatusReport::unresolved),
                readings.stream()
                    .sorted(Comparator.comparing(EndpointReading::scraped))
                    .map(reading -> endpoint(reading, several)))
            .limit(MOST_ENDPOINTS)
            .toList());
  }

  /** The status of an AppMetrics that is suspended: everything stays as it was said last. */
  public static AppMetricsStatus suspended(
      @Nullable AppMetricsStatus before, long generation, Instant now) {
    StatusReport report = new StatusReport(before, generation, now, Duration.ZERO);
    Condition ready = report.before.get(READY);
    report.add(
        READY,
        ready == null ? "Unknown" : ready.status(),
        SUSPENDED,
        "Nothing is written or checked, because spec.suspend is true; annotations and jobs stay");
    for (Link link : Link.values()) {
      Condition condition = report.before.get(link.condition());
      report.add(
          link.condition(),
          condition == null ? "Unknown" : condition.status(),
          condition == null ? NOT_CHECKED : condition.reason(),
          condition == null ? "Not checked, because spec.suspend is true" : condition.message());
    }
    return before == null
        ? new AppMetricsStatus(generation, null, null, null, report.conditions, null, null)
        : report.withFiguresOf(before, List.of());
  }

  /** As it was said last, but for what was written since. */
  private AppMetricsStatus withFiguresOf(AppMetricsStatus last, List<TargetStatus> now) {
    return new AppMetricsStatus(
        generation,
        last.summary(),
        last.declared(),
        last.scraped(),
        conditions,
        last.targets() == null
            ? null
            : last.targets().stream().map(target -> withWrites(target, now)).toList(),
        last.endpoints());
  }

  private static TargetStatus withWrites(TargetStatus last, List<TargetStatus> now) {
    return now.stream()
        .filter(target -> target.kind().equals(last.kind()) && target.name().equals(last.name()))
        .flatMap(target -> Stream.ofNullable(target.templateWrites()))
        .findFirst()
        .map(last::withTemplateWrites)
        .orElse(last);
  }

  /** Whether a status says Ready of this generation. */
  public static boolean isReady(@Nullable AppMetricsStatus status, long generation) {
    return Stream.ofNullable(status)
        .flatMap(known -> Stream.ofNullable(known.conditions()))
        .flatMap(List::stream)
        .anyMatch(
            condition ->
                condition.type().equals(READY)
                    && condition.status().equals("True")
                    && Objects.equals(condition.observedGeneration(), generation));
  }

  /** Whether a status says that somebody has to act. */
  public static boolean isStalled(AppMetricsStatus status) {
    return Stream.ofNullable(status.conditions())
        .flatMap(List::stream)
        .anyMatch(condition -> condition.type().equals(STALLED));
  }

  private void conditions(Chain chain) {
    Optional<Map.Entry<Link, Finding>> broken = chain.broken();
    if (broken.isEmpty()) {
      add(READY, "True", chain.held() ? PROMETHEUS_JOINING : VERIFIED, chain.summary());
    } else {
      Link link = broken.get().getKey();
      Reason reason = broken.get().getValue().why().orElseThrow();
      String status = status(reason);
      Duration since = since(link, status);
      String message = broken.get().getValue().message() + step(since);
      add(READY, status, reason.toString(), message);
      boolean stalled =
          reason.remedy() == Reason.Remedy.HUMAN
              || (reason.remedy() == Reason.Remedy.PENDING
                  && since.compareTo(progressDeadline) >= 0);
      add(stalled ? STALLED : RECONCILING, "True", reason.toString(), message);
    }
    for (Link link : Link.values()) {
      Finding finding = chain.findings().get(link);
      if (finding == null) {
        add(
            link.condition(),
            "Unknown",
            NOT_CHECKED,
            "Waits for " + chain.blocker().map(Link::condition).orElse(""));
      } else {
        add(
            link.condition(),
            finding.why().map(StatusReport::status).orElse("True"),
            finding
                .why()
                .map(Reason::toString)
                .orElse(finding.held() ? PROMETHEUS_JOINING : VERIFIED),
            finding.message());
      }
    }
  }

  private static String status(Reason reason) {
    return reason.remedy() == Reason.Remedy.IGNORANCE ? "Unknown" : "False";
  }

  /** For how long this link has not held. */
  private Duration since(Link link, String status) {
    Condition condition = before.get(link.condition());
    Condition ready = before.get(READY);
    if (condition == null
        || ready == null
        || !condition.status().equals(status)
        || !ready.status().equals(status)
        || condition.reason().equals(NOT_CHECKED)) {
      return Duration.ZERO;
    }
    // A link that was Unknown because it was not checked stays Unknown when nobody can tell: then
    // Ready is what moved.
    Instant from =
        condition.lastTransitionTime().isAfter(ready.lastTransitionTime())
            ? condition.lastTransitionTime()
            : ready.lastTransitionTime();
    return Duration.between(from, now);
  }

  private static String step(Duration since) {
    return STEPS.stream()
        .filter(step -> since.compareTo(step) >= 0)
        .findFirst()
        .map(
            step ->
                " (for more than "
                    + (step.toHours() > 0 ? step.toHours() + " h)" : step.toMinutes() + " min)"))
        .orElse("");
  }

  private void add(String type, String status, String reason, String message) {
    Condition old = before.get(type);
    Instant moved = old != null && old.status().equals(status) ? old.lastTransitionTime() : now;
    conditions.add(new Condition(type, status, reason, message, moved, generation));
  }

  /** How many endpoints every installation scrapes. */
  private static int scraped(List<EndpointReading> readings) {
    Map<List<Object>, Boolean> byEndpoint = new HashMap<>();
    readings.forEach(
        reading ->
            byEndpoint.merge(
                List.of(reading.target().name(), reading.endpoint().key()),
                reading.scraped(),
                Boolean::logicalAnd));
    return (int) byEndpoint.values().stream().filter(scraped -> scraped).count();
  }

  private static TargetStatus target(
      TargetPlan target,
      List<EndpointReading> readings,
      Map<Workload.Key, AnnotationOutcome> outcomes) {
    Workload workload = target.seen().workload();
    AnnotationOutcome outcome = workload == null ? null : outcomes.get(workload.key());
    List<EndpointReading> own =
        readings.stream().filter(r -> r.target().name().equals(target.name())).toList();
    return new TargetStatus(
        target.seen().target().kind().toString(),
        target.seen().target().name(),
        own.stream().mapToInt(EndpointReading::counted).max().orElse(0),
        target.declared(),
        scraped(own),
        outcome == null ? 0 : outcome.templateWrites());
  }

  /** What cannot be found is declared all the same. */
  private static Stream<EndpointStatus> unresolved(TargetPlan target) {
    return target.endpoints().unresolved().stream()
        .map(
            endpoint ->
                new EndpointStatus(
                    key(target),
                    null,
                    endpoint.path(),
                    null,
                    null,
                    target.seen().workload() == null
                        ? NO_WORKLOAD
                        : "no container declares a port named " + endpoint.name(),
                    0,
                    0,
                    null,
                    null));
  }

  private static String key(TargetPlan target) {
    return target.seen().target().kind() + "/" + target.seen().target().name();
  }

  private static EndpointStatus endpoint(EndpointReading reading, boolean several) {
    return new EndpointStatus(
        key(reading.target()),
        reading.endpoint().port(),
        reading.endpoint().path(),
        reading.sight().federates() == null ? route(reading.route()) : FEDERATED,
        reading.scheme() == null ? null : reading.scheme().toString(),
        why(reading),
        reading.up(),
        reading.counted(),
        reading.trouble() == null || !reading.trouble().failed() ? null : reading.trouble().error(),
        several ? reading.sight().installation().path() : null);
  }

  private static @Nullable String route(@Nullable Route route) {
    if (route instanceof Route.ByUserJob byJob) {
      return byJob.kind().toString();
    }
    return route instanceof Route.BySlot ? Route.Kind.SLOT.toString() : null;
  }

  private static @Nullable String why(EndpointReading reading) {
    Route route = reading.route();
    if (reading.sight().federates() != null) {
      return "job %s pulls it from %s".formatted(Federation.JOB, reading.sight().federates());
    }
    if (route == null) {
      return reading.target().seen().workload() == null ? NO_WORKLOAD : null;
    }
    if (route instanceof Route.Undecided undecided) {
      return undecided.why();
    }
    if (route instanceof Route.ByUserJob byJob) {
      return "job %s; %s; %s".formatted(byJob.job(), scheme(reading), byJob.why());
    }
    Route.BySlot slot = (Route.BySlot) route;
    return "slot %d; %s; %s".formatted(slot.number(), scheme(reading), slot.why());
  }

  private static String scheme(EndpointReading reading) {
    return switch (reading.endpoint().declared()) {
      case AUTO ->
          reading.target().terms(reading.endpoint().port()).map(Terms::why).orElse(NO_WORKLOAD);
      case HTTP, HTTPS, ISTIO_MUTUAL -> "the scheme is declared";
    };
  }
}
