package io.appmetrics.operator.scrapeconfig;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** What holds for every configuration, tried on some thousand. */
class AnyConfigTest {

  private static final int CONFIGS = 3_000;

  private static final ScrapeBlock OTHER =
      ScrapeBlock.render(
          new SlotJobs(new TreeSet<>(List.of(1, 2)), new TreeSet<>(List.of(2))),
          PrometheusVersion.parse("2.42.0"),
          new TlsFiles("/ca", "/cert", "/key"));

  @Test
  void keepsWhatIsTheUsersAndGivesItBack() throws UnparsableConfig {
    for (long seed = 0; seed < CONFIGS; seed++) {
      var original = AnyConfig.of(seed);
      var as = "seed " + seed + ":\n" + original + "\n";
      var user = PrometheusYaml.parse(original);
      var with = user.with(PrometheusYamlTest.BLOCK);
      var spliced = PrometheusYaml.parse(with);
      assertThat(spliced.without()).as(as).isEqualTo(original);
      assertThat(spliced.jobs()).as(as).isEqualTo(user.jobs());
      assertThat(spliced.with(PrometheusYamlTest.BLOCK)).as(as).isEqualTo(with);
      if (seed % 10 == 0) {
        assertThat(spliced.with(OTHER)).as(as).isEqualTo(user.with(OTHER));
      }
      assertThat(loaded(with)).as(as).isIn(plusOurs(original, false), plusOurs(original, true));
    }
  }

  private static Map<Object, Object> loaded(String text) {
    var map = new LinkedHashMap<Object, Object>();
    if (new Load(LoadSettings.builder().build()).loadFromString(text.replace('\t', ' '))
        instanceof Map<?, ?> config) {
      map.putAll(config);
    }
    return map;
  }

  private static Map<Object, Object> plusOurs(String original, boolean first) {
    var config = loaded(original);
    var jobs = new ArrayList<Object>();
    if (config.get("scrape_configs") instanceof List<?> users) {
      jobs.addAll(users);
    }
    jobs.addAll(
        first ? 0 : jobs.size(),
        List.of(
            Map.of("job_name", "appmetrics-1", "scheme", "http"),
            Map.of("job_name", "appmetrics-digest-0123456789ab")));
    config.put("scrape_configs", jobs);
    return config;
  }
}
