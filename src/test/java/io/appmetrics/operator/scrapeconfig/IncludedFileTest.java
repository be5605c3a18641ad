package io.appmetrics.operator.scrapeconfig;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class IncludedFileTest {
  private static final PrometheusVersion TODAY = PrometheusVersion.parse("3.16.0");
  private static final TlsFiles FILES = new TlsFiles("/c/root.pem", "/c/chain.pem", "/c/key.pem");
  private static final SlotJobs MUTUAL =
      SlotJobs.named(List.of("appmetrics-1", "appmetrics-1-istio-secure"));

  @Test
  void holdsTheSameJobs() throws UnparsableConfig {
    ScrapeBlock block = ScrapeBlock.render(MUTUAL, TODAY, FILES).inFile();
    String file = IncludedFile.with(block);
    assertThat(file).isEqualTo(IncludedFile.with(block.inline()));

    assertThat(IncludedFile.read(file)).map(BlockText::jobs).contains(block.jobNames());
    assertThat(IncludedFile.read(file)).flatMap(BlockText::digest).contains(block.digest());
    assertThat(PrometheusYaml.parse("# theirs\n" + file.substring(file.indexOf('\n') + 1)).jobs())
        .extracting(ScrapeJob::name)
        .isEqualTo(block.jobNames());
  }

  /** A Prometheus that still runs them from the other place is told by it. */
  @Test
  void hasAMarkerOfItsOwn() {
    ScrapeBlock inline = ScrapeBlock.render(MUTUAL, TODAY, FILES);
    assertThat(inline.inFile().digest()).isNotEqualTo(inline.digest());
    assertThat(inline.inFile().inline()).isEqualTo(inline.inline()).isEqualTo(inline);
    assertThat(inline.inFile().slotJobs()).isEqualTo(inline.slotJobs()).isEqualTo(MUTUAL);
  }

  @Test
  void leavesAFileAloneThatIsSomebodyElses() {
    assertThat(IncludedFile.read("scrape_configs: []\n")).isEmpty();
    assertThat(IncludedFile.read("")).isEmpty();
  }

  @Test
  void tellsWhatIsIncluded() throws UnparsableConfig {
    assertThat(
            PrometheusYaml.parse("scrape_config_files: [a.yml, '/b/*.yml']\n")
                .includes()
                .patterns())
        .containsExactly("a.yml", "/b/*.yml");
    assertThat(PrometheusYaml.parse("scrape_configs: []\n").includes().patterns()).isEmpty();
    assertThat(PrometheusYaml.parse("scrape_config_files:\n").includes().patterns()).isEmpty();
  }

  /** Prometheus does not show what it includes; of our jobs, those with files have pools. */
  @Test
  void isLoadedOnceItsMarkerHasAPool() {
    LoadedConfig shown = new LoadedConfig(Set.of("theirs"), Set.of(), Duration.ofSeconds(15));
    Set<String> pools = Set.of("theirs", "appmetrics-1", "appmetrics-digest-0123456789ab");
    List<String> jobs = ScrapeBlock.render(MUTUAL, TODAY, FILES).jobNames();

    LoadedConfig loaded = shown.including(pools, Set.of("0123456789ab"), jobs);
    assertThat(loaded.markerDigests()).containsExactly("0123456789ab");
    assertThat(loaded.jobNames()).contains("theirs", "appmetrics-1", "appmetrics-1-istio-secure");

    LoadedConfig older = shown.including(pools, Set.of("another"), jobs);
    assertThat(older.markerDigests()).containsExactly("0123456789ab");
    assertThat(SlotJobs.named(older.jobNames()).names()).containsExactly("appmetrics-1");

    assertThat(shown.including(Set.of("theirs"), Set.of("0123456789ab"), jobs)).isEqualTo(shown);
  }
}
