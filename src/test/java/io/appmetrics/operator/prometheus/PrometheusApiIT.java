package io.appmetrics.operator.prometheus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.appmetrics.operator.cluster.program.Binary;
import io.appmetrics.operator.scrapeconfig.LoadedConfig;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every question, asked of the oldest and the newest version that must answer it. */
class PrometheusApiIT {

  private final PrometheusApi api = LonePrometheus.api();

  @ParameterizedTest
  @EnumSource(names = {"PROMETHEUS_2", "PROMETHEUS_3"})
  void asks(Binary version, @TempDir Path directory) throws Exception {
    var before = Instant.now();
    try (var prometheus =
        LonePrometheus.start(
            version, directory, "global: {scrape_interval: 1s}\n", "--web.enable-lifecycle")) {
      var base = prometheus.base();
      assertThat(api.version(base)).hasToString(version.version());
      var started = api.runtimeInfo(base).orElseThrow();
      assertThat(started.startTime()).isBetween(before, Instant.now());
      assertThat(started.reloadConfigSuccess()).isTrue();
      assertThat(started.lastConfigTime()).isAfter(before.minusSeconds(2));
      assertThat(api.scrapePools(base)).isEmpty();
      assertThat(api.activeTargets(base, "self")).isEmpty();

      prometheus.write(
          """
          global: {scrape_interval: 1s}
          scrape_configs:
          - job_name: self
            static_configs: [{targets: ['%s', '127.0.0.1:1']}]
          - job_name: a b&c/ü
            scrape_interval: 1h
            static_configs: [{targets: ['127.0.0.1:1']}]
          - job_name: appmetrics-digest-0123456789ab
          """
              .formatted(base.getAuthority()));
      api.reload(base);
      var loaded = LoadedConfig.parse(api.config(base));
      assertThat(loaded.globalScrapeInterval()).isEqualTo(Duration.ofSeconds(1));
      assertThat(loaded.markerDigests()).containsExactly("0123456789ab");
      assertThat(loaded.jobNames())
          .isEqualTo(Set.of("self", "a b&c/ü", "appmetrics-digest-0123456789ab"));
      // also the job without discovery has a pool
      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(() -> assertThat(api.scrapePools(base)).isEqualTo(loaded.jobNames()));
      await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertUpAndDown(base));
      assertThat(api.activeTargets(base, "a b&c/ü"))
          .singleElement()
          .satisfies(
              target -> {
                assertThat(target.health()).isEqualTo(TargetHealth.UNKNOWN);
                assertThat(target.lastScrape()).isBefore(before);
              });
    }
  }

  /** Where a kubelet starts it again, that is a restart. */
  @ParameterizedTest
  @EnumSource(names = {"PROMETHEUS_2_5", "PROMETHEUS_2", "PROMETHEUS_3"})
  void quitsWhereTheLifecycleIsEnabled(Binary version, @TempDir Path directory) throws Exception {
    try (var prometheus =
        LonePrometheus.start(version, directory, "global: {}\n", "--web.enable-lifecycle")) {
      api.quit(prometheus.base());
      await().atMost(Duration.ofSeconds(20)).until(() -> !prometheus.isAlive());
    }
    try (var closed = LonePrometheus.start(version, directory, "global: {}\n")) {
      assertThatThrownBy(() -> api.quit(closed.base()))
          .isInstanceOf(ReloadRejected.class)
          .hasMessageMatching("Lifecycle API( is|s are) not enabled.*");
      assertThat(closed.isAlive()).isTrue();
    }
  }

  private void assertUpAndDown(URI base) throws PrometheusUnreachable {
    assertThat(api.activeTargets(base, "self"))
        .hasSize(2)
        .allSatisfy(
            target -> {
              assertThat(target.pool()).isEqualTo("self");
              assertThat(target.podName()).isEmpty();
              assertThat(target.lastScrape()).isAfter(Instant.now().minusSeconds(5));
            })
        .anySatisfy(
            target -> {
              assertThat(target.scrapeUrl()).isEqualTo(base + "/metrics");
              assertThat(target.health()).isEqualTo(TargetHealth.UP);
              assertThat(target.lastError()).isEmpty();
            })
        .anySatisfy(
            target -> {
              assertThat(target.scrapeUrl()).isEqualTo("http://127.0.0.1:1/metrics");
              assertThat(target.health()).isEqualTo(TargetHealth.DOWN);
              assertThat(target.lastError()).endsWith("connect: connection refused");
            });
  }

  @ParameterizedTest
  @EnumSource(names = {"PROMETHEUS_2", "PROMETHEUS_3"})
  void tellsWhatPrometheusRejects(Binary version, @TempDir Path directory) throws Exception {
    try (var prometheus = LonePrometheus.start(version, directory, "", "--web.enable-lifecycle")) {
      prometheus.write("no_such_key: 1\n");
      assertThatThrownBy(() -> api.reload(prometheus.base()))
          .isInstanceOfSatisfying(ReloadRejected.class, e -> assertThat(e.lifecycleOff()).isFalse())
          .hasMessageContaining("line 1: field no_such_key not found in type config.plain");
      assertThat(api.runtimeInfo(prometheus.base()).orElseThrow().reloadConfigSuccess()).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"PROMETHEUS_2", "PROMETHEUS_3"})
  void asksBelowARoutePrefixAndIsRefusedAReload(Binary version, @TempDir Path directory)
      throws Exception {
    try (var prometheus = LonePrometheus.start(version, directory, "", "--web.route-prefix=/p")) {
      var base = URI.create(prometheus.base() + "/p/");
      assertThat(api.version(base)).hasToString(version.version());
      assertThatThrownBy(() -> api.version(prometheus.base()))
          .isInstanceOf(PrometheusUnreachable.class)
          .hasMessageContaining("/api/v1/status/buildinfo: HTTP 404: 404 page not found");
      assertThatThrownBy(() -> api.reload(base))
          .isInstanceOfSatisfying(ReloadRejected.class, e -> assertThat(e.lifecycleOff()).isTrue());
    }
  }
}
