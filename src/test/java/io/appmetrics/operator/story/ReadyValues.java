package io.appmetrics.operator.story;

import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.api.AppMetrics;
import io.appmetrics.operator.api.Condition;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Every Ready that is written to an AppMetrics while this is open: a watch misses none. */
final class ReadyValues implements AutoCloseable {
  private final List<Condition> seen = new CopyOnWriteArrayList<>();
  private final List<WatcherException> failures = new CopyOnWriteArrayList<>();
  private final Watch watch;

  private ReadyValues(Declared declared) {
    watch =
        declared
            .resource()
            .watch(
                new Watcher<AppMetrics>() {
                  @Override
                  public void eventReceived(Action action, @Nullable AppMetrics now) {
                    Stream.ofNullable(now)
                        .flatMap(is -> Stream.ofNullable(is.getStatus()))
                        .flatMap(status -> Objects.requireNonNull(status.conditions()).stream())
                        .filter(condition -> condition.type().equals("Ready"))
                        .forEach(seen::add);
                  }

                  @Override
                  public void onClose(@Nullable WatcherException cause) {
                    Stream.ofNullable(cause).forEach(failures::add);
                  }
                });
  }

  static ReadyValues of(Declared declared) {
    return new ReadyValues(declared);
  }

  /** Whether Ready has given this reason. */
  boolean gave(String reason) {
    return seen.stream().anyMatch(ready -> ready.reason().equals(reason));
  }

  /** Fails when Ready has been anything but True, or was not watched. */
  void assertTrueThroughout() {
    assertThat(failures).as("the watch").isEmpty();
    assertThat(seen)
        .isNotEmpty()
        .allSatisfy(ready -> assertThat(ready.status()).as(ready.toString()).isEqualTo("True"));
  }

  @Override
  public void close() {
    watch.close();
  }
}
