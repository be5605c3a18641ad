package io.appmetrics.operator.runtime;

import io.appmetrics.operator.api.AppMetrics;
import io.appmetrics.operator.api.AppMetricsStatus;
import io.appmetrics.operator.api.Condition;
import io.appmetrics.operator.appmetrics.Surroundings;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts AppMetrics by what their Ready says, and tells of each change of it: in the log, and to
 * whoever writes Events.
 */
final class Statuses implements Surroundings.StatusListener {
  private static final Logger log = LoggerFactory.getLogger(Statuses.class);

  private final Meters meters;
  private final Told told;

  /** Guarded by this: the status of Ready by the uid of the AppMetrics, and how many have which. */
  private final Map<String, String> ready = new HashMap<>();

  private final Map<String, Integer> count = new HashMap<>();

  /** Hears of every status that was written. */
  interface Told {
    /** The status is another than before. */
    void reported(AppMetrics resource, @Nullable AppMetricsStatus before, AppMetricsStatus after);
  }

  Statuses(Meters meters, Told told) {
    this.meters = meters;
    this.told = told;
  }

  @Override
  public void stands(AppMetrics resource, AppMetricsStatus status) {
    is(resource, Events.ready(status).map(Condition::status).orElse("Unknown"));
  }

  @Override
  public void written(
      AppMetrics resource, @Nullable AppMetricsStatus before, AppMetricsStatus after) {
    meters.statusWritten();
    told.reported(resource, before, after);
    change(resource, before, after).ifPresent(log::info);
  }

  /** What the log says of it; nothing while Ready says the same for the same reason. */
  static Optional<String> change(
      AppMetrics resource, @Nullable AppMetricsStatus before, AppMetricsStatus after) {
    Optional<Condition> was = Optional.ofNullable(before).flatMap(Events::ready);
    return Events.ready(after)
        .filter(is -> was.filter(old -> sameVerdict(old, is)).isEmpty())
        .map(
            is ->
                "%s/%s: Ready is %s, %s: %s"
                    .formatted(
                        resource.getMetadata().getNamespace(),
                        resource.getMetadata().getName(),
                        is.status(),
                        is.reason(),
                        is.message()));
  }

  private static boolean sameVerdict(Condition a, Condition b) {
    return a.status().equals(b.status()) && a.reason().equals(b.reason());
  }

  @Override
  public void forgotten(AppMetrics resource) {
    is(resource, null);
  }

  private synchronized void is(AppMetrics resource, @Nullable String now) {
    String uid = resource.getMetadata().getUid();
    String was = now == null ? ready.remove(uid) : ready.put(uid, now);
    if (Objects.equals(was, now)) {
      return;
    }
    if (was != null) {
      count.merge(was, -1, Integer::sum);
    }
    if (now != null) {
      count.merge(now, 1, Integer::sum);
    }
    meters.resources(
        count.getOrDefault("True", 0),
        count.getOrDefault("False", 0),
        count.getOrDefault("Unknown", 0));
  }
}
