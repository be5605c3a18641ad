package io.appmetrics.operator.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class OtherTextTest {
  private static final String BLOCK = "\n# BEGIN appmetrics.io\n- job_name: a\n# END appmetrics.io";

  private static String hash(Map<String, String> data) {
    return OtherText.hash(data, "prometheus.yml");
  }

  @Test
  void isTheSameWithAndWithoutOurJobs() {
    String without = hash(Map.of("prometheus.yml", "a: b\n", "alerts.yml", "c"));
    assertThat(hash(Map.of("prometheus.yml", "a: b" + BLOCK + "\n", "alerts.yml", "c")))
        .isEqualTo(without);
    assertThat(
            hash(
                Map.of(
                    "prometheus.yml",
                    "a: b\n",
                    "alerts.yml",
                    "c",
                    "appmetrics.yml",
                    "# BEGIN appmetrics.io\nscrape_configs: []\n")))
        .isEqualTo(without);
  }

  @Test
  void changesWithEverythingElse() {
    String before = hash(Map.of("prometheus.yml", "a: b\n", "alerts.yml", "c"));
    assertThat(hash(Map.of("prometheus.yml", "a: c\n", "alerts.yml", "c"))).isNotEqualTo(before);
    assertThat(hash(Map.of("prometheus.yml", "a: b\n", "alerts.yml", "d"))).isNotEqualTo(before);
    assertThat(hash(Map.of("prometheus.yml", "a: b\n"))).isNotEqualTo(before);
    assertThat(hash(Map.of("prometheus.yml", "a: b\n", "alerts.yml", "c", "appmetrics.yml", "x")))
        .as("a key of that name that is somebody else's")
        .isNotEqualTo(before);
    assertThat(hash(Map.of("a", "1b=1:2"))).isNotEqualTo(hash(Map.of("a", "1", "b", "2")));
  }
}
