package io.appmetrics.operator.prometheus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.appmetrics.operator.cluster.MeshCa;
import io.appmetrics.operator.cluster.program.Binaries;
import io.appmetrics.operator.cluster.program.Binary;
import io.appmetrics.operator.scrapeconfig.BlockText;
import io.appmetrics.operator.scrapeconfig.Federation;
import io.appmetrics.operator.scrapeconfig.JobKey;
import io.appmetrics.operator.scrapeconfig.JobReader;
import io.appmetrics.operator.scrapeconfig.LoadedConfig;
import io.appmetrics.operator.scrapeconfig.PrometheusVersion;
import io.appmetrics.operator.scrapeconfig.PrometheusYaml;
import io.appmetrics.operator.scrapeconfig.ScrapeBlock;
import io.appmetrics.operator.scrapeconfig.ScrapeLimits;
import io.appmetrics.operator.scrapeconfig.SlotJobs;
import io.appmetrics.operator.scrapeconfig.TlsFiles;
import java.io.IOException;
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
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
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

  private static final ScrapeLimits LIMITS = new ScrapeLimits(50_000, 30, 100, 200, "10MB");

  private final PrometheusApi api = LonePrometheus.api();

  private static ScrapeBlock block(Binary prometheus, Path certificates) {
    return ScrapeBlock.render(
        ALL, PrometheusVersion.parse(prometheus.version()), files(certificates));
  }

  private static TlsFiles files(Path certificates) {
    return new TlsFiles(
        certificates.resolve("root-cert.pem").toString(),
        certificates.resolve("cert-chain.pem").toString(),
        certificates.resolve("key.pem").toString());
  }

  /** All that can be in our jobs at once. */
  private static ScrapeBlock everything(Binary prometheus, Path certificates) {
    return ScrapeBlock.render(
        new SlotJobs(ALL.plain(), ALL.mutual(), true),
        new JobReader(
            PrometheusVersion.parse(prometheus.version()), LIMITS, "monitoring/prometheus.server"),
        files(certificates),
        prometheus == Binary.PROMETHEUS_2_5 ? "0123456789abcdef" : null,
        new Federation(
            new Federation.Pods(
                "istio-system", new TreeMap<>(Map.of("app", "prometheus")), 9090, "/mesh"),
            new TreeSet<>(List.of("kubernetes-pods", "a.b"))));
  }

  private static void certificatesAppear(Path directory) throws Exception {
    for (var file : new MeshCa().issue("istio-system", "prometheus").files().entrySet()) {
      Files.writeString(directory.resolve(file.getKey()), file.getValue());
    }
  }

  /** Discovery has no cluster to ask, and says so; nothing else is amiss. */
  private static List<String> complaints(LonePrometheus prometheus) throws IOException {
    return prometheus
        .log()
        .lines()
        .filter(line -> line.matches("(?i).*level=\"?(warn|error)\\b.*|.*deprecated.*"))
        .filter(line -> !line.contains("unable to load in-cluster configuration"))
        .toList();
  }

  @ParameterizedTest
  @EnumSource(names = {"PROMETHEUS_2_5", "PROMETHEUS_2_37", "PROMETHEUS_2", "PROMETHEUS_3"})
  void loadsWithoutAWarningWhateverIsInTheJobs(Binary version, @TempDir Path directory)
      throws Exception {
    certificatesAppear(directory);
    var block = everything(version, directory);
    var text = PrometheusYaml.parse(USERS).with(block);
    try (var prometheus =
        LonePrometheus.start(version, directory, text, "--web.enable-lifecycle")) {
      var base = prometheus.base();
      var loaded = api.config(base);
      assertThat(LoadedConfig.parse(loaded).jobNames())
          .contains("theirs", Federation.JOB)
          .containsAll(block.jobNames())
          .hasSize(19);
      for (JobKey key : JobKey.values()) {
        assertThat(loaded.contains(key.toString()))
            .as(key.toString())
            .isEqualTo(key.isKnownTo(PrometheusVersion.parse(version.version())));
      }
      assertThat(occurrences(loaded, "sample_limit: 50000"))
          .as("in each slot's jobs, and not in the one that pulls")
          .isEqualTo(16);
      api.reload(base);
      assertThat(answer(base).runtime().reloadConfigSuccess()).isTrue();
      runsWhatIsMarked(prometheus, text, block);
      assertThat(complaints(prometheus)).isEmpty();
    }
  }

  /** Edited inside, the block keeps its mark, and Prometheus may have loaded it so. */
  private void runsWhatIsMarked(LonePrometheus prometheus, String text, ScrapeBlock block)
      throws Exception {
    var base = prometheus.base();
    assertThat(answer(base, block).config().markerDigests()).containsExactly(block.digest());
    for (var edit :
        List.of(
            Map.entry("istio-mutual;.*|;istio-mutual", "nothing-at-all"),
            Map.entry("target_label: pod}", "target_label: pod_name}"),
            Map.entry("action: drop, regex: Pending|", "action: keep, regex: Pending|"),
            Map.entry("- {action: labeldrop, regex: instance}", ""))) {
      var edited = text.replace(edit.getKey(), edit.getValue());
      assertThat(edited).as(edit.getKey()).isNotEqualTo(text);
      prometheus.write(edited);
      api.reload(base);
      assertThat(answer(base, block).config().markerDigests()).as(edit.getKey()).isEmpty();
    }
    prometheus.write(text);
    api.reload(base);
    assertThat(answer(base, block).config().markerDigests()).containsExactly(block.digest());
  }

  private static long occurrences(String text, String words) {
    return text.lines().filter(line -> line.contains(words)).count();
  }

  /** As many ways to serve too much, each by the line that our jobs have. */
  @ParameterizedTest
  @EnumSource(names = {"PROMETHEUS_2_5", "PROMETHEUS_2_37", "PROMETHEUS_2", "PROMETHEUS_3"})
  void whatExceedsALimitIsTold(Binary version, @TempDir Path directory) throws Exception {
    var reader =
        new JobReader(
            PrometheusVersion.parse(version.version()), new ScrapeLimits(2, 1, 3, 4, "10B"), null);
    var limits =
        ScrapeBlock.render(
                new SlotJobs(new TreeSet<>(List.of(1)), new TreeSet<>()), reader, null, null, null)
            .items()
            .lines()
            .filter(line -> line.contains("_limit: "))
            .toList();
    assertThat(limits).hasSize(version == Binary.PROMETHEUS_2_5 ? 1 : 5);
    try (var prometheus =
        LonePrometheus.start(version, directory, USERS, "--web.enable-lifecycle")) {
      var base = prometheus.base();
      var text = new StringBuilder("global: {scrape_interval: 1s}\nscrape_configs:\n");
      for (var limit : limits) {
        text.append("- job_name: ")
            .append(name(limit))
            .append('\n')
            .append(limit)
            .append("\n  static_configs: [{targets: ['")
            .append(base.getAuthority())
            .append("']}]\n");
      }
      prometheus.write(text.toString());
      api.reload(base);
      for (var limit : limits) {
        await(limit)
            .atMost(Duration.ofSeconds(30))
            .untilAsserted(
                () ->
                    assertThat(api.activeTargets(base, name(limit)))
                        // 2.37 gives those of every pool
                        .filteredOn(target -> target.pool().equals(name(limit)))
                        .singleElement()
                        .satisfies(
                            target -> {
                              assertThat(target.health()).isEqualTo(TargetHealth.DOWN);
                              assertThat(target.lastError())
                                  .matches(words(name(limit)) + " exceeded.*");
                              assertThat(ScrapeFault.of(target.lastError()))
                                  .isEqualTo(ScrapeFault.LIMIT_EXCEEDED);
                            }));
      }
    }
  }

  private static String name(String limit) {
    return limit.strip().replaceAll(":.*", "");
  }

  /** The older limits are told in words, the later ones by their key. */
  private static String words(String key) {
    return key.startsWith("label") ? key : key.replace('_', ' ');
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

      certificatesAppear(directory);
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
    }
  }

  /** As the operator asks, whatever the version can tell. */
  private ReplicaReading.Answer answer(URI base) {
    return answer(base, null);
  }

  private ReplicaReading.Answer answer(URI base, @Nullable ScrapeBlock standing) {
    var poll = new ReplicaPoll(api, "istio-system", Clock.systemUTC());
    var running = new PrometheusContainer("prometheus", true, false);
    var reading =
        poll.ask(
                List.of(new ReplicaPoll.Replica("p", "uid", running, base)),
                standing == null ? null : new BlockText(standing.items()),
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
        file, PrometheusYaml.parse(USERS).with(everything(Binary.PROMETHEUS_3, directory)));
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
