package io.appmetrics.operator.prometheus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.appmetrics.operator.cluster.MeshCa;
import io.appmetrics.operator.cluster.program.Binaries;
import io.appmetrics.operator.cluster.program.Binary;
import io.appmetrics.operator.scrapeconfig.LoadedConfig;
import io.appmetrics.operator.scrapeconfig.PrometheusVersion;
import io.appmetrics.operator.scrapeconfig.PrometheusYaml;
import io.appmetrics.operator.scrapeconfig.ScrapeBlock;
import io.appmetrics.operator.scrapeconfig.SlotJobs;
import io.appmetrics.operator.scrapeconfig.TlsFiles;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What we render runs in the real thing, all slots of it. */
class ScrapeBlockIT {

  private static final String USERS =
      """
      global:
        scrape_interval: 15s
      scrape_configs:
      - job_name: theirs   # with a comment
      rule_files: []
      """;

  private static final SlotJobs ALL =
      new SlotJobs(
          new TreeSet<>(List.of(1, 2, 3, 4, 5, 6, 7, 8)),
          new TreeSet<>(List.of(1, 2, 3, 4, 5, 6, 7, 8)));

  private final PrometheusApi api = LonePrometheus.api();

  private static ScrapeBlock block(Binary prometheus, Path certificates) {
    return ScrapeBlock.render(
        ALL,
        PrometheusVersion.parse(prometheus.version()),
        new TlsFiles(
            certificates.resolve("root-cert.pem").toString(),
            certificates.resolve("cert-chain.pem").toString(),
            certificates.resolve("key.pem").toString()));
  }

  @ParameterizedTest
  @EnumSource(names = {"PROMETHEUS_2_5", "PROMETHEUS_2_37", "PROMETHEUS_2", "PROMETHEUS_3"})
  void hasAPoolForEveryJobOnceTheCertificatesAreThere(Binary version, @TempDir Path directory)
      throws Exception {
    var block = block(version, directory);
    var text = PrometheusYaml.parse(USERS).with(block);
    try (var prometheus =
        LonePrometheus.start(version, directory, text, "--web.enable-lifecycle")) {
      var base = prometheus.base();
      var loaded = LoadedConfig.parse(api.config(base));
      assertThat(loaded.markerDigests()).containsExactly(block.digest());
      assertThat(loaded.jobNames()).contains("theirs").containsAll(block.jobNames()).hasSize(18);

      // without certificates: no pool, and Prometheus says that all is well
      // 2.5 tells of a pool when discovery has answered, and here is nobody to discover anything
      var there =
          version == Binary.PROMETHEUS_2_5
              ? new HashSet<String>()
              : new HashSet<>(loaded.jobNames());
      there.removeIf(name -> name.endsWith("-istio-secure"));
      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(() -> assertThat(answer(base).pools()).containsAll(there));
      if (version != Binary.PROMETHEUS_2_5) {
        assertThat(answer(base).pools()).isEqualTo(there);
      }
      assertThat(answer(base).runtime().reloadConfigSuccess()).isTrue();
      assertThat(answer(base).version()).hasToString(version.version());

      for (var file : new MeshCa().issue("istio-system", "prometheus").files().entrySet()) {
        Files.writeString(directory.resolve(file.getKey()), file.getValue());
      }
      api.reload(base);
      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(
              () -> {
                assertThat(answer(base).runtime().reloadConfigSuccess()).isTrue();
                if (version != Binary.PROMETHEUS_2_5) {
                  assertThat(answer(base).pools()).isEqualTo(loaded.jobNames());
                }
              });
      // an unknown key would have been refused; a deprecated one is warned of
      assertThat(prometheus.log())
          .doesNotContain("level=warn component=\"config\"")
          .doesNotContain("deprecated");
    }
  }

  /** As the operator asks, whatever the version can tell. */
  private ReplicaReading.Answer answer(URI base) {
    var poll = new ReplicaPoll(api, "istio-system", Clock.systemUTC());
    var running = new PrometheusContainer("prometheus", true, false);
    var reading =
        poll.ask(
                List.of(new ReplicaPoll.Replica("p", "uid", running, base)),
                null,
                Set.of(),
                Map.of())
            .get(0);
    return Optional.ofNullable(reading.answer())
        .orElseThrow(() -> new AssertionError(reading.silence()));
  }

  @Test
  void passesPromtoolWithoutAWarning(@TempDir Path directory) throws Exception {
    var file = directory.resolve("prometheus.yml");
    Files.writeString(
        file, PrometheusYaml.parse(USERS).with(block(Binary.PROMETHEUS_3, directory)));
    var promtool =
        new ProcessBuilder(
                new Binaries().get(Binary.PROMTOOL).toString(),
                "check",
                "config",
                "--syntax-only",
                "--lint=all",
                "--lint-fatal",
                file.toString())
            .redirectErrorStream(true)
            .start();
    var said = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(promtool.waitFor()).as(said).isZero();
    assertThat(said.lines().map(String::strip))
        .containsOnlyOnce("SUCCESS: " + file + " is valid prometheus config file syntax")
        .noneMatch(line -> line.contains("WARN"));
  }
}
