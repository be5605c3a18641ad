package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.scrapeconfig.PrometheusYaml;
import io.appmetrics.operator.scrapeconfig.UnparsableConfig;
import org.jspecify.annotations.Nullable;

/**
 * The configuration as it stands in the ConfigMap. It is read as YAML once, however often it is
 * looked at: 900 KiB take a parser 250 ms. For one thread.
 */
final class ConfigText {
  private final String resourceVersion;
  private final String text;
  private final int otherBytes;
  private @Nullable PrometheusYaml yaml;
  private @Nullable UnparsableConfig problem;

  /**
   * A text that was read.
   *
   * @param resourceVersion of the ConfigMap that it was read from
   * @param text the value of the key
   * @param otherBytes the size of everything else in the ConfigMap's data
   */
  ConfigText(String resourceVersion, String text, int otherBytes) {
    this.resourceVersion = resourceVersion;
    this.text = text;
    this.otherBytes = otherBytes;
  }

  String resourceVersion() {
    return resourceVersion;
  }

  String text() {
    return text;
  }

  int otherBytes() {
    return otherBytes;
  }

  /**
   * The text as YAML.
   *
   * @throws UnparsableConfig when it is none, or no Prometheus configuration
   */
  PrometheusYaml yaml() throws UnparsableConfig {
    if (problem != null) {
      throw problem;
    }
    if (yaml == null) {
      try {
        yaml = PrometheusYaml.parse(text);
      } catch (UnparsableConfig e) {
        problem = e;
        throw e;
      }
    }
    return yaml;
  }

  /** This text, still read, for a later resourceVersion that changed something else. */
  ConfigText at(String later, int othersThen) {
    ConfigText same = new ConfigText(later, text, othersThen);
    same.yaml = yaml;
    same.problem = problem;
    return same;
  }
}
