package io.appmetrics.operator.prometheus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.appmetrics.operator.cluster.program.Binary;
import io.appmetrics.operator.scrapeconfig.BlockText;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every version is known as well as any other, whatever its API tells. */
class ReplicaPollIT {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** The job of a slot rewrites job, and its pods' labels may come before any other. */
  private static final String JOBS =
      """
      global: {scrape_interval: 1s}
      scrape_configs:
      - job_name: other
        static_configs: [{targets: ['127.0.0.1:1'], labels: {__meta_kubernetes_pod_uid: uid-1}}]
      - job_name: theirs
        scheme: https
        static_configs: [{targets: ['127.0.0.1:1'], labels: {__meta_kubernetes_pod_uid: uid-1}}]
      - job_name: appmetrics-1
        static_configs:
        - targets: ['%1$s']
          labels:
            __meta_kubernetes_namespace: shop
            __meta_kubernetes_pod_name: cart-1
            __meta_kubernetes_pod_uid: uid-1
            __meta_kubernetes_pod_label_App: cart
            __meta_kubernetes_pod_label_Team: shop
            __meta_kubernetes_pod_label_Zone: a
        relabel_configs:
        - {source_labels: [__address__], target_label: __address__, regex: (.+), replacement: '%1$s'}
        - {action: labelmap, regex: __meta_kubernetes_pod_label_(.+)}
        - {source_labels: [__meta_kubernetes_namespace], target_label: namespace}
        - {source_labels: [__meta_kubernetes_pod_name], target_label: pod}
        - {replacement: kubernetes-pods, target_label: job}
      - job_name: appmetrics-digest-0123456789ab
      """;

  private final PrometheusApi api = LonePrometheus.api();
  private final ReplicaPoll poll = new ReplicaPoll(api, "istio-system", Clock.systemUTC());

  @ParameterizedTest
  @EnumSource(names = {"PROMETHEUS_2_5", "PROMETHEUS_2_37", "PROMETHEUS_2", "PROMETHEUS_3"})
  void knowsOfEveryVersionWhatItNeeds(Binary version, @TempDir Path directory) throws Exception {
    var before = Instant.now();
    try (var prometheus =
        LonePrometheus.start(
            version, directory, "global: {scrape_interval: 1s}\n", "--web.enable-lifecycle")) {
      var base = prometheus.base();
      var started = ask(base);
      assertThat(started.version()).hasToString(version.version());
      assertThat(started.runtime().startTime())
          .isBetween(before.minusSeconds(2), Instant.now().plusSeconds(1));
      assertThat(started.runtime().reloadConfigSuccess()).isTrue();
      assertThat(started.runtime().lastConfigTime()).isAfter(before.minusSeconds(2));
      assertThat(started.pools()).isEmpty();

      var jobs = JOBS.formatted(base.getAuthority());
      prometheus.write(jobs);
      api.reload(base);
      await().atMost(PATIENCE).untilAsserted(() -> assertTargets(base));
      var loaded = ask(base);
      assertThat(loaded.pools()).contains("other", "theirs", "appmetrics-1");
      assertThat(loaded.config().markerDigests()).containsExactly("0123456789ab");
      assertThat(loaded.runtime().startTime()).isEqualTo(started.runtime().startTime());
      assertThat(loaded.runtime().lastConfigTime())
          .isAfterOrEqualTo(started.runtime().lastConfigTime());
      assertThat(ask(base).config()).as("not asked for again").isSameAs(loaded.config());

      prometheus.write("no_such_key: 1\n");
      assertThatThrownBy(() -> api.reload(base)).isInstanceOf(ReloadRejected.class);
      var rejected = ask(base);
      assertThat(rejected.runtime().reloadConfigSuccess()).isFalse();
      assertThat(rejected.runtime().lastConfigTime()).isEqualTo(loaded.runtime().lastConfigTime());
      assertThat(rejected.config().jobNames()).contains("theirs");

      prometheus.write(jobs.replace("job_name: theirs", "job_name: renamed"));
      api.reload(base);
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> assertThat(ask(base).pools()).contains("renamed").doesNotContain("theirs"));
    }
  }

  private void assertTargets(URI base) {
    assertThat(ask(base).targets()).containsOnlyKeys("uid-1");
    assertThat(ask(base).targets().get("uid-1"))
        .extracting(ActiveTarget::pool, ActiveTarget::scrapeUrl, ActiveTarget::health)
        .containsExactlyInAnyOrder(
            tuple("appmetrics-1", base + "/metrics", TargetHealth.UP),
            tuple("theirs", "https://127.0.0.1:1/metrics", TargetHealth.DOWN));
  }

  private ReplicaReading.Answer ask(URI base) {
    var running = new PrometheusContainer("prometheus", true, false);
    var reading =
        poll.ask(
                List.of(new ReplicaPoll.Replica("p", "uid", running, base)),
                new BlockText("- job_name: appmetrics-digest-0123456789ab\n"),
                Set.of("theirs"),
                Map.of())
            .get(0);
    return Optional.ofNullable(reading.answers() ? reading.answer() : null)
        .orElseThrow(() -> new AssertionError(reading.silence()));
  }
}
