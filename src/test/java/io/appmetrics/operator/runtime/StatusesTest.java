package io.appmetrics.operator.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.api.AppMetrics;
import io.appmetrics.operator.api.AppMetricsStatus;
import io.appmetrics.operator.api.Condition;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is counted and told of the statuses of all AppMetrics. */
class StatusesTest {
  private final Meters meters = new Meters();
  private final List<AppMetricsStatus> told = new ArrayList<>();
  private final Statuses statuses =
      new Statuses(meters, (resource, before, after) -> told.add(after));

  private static AppMetrics resource(String name) {
    AppMetrics resource = new AppMetrics();
    resource.setMetadata(
        new ObjectMetaBuilder()
            .withNamespace("shop")
            .withName(name)
            .withUid("uid-of-" + name)
            .build());
    return resource;
  }

  private static AppMetricsStatus ready(String status, String reason, String message) {
    Condition ready =
        new Condition("Ready", status, reason, message, Instant.parse("2026-03-01T12:00:00Z"), 1L);
    return new AppMetricsStatus(1L, null, null, null, List.of(ready), null, null);
  }

  private static AppMetricsStatus ready(String status) {
    return ready(status, "Any", "");
  }

  private void assertCounted(int isTrue, int isFalse, int isUnknown) {
    assertThat(meters.scrape())
        .contains(
            "appmetrics_resources{ready=\"True\"} " + (double) isTrue,
            "appmetrics_resources{ready=\"False\"} " + (double) isFalse,
            "appmetrics_resources{ready=\"Unknown\"} " + (double) isUnknown);
  }

  /** After a restart of the operator no status is written where nothing has changed. */
  @Test
  void countsWhatStandsAlsoWhenNothingIsWritten() {
    statuses.stands(resource("a"), ready("True"));
    statuses.stands(resource("b"), ready("False"));
    statuses.stands(resource("c"), new AppMetricsStatus(1L, null, null, null, null, null, null));
    assertCounted(1, 1, 1);
    statuses.stands(resource("a"), ready("True"));
    statuses.stands(resource("b"), ready("True"));
    assertCounted(2, 0, 1);
    statuses.forgotten(resource("a"));
    statuses.forgotten(resource("a"));
    assertCounted(1, 0, 1);

    assertThat(told).isEmpty();
    assertThat(meters.scrape()).contains("appmetrics_status_writes_total 0.0");
  }

  @Test
  void tellsOfEveryWrite() {
    statuses.written(resource("a"), null, ready("False"));
    statuses.written(resource("a"), ready("False"), ready("False", "Any", "other words"));

    assertThat(told).hasSize(2);
    assertThat(meters.scrape()).contains("appmetrics_status_writes_total 2.0");
  }

  @Test
  void logsOneLineWhenReadyOrItsReasonChanges() {
    AppMetricsStatus refused = ready("False", "ConnectionRefused", "nothing listens");
    AppMetricsStatus longer = ready("False", "ConnectionRefused", "nothing listens (for 1 min)");
    AppMetricsStatus absent = ready("False", "WorkloadNotFound", "there is none");
    AppMetricsStatus unasked = ready("Unknown", "WorkloadNotFound", "nobody can tell");

    assertThat(logged(null, refused))
        .contains("shop/a: Ready is False, ConnectionRefused: nothing listens");
    assertThat(logged(refused, longer)).isEmpty();
    assertThat(logged(longer, absent))
        .contains("shop/a: Ready is False, WorkloadNotFound: there is none");
    assertThat(logged(absent, unasked))
        .contains("shop/a: Ready is Unknown, WorkloadNotFound: nobody can tell");
  }

  private static Optional<String> logged(
      @Nullable AppMetricsStatus before, AppMetricsStatus after) {
    return Statuses.change(resource("a"), before, after);
  }
}
