package io.appmetrics.operator.runtime;

import io.appmetrics.operator.api.AppMetrics;
import io.appmetrics.operator.api.AppMetricsStatus;
import io.appmetrics.operator.api.Condition;
import io.appmetrics.operator.apiserver.Deeds;
import io.appmetrics.operator.chain.StatusReport;
import io.appmetrics.operator.prometheus.Action;
import io.appmetrics.operator.prometheus.Installation;
import io.appmetrics.operator.prometheus.Outcome;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kubernetes Events: one when Ready flips or its reason changes, one for each thing that is done to
 * Prometheus. They are a courtesy: one that cannot be written is logged and forgotten.
 */
final class Events implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Events.class);
  private static final String COMPONENT = "appmetrics-operator";

  /** What the API server takes as an Event's message. */
  private static final int MOST_WORDS = 1024;

  /** More wait only while the API server is slow, and then they are the least of its work. */
  private static final int MOST_WAITING = 1000;

  private final KubernetesClient client;
  private final ExecutorService executor =
      new ThreadPoolExecutor(
          1,
          1,
          0,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(MOST_WAITING),
          task -> {
            Thread thread = new Thread(task, "events");
            thread.setDaemon(true);
            return thread;
          },
          new ThreadPoolExecutor.DiscardOldestPolicy());
  private final Clock clock;
  private final Deeds deeds;
  private final Repeats repeats = new Repeats();

  Events(KubernetesClient client, Clock clock, Deeds deeds) {
    this.client = client;
    this.clock = clock;
    this.deeds = deeds;
  }

  /** Ready says something else than before. */
  void reported(AppMetrics resource, @Nullable AppMetricsStatus before, AppMetricsStatus after) {
    Note.of(before, after)
        .ifPresent(
            note ->
                emit(
                    new ObjectReferenceBuilder()
                        .withApiVersion(resource.getApiVersion())
                        .withKind(resource.getKind())
                        .withNamespace(resource.getMetadata().getNamespace())
                        .withName(resource.getMetadata().getName())
                        .withUid(resource.getMetadata().getUid())
                        .build(),
                    note,
                    new Repeats.Count(clock.instant(), clock.instant(), 1)));
  }

  /** Something was done to an installation; called by one thread. */
  void acted(Installation installation, Action action, Outcome outcome) {
    Note.of(action, outcome)
        .ifPresent(
            note ->
                repeats
                    .said(note, clock.instant())
                    .ifPresent(count -> emit(reference(installation), note, count)));
  }

  /** With its uid: kubectl describe looks for Events by that. */
  private static ObjectReference reference(Installation installation) {
    return new ObjectReferenceBuilder()
        .withApiVersion("apps/v1")
        .withKind("Deployment")
        .withNamespace(installation.workload().namespace())
        .withName(installation.workload().name())
        .withUid(installation.uid())
        .build();
  }

  /** The condition Ready of a status. */
  static Optional<Condition> ready(AppMetricsStatus status) {
    return status.conditions() == null
        ? Optional.empty()
        : status.conditions().stream().filter(c -> c.type().equals(StatusReport.READY)).findFirst();
  }

  private void emit(ObjectReference about, Note note, Repeats.Count count) {
    Event event = event(about, note, count);
    executor.execute(
        () -> {
          try {
            deeds.run(
                Deeds.Deed.EVENT,
                () ->
                    client
                        .v1()
                        .events()
                        .inNamespace(about.getNamespace())
                        .resource(event)
                        .create());
          } catch (KubernetesClientException e) {
            log.debug("an Event was not written: {}", event.getMessage(), e);
          }
        });
  }

  private static Event event(ObjectReference about, Note note, Repeats.Count count) {
    String message = note.message();
    return new EventBuilder()
        .withNewMetadata()
        .withNamespace(about.getNamespace())
        .withGenerateName(about.getName() + ".")
        .endMetadata()
        .withInvolvedObject(about)
        .withType(note.type())
        .withReason(note.reason())
        .withMessage(message.length() <= MOST_WORDS ? message : message.substring(0, MOST_WORDS))
        .withFirstTimestamp(seconds(count.first()))
        .withLastTimestamp(seconds(count.told()))
        .withCount(count.times())
        .withNewSource()
        .withComponent(COMPONENT)
        .endSource()
        .withReportingComponent(COMPONENT)
        .build();
  }

  private static String seconds(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
