package io.appmetrics.operator.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.AnyNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Every write of a pod, or also of a node, since this was made: what wakes a Prometheus that
 * discovers them.
 */
public final class Changes implements AutoCloseable {

  /**
   * One write.
   *
   * @param writer the field manager that wrote last; what a deletion has is of no account
   */
  public record Change(
      Instant seenAt, String kind, String namespace, String name, String action, String writer) {}

  private final List<Change> seen = new CopyOnWriteArrayList<>();
  private final Instant since = Instant.now();
  private final List<Watch> watches = new ArrayList<>();

  private Changes(KubernetesClient client, boolean nodes) {
    watch(client.pods().inAnyNamespace());
    if (nodes) {
      watch(client.nodes());
    }
  }

  static Changes ofPodsAndNodes(KubernetesClient client) {
    return new Changes(client, true);
  }

  static Changes ofPods(KubernetesClient client) {
    return new Changes(client, false);
  }

  private <T extends HasMetadata, L extends KubernetesResourceList<T>> void watch(
      AnyNamespaceOperation<T, L, ? extends Resource<T>> objects) {
    // from the present version on: what there is already is no change
    var present = objects.list(new ListOptionsBuilder().withLimit(1L).build());
    watches.add(
        objects
            .withResourceVersion(present.getMetadata().getResourceVersion())
            .watch(new Recorder<>()));
  }

  /** All so far, in order. */
  public List<Change> seen() {
    return List.copyOf(seen);
  }

  /** Those of others than this field manager. */
  public List<Change> notBy(String writer) {
    return seen.stream().filter(change -> !change.writer().equals(writer)).toList();
  }

  /** Fails unless there has been none for so long. */
  public void assertNone(Duration duration) {
    var last = seen.isEmpty() ? since : seen.get(seen.size() - 1).seenAt();
    var quiet = Duration.between(last, Instant.now());
    if (quiet.compareTo(duration) < 0) {
      throw new AssertionError(
          "quiet for %d ms only; seen before: %s".formatted(quiet.toMillis(), seen));
    }
  }

  @Override
  public void close() {
    watches.forEach(Watch::close);
  }

  private final class Recorder<T extends HasMetadata> implements Watcher<T> {

    @Override
    public void eventReceived(Action action, T object) {
      if (action == Action.BOOKMARK) {
        return;
      }
      var metadata = object.getMetadata();
      var writer =
          metadata.getManagedFields().stream()
              .max(Comparator.comparing(ManagedFieldsEntry::getTime))
              .map(ManagedFieldsEntry::getManager)
              .orElse("");
      seen.add(
          new Change(
              Instant.now(),
              object.getKind(),
              Objects.requireNonNullElse(metadata.getNamespace(), ""),
              metadata.getName(),
              action.name(),
              writer));
    }

    @Override
    public void onClose(WatcherException cause) {
      // what comes after is not seen: say so where it is asked for
      seen.add(new Change(Instant.now(), "watch", "", "", "ENDED", cause.toString()));
    }
  }
}
