package io.appmetrics.operator.appmetrics;

import io.appmetrics.operator.apiserver.ApiFailure;
import io.appmetrics.operator.apiserver.Deeds;
import io.appmetrics.operator.chain.AnnotationOutcome;
import io.appmetrics.operator.chain.AnnotationOutcome.Kind;
import io.appmetrics.operator.chain.PodFacts;
import io.appmetrics.operator.chain.Workload;
import io.appmetrics.operator.route.ManagedAnnotations;
import io.appmetrics.operator.route.SlotAnnotations;
import io.appmetrics.operator.route.WorkloadPlan;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.StatusCause;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The only writer of our annotations on workloads and their pods. They are set by server-side apply
 * of one complete set under a field manager of its own, and taken off by a merge patch of the keys
 * that their marker names; writes of one workload are serialised.
 */
public final class WorkloadAnnotator {
  private static final Logger log = LoggerFactory.getLogger(WorkloadAnnotator.class);

  /** The field manager of the annotations that say where metrics are. */
  public static final String MANAGER = "appmetrics-operator-targets";

  /** More than this, for one and the same set, is a fight that somebody else must end. */
  private static final int MOST_WRITES = 3;

  private static final List<String> DRY_RUN = List.of("All");
  private static final Duration TRUCE = Duration.ofHours(1);
  private static final Pattern ANNOTATION = Pattern.compile("annotations\\.(.+)$");
  private static final Pattern OWNER = Pattern.compile("conflict with (\"[^\"]*\")");

  private final KubernetesClient client;
  private final Clock clock;
  private final Deeds deeds;
  private final AnnotationListener listener;
  private final Map<Workload.Key, Memory> memories = new ConcurrentHashMap<>();

  /** What was written to one workload, and its lock. */
  private static final class Memory {
    private String uid = "";
    private Map<String, String> set = Map.of();
    private int writes;
    private Instant last = Instant.EPOCH;

    private void written(Workload to, Map<String, String> what, int times, Instant when) {
      uid = to.uid();
      set = what;
      writes = times;
      last = when;
    }
  }

  /** Hears of every write. */
  public interface AnnotationListener {
    /** The pod template of a workload was written, which rolls it. */
    void templateWritten(Workload.Key workload);
  }

  /** Where the count of writes outlives this process. */
  @FunctionalInterface
  interface Tally {
    /** So many there will be with the one that follows. */
    void note(int writes);
  }

  /** Creates an annotator; there is one for each cluster. */
  public WorkloadAnnotator(
      KubernetesClient client, Clock clock, Deeds deeds, AnnotationListener listener) {
    this.client = client;
    this.deeds = deeds;
    this.clock = clock;
    this.listener = listener;
  }

  /**
   * Brings a workload's pod template to what the plan says; does nothing when it is there.
   *
   * @param writesBefore how often this set was written before this process started, as far as known
   * @param tally notes a write before it is done, so that a process that ends in between has
   *     counted it; the first needs no note, for it is seen on the template
   */
  AnnotationOutcome annotate(Workload workload, WorkloadPlan plan, int writesBefore, Tally tally) {
    SortedMap<String, String> wanted = plan.templateAnnotations();
    Memory memory = memories.computeIfAbsent(workload.key(), key -> new Memory());
    synchronized (memory) {
      Instant now = clock.instant();
      boolean stands = ManagedAnnotations.ours(workload.template()).equals(wanted);
      if (memory.uid.isEmpty()) {
        int seen = stands && !wanted.isEmpty() ? 1 : 0;
        memory.written(workload, wanted, Math.max(writesBefore, seen), now);
      }
      boolean known = memory.uid.equals(workload.uid()) && memory.set.equals(wanted);
      int writes = known ? memory.writes : 0;
      if (stands) {
        return new AnnotationOutcome(Kind.UP_TO_DATE, "", writes);
      }
      if (workload.controller() != null) {
        return new AnnotationOutcome(Kind.OWNED, "", writes);
      }
      if (writes >= MOST_WRITES && now.isBefore(memory.last.plus(TRUCE))) {
        return new AnnotationOutcome(Kind.REVERTED, "", writes);
      }
      if (writes > 0) {
        tally.note(writes + 1);
      }
      AnnotationOutcome outcome =
          wanted.isEmpty() ? strip(workload, writes) : apply(workload, wanted, writes);
      if (outcome.kind() == Kind.WRITTEN) {
        memory.written(workload, wanted, outcome.templateWrites(), now);
      } else if (writes > 0) {
        // What was noted stays told while it is tried again: else the count would go up and down.
        return new AnnotationOutcome(outcome.kind(), outcome.message(), writes + 1);
      }
      return outcome;
    }
  }

  /** Takes our annotations off a workload's pod template; another's stay. */
  public AnnotationOutcome strip(Workload workload) {
    Memory memory = memories.computeIfAbsent(workload.key(), key -> new Memory());
    synchronized (memory) {
      return strip(workload, 0);
    }
  }

  /** Forgets the workloads that are no more. */
  void retain(Set<Workload.Key> existing) {
    memories.keySet().retainAll(existing);
  }

  private AnnotationOutcome apply(Workload workload, SortedMap<String, String> set, int writes) {
    try {
      return applied(workload, set, false, writes);
    } catch (KubernetesClientException e) {
      List<StatusCause> conflicts = conflicts(e);
      if (conflicts.isEmpty()) {
        return failed(workload.key(), e, writes);
      }
      Optional<AnnotationOutcome> foreign = foreign(workload, conflicts, writes);
      if (foreign.isPresent()) {
        return foreign.get();
      }
    }
    try {
      return applied(workload, set, true, writes);
    } catch (KubernetesClientException e) {
      return failed(workload.key(), e, writes);
    }
  }

  /**
   * kubectl rollout undo moves keys that we wrote to another manager: the marker in the live
   * template tells that they are ours. What it does not name was never ours to take; nor is what
   * somebody has set since, who would set it again, and each time roll the workload.
   */
  private Optional<AnnotationOutcome> foreign(
      Workload workload, List<StatusCause> conflicts, int writes) {
    Set<String> ours = ManagedAnnotations.keys(workload.template());
    Optional<String> words =
        conflicts.stream()
            .filter(c -> !ours.contains(annotation(c)))
            .map(c -> words(annotation(c), owner(c)))
            .findFirst();
    return words
        .or(() -> setSince(workload, conflicts))
        .map(said -> new AnnotationOutcome(Kind.CONFLICT, said, writes));
  }

  private Optional<String> setSince(Workload workload, List<StatusCause> conflicts) {
    HasMetadata live =
        client
            .resources(WorkloadKind.of(workload.kind()).type())
            .inNamespace(workload.namespace())
            .withName(workload.name())
            .get();
    if (live == null) {
      return Optional.empty();
    }
    TemplateOwners owners = TemplateOwners.of(live);
    return conflicts.stream()
        .map(WorkloadAnnotator::annotation)
        .flatMap(key -> owners.whoSet(key).map(who -> words(key, '"' + who + '"')).stream())
        .findFirst();
  }

  private AnnotationOutcome applied(
      Workload workload, SortedMap<String, String> set, boolean force, int writes) {
    Set<String> left = new TreeSet<>(ManagedAnnotations.keys(workload.template()));
    left.removeAll(set.keySet());
    if (!left.isEmpty()) {
      // What kubectl rollout undo has moved to another manager outlives an apply that leaves it
      // out.
      // It goes first, while the marker names it: afterwards nobody would know whose it was.
      left.retainAll(apply(workload, set, force, DRY_RUN).keySet());
      if (!left.isEmpty()) {
        remove(workload, left);
        return new AnnotationOutcome(Kind.AGAIN, "", writes);
      }
    }
    deeds.run(Deeds.Deed.TEMPLATE, () -> apply(workload, set, force, List.of()));
    written(workload, set.keySet());
    return new AnnotationOutcome(Kind.WRITTEN, "", writes + 1);
  }

  private Map<String, String> apply(
      Workload workload, SortedMap<String, String> set, boolean force, List<String> dryRun) {
    return apply(WorkloadKind.of(workload.kind()), workload, set, context(force, dryRun));
  }

  /** Returns the annotations of the template as they are then. */
  private <T extends HasMetadata> Map<String, String> apply(
      WorkloadKind<T> kind,
      Workload workload,
      SortedMap<String, String> set,
      PatchContext context) {
    // Without uid and resourceVersion an absent workload would be created, and a stale decision
    // would overwrite a newer one.
    ObjectMeta identity =
        new ObjectMetaBuilder()
            .withNamespace(workload.namespace())
            .withName(workload.name())
            .withUid(workload.uid())
            .withResourceVersion(workload.resourceVersion())
            .build();
    return kind.templateAnnotations(client.resource(kind.body(identity, set)).patch(context));
  }

  /**
   * A merge patch and not an apply of nothing: it also takes away what {@code kubectl rollout undo}
   * has moved to another manager.
   */
  private AnnotationOutcome strip(Workload workload, int writes) {
    Set<String> ours = ManagedAnnotations.keys(workload.template());
    if (ours.isEmpty()) {
      return new AnnotationOutcome(Kind.UP_TO_DATE, "", writes);
    }
    try {
      remove(workload, ours);
      written(workload, Set.of());
      return new AnnotationOutcome(Kind.WRITTEN, "", writes + 1);
    } catch (KubernetesClientException e) {
      return failed(workload.key(), e, writes);
    }
  }

  private void remove(Workload workload, Set<String> keys) {
    Map<String, @Nullable String> nothing = new TreeMap<>();
    keys.forEach(key -> nothing.put(key, null));
    Map<String, Object> patch =
        Map.of(
            "metadata",
            Map.of("uid", workload.uid(), "resourceVersion", workload.resourceVersion()),
            "spec",
            Map.of("template", Map.of("metadata", Map.of("annotations", nothing))));
    deeds.run(
        Deeds.Deed.TEMPLATE,
        () ->
            client
                .resources(WorkloadKind.of(workload.kind()).type())
                .inNamespace(workload.namespace())
                .withName(workload.name())
                .patch(
                    new PatchContext.Builder()
                        .withPatchType(PatchType.JSON_MERGE)
                        .withFieldManager(MANAGER)
                        .build(),
                    Serialization.asJson(patch)));
  }

  private void written(Workload workload, Set<String> keys) {
    log.info("{}: the annotations of its pod template are now {}", workload.key(), keys);
    listener.templateWritten(workload.key());
  }

  /** Sets the live schemes of a pod, so that a change of the mesh's policy rolls nobody. */
  public AnnotationOutcome liveSchemes(PodFacts pod, SortedMap<String, String> wanted) {
    if (SlotAnnotations.liveSchemes(pod.annotations()).equals(wanted)) {
      return new AnnotationOutcome(Kind.UP_TO_DATE, "", 0);
    }
    HasMetadata body =
        new PodBuilder()
            .withNewMetadata()
            .withNamespace(pod.namespace())
            .withName(pod.name())
            .withUid(pod.uid())
            .withAnnotations(wanted)
            .endMetadata()
            .build();
    try {
      deeds.run(
          Deeds.Deed.LIVE_SCHEMES, () -> client.resource(body).patch(context(true, List.of())));
      log.info("pod {}/{}: live schemes are now {}", pod.namespace(), pod.name(), wanted);
      return new AnnotationOutcome(Kind.WRITTEN, "", 0);
    } catch (KubernetesClientException e) {
      return failed("pod " + pod.namespace() + "/" + pod.name(), e, 0);
    }
  }

  private static PatchContext context(boolean force, List<String> dryRun) {
    return new PatchContext.Builder()
        .withPatchType(PatchType.SERVER_SIDE_APPLY)
        .withFieldManager(MANAGER)
        .withForce(force)
        .withDryRun(dryRun)
        .build();
  }

  private static AnnotationOutcome failed(Object what, KubernetesClientException e, int writes) {
    ApiFailure failure = ApiFailure.of(e);
    return switch (failure.kind()) {
      case OVERTAKEN -> new AnnotationOutcome(Kind.AGAIN, "", writes);
      case REFUSED -> {
        log.warn("{}: the annotations were refused: {}", what, failure.words());
        yield new AnnotationOutcome(Kind.REFUSED, failure.words(), writes);
      }
      case UNAVAILABLE -> throw e; // the reconciler retries
    };
  }

  private static List<StatusCause> conflicts(KubernetesClientException e) {
    if (e.getCode() != HttpURLConnection.HTTP_CONFLICT
        || e.getStatus() == null
        || e.getStatus().getDetails() == null) {
      return List.of();
    }
    return e.getStatus().getDetails().getCauses().stream()
        .filter(cause -> "FieldManagerConflict".equals(cause.getReason()))
        .toList();
  }

  private static String annotation(StatusCause cause) {
    Matcher annotation = ANNOTATION.matcher(String.valueOf(cause.getField()));
    return annotation.find() ? annotation.group(1) : String.valueOf(cause.getField());
  }

  private static String owner(StatusCause cause) {
    Matcher owner = OWNER.matcher(String.valueOf(cause.getMessage()));
    return owner.find() ? owner.group(1) : "of somebody else";
  }

  private static String words(String annotation, String owner) {
    return "annotation %s of the pod template belongs to field manager %s"
        .formatted(annotation, owner);
  }
}
