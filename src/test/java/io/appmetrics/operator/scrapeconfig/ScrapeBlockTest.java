package io.appmetrics.operator.scrapeconfig;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScrapeBlockTest {

  private static final PrometheusVersion TODAY = PrometheusVersion.parse("3.16.0");
  private static final TlsFiles TLS =
      new TlsFiles("/certs/ca.pem", "/it's/a cert", "/certs/key.pem");

  private static SlotJobs jobs(List<Integer> plain, List<Integer> mutual) {
    return new SlotJobs(new TreeSet<>(plain), new TreeSet<>(mutual));
  }

  @Test
  void looksAsInTheFileBeside() throws IOException {
    try (var file = ScrapeBlockTest.class.getResourceAsStream("/slot-jobs-3.16.0.yml")) {
      assertThat(ScrapeBlock.render(jobs(List.of(1), List.of(1)), TODAY, TLS).items())
          .isEqualTo(
              new String(Objects.requireNonNull(file).readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "3.16.0, true, true, true, true",
    "3.0.0, true, true, true, true",
    "2.55.1, true, true, true, false",
    "2.47.0, true, true, true, false",
    "2.46.0, true, true, false, false",
    "2.42.0, true, true, false, false",
    "2.35.0, true, true, false, false",
    "2.34.0, true, false, false, false",
    "2.30.0, true, false, false, false",
    "2.29.2, false, false, false, false",
    "2.5.0, false, false, false, false"
  })
  void hasOnlyWhatTheVersionKnows(
      String version, boolean intervals, boolean http2, boolean dropped, boolean fallback) {
    var items =
        ScrapeBlock.render(jobs(List.of(1), List.of(1)), PrometheusVersion.parse(version), TLS)
            .items();
    assertThat(items.contains("__scrape_interval__")).isEqualTo(intervals);
    assertThat(items.contains("__scrape_timeout__")).isEqualTo(intervals);
    assertThat(items.contains("enable_http2")).isEqualTo(http2);
    assertThat(items.contains("keep_dropped_targets")).isEqualTo(dropped);
    assertThat(items.contains("fallback_scrape_protocol")).isEqualTo(fallback);
  }

  private static final ScrapeLimits LIMITS = new ScrapeLimits(50_000, 30, 100, 200, "10MB");

  private static List<String> limits(String version, ScrapeLimits limits) {
    return ScrapeBlock.render(
            jobs(List.of(1), List.of()),
            new JobReader(PrometheusVersion.parse(version), limits, null),
            TLS,
            null,
            null)
        .items()
        .lines()
        .filter(line -> line.matches("  \\w+_limit: .*"))
        .toList();
  }

  @ParameterizedTest
  @CsvSource({
    "3.16.0, true, true",
    "2.28.0, true, true",
    "2.27.1, true, false",
    "2.27.0, true, false",
    "2.26.1, false, false",
    "2.3.0, false, false"
  })
  void hasOnlyTheLimitsThatTheVersionKnows(String version, boolean labels, boolean body) {
    List<String> known = new ArrayList<>(List.of("  sample_limit: 50000"));
    if (labels) {
      known.add("  label_limit: 30");
      known.add("  label_name_length_limit: 100");
      known.add("  label_value_length_limit: 200");
    }
    if (body) {
      known.add("  body_size_limit: 10MB");
    }
    assertThat(limits(version, LIMITS)).isEqualTo(known);
  }

  @Test
  void hasNoLimitUnlessOneIsSet() {
    assertThat(limits("3.16.0", ScrapeLimits.NONE)).isEmpty();
    assertThat(limits("3.16.0", new ScrapeLimits(1, 0, 0, 0, "")))
        .containsExactly("  sample_limit: 1");
    assertThat(limits("3.16.0", new ScrapeLimits(0, 0, 0, 2, "")))
        .containsExactly("  label_value_length_limit: 2");
  }

  @Test
  void bothJobsOfASlotHaveTheLimits() throws UnparsableConfig {
    var items =
        ScrapeBlock.render(
                jobs(List.of(1), List.of(1)), new JobReader(TODAY, LIMITS, null), TLS, null, null)
            .items();
    assertThat(items.split("  sample_limit: 50000\n", -1)).hasSize(3);
    assertThat(PrometheusYaml.parse("scrape_configs:\n" + items).jobs()).hasSize(3);
  }

  @Test
  void namesTheJobsBySlotWhateverTheOrderOfTheQuestion() {
    var block = ScrapeBlock.render(jobs(List.of(10, 2), List.of(3, 2)), TODAY, TLS);
    assertThat(block.jobNames())
        .containsExactly(
            "appmetrics-2",
            "appmetrics-2-istio-secure",
            "appmetrics-3-istio-secure",
            "appmetrics-10",
            "appmetrics-digest-" + block.digest());
    assertThat(block.digest()).matches("[0-9a-f]{12}");
    assertThat(block)
        .isEqualTo(ScrapeBlock.render(jobs(List.of(2, 10), List.of(2, 3)), TODAY, TLS));
  }

  @Test
  void leavesMutualJobsOutWithoutCertificates() {
    var block = ScrapeBlock.render(jobs(List.of(1), List.of(1, 2)), TODAY, null);
    assertThat(block.jobNames())
        .containsExactly("appmetrics-1", "appmetrics-digest-" + block.digest());
    assertThat(block.digest())
        .isEqualTo(ScrapeBlock.render(jobs(List.of(1), List.of()), TODAY, TLS).digest());
  }

  @Test
  void hasAnotherDigestForEveryOtherText() {
    var digests =
        List.of(
            ScrapeBlock.render(jobs(List.of(1), List.of(1)), TODAY, TLS).digest(),
            ScrapeBlock.render(jobs(List.of(1), List.of()), TODAY, TLS).digest(),
            ScrapeBlock.render(jobs(List.of(2), List.of()), TODAY, TLS).digest(),
            ScrapeBlock.render(jobs(List.of(1), List.of()), PrometheusVersion.parse("2.42.0"), TLS)
                .digest(),
            ScrapeBlock.render(
                    jobs(List.of(1), List.of(1)), TODAY, new TlsFiles("/ca", "/cert", "/key"))
                .digest());
    assertThat(digests).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "global: {}\n",
        "scrape_configs:\n- job_name: a\n",
        "scrape_configs:\n    - job_name: a\n",
        "scrape_configs:\n    - job_name: a",
        "scrape_configs:\r\n  - job_name: a\r\nglobal: {}\r\n",
      })
  void isReadAgainAsItStands(String text) throws UnparsableConfig {
    var block = ScrapeBlock.render(jobs(List.of(1), List.of(1)), TODAY, TLS);
    var spliced = PrometheusYaml.parse(text).with(block);
    assertThat(PrometheusYaml.parse(spliced).block().flatMap(ScrapeBlock::standing))
        .contains(block);

    var edited =
        spliced.replace("scrape_interval", "scrape_timeout").replace("role: pod", "role: node");
    assertThat(edited).isNotEqualTo(spliced);
    assertThat(PrometheusYaml.parse(edited).block().flatMap(ScrapeBlock::standing)).isEmpty();
    var file = IncludedFile.with(block);
    assertThat(IncludedFile.read(file).flatMap(ScrapeBlock::standing)).contains(block.inFile());
    assertThat(ScrapeBlock.standing(new BlockText("# BEGIN appmetrics.io"))).isEmpty();
  }

  @Test
  void pathsAreQuotedAsYamlWantsThem() throws UnparsableConfig {
    for (var path : List.of("/a", "/a b", "/it's", "/a: b # c", "/\"", "/é")) {
      var tls = new TlsFiles(path, path, path);
      var block = ScrapeBlock.render(jobs(List.of(), List.of(1)), TODAY, tls);
      assertThat(PrometheusYaml.parse("scrape_configs:\n" + block.items()).jobs())
          .contains(new ScrapeJob("appmetrics-1-istio-secure", tls, true));
    }
  }

  @Test
  void slotsCountFromOne() {
    assertThatThrownBy(() -> jobs(List.of(0), List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("slots are numbered from 1, not 0");
    assertThat(SlotJobs.none().isEmpty()).isTrue();
    assertThat(jobs(List.of(), List.of(1)).isEmpty()).isFalse();
  }
}
