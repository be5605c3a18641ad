package io.appmetrics.operator.scrapeconfig;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoadedConfigTest {

  @Test
  void readsWhatPrometheusShows() throws UnparsableConfig {
    // as 3.16.0 answers to /api/v1/status/config, shortened
    var loaded =
        LoadedConfig.parse(
            """
            global:
              scrape_interval: 15s
              scrape_timeout: 10s
              scrape_protocols:
              - OpenMetricsText1.0.0
            runtime:
              gogc: 75
            rule_files:
            - /etc/rules/*.yml
            scrape_configs:
            - job_name: kubernetes-api-servers
              honor_timestamps: true
              scheme: https
              authorization:
                type: Bearer
                credentials_file: /var/run/secrets/kubernetes.io/serviceaccount/token
              tls_config:
                ca_file: /var/run/secrets/kubernetes.io/serviceaccount/ca.crt
                insecure_skip_verify: false
            - job_name: appmetrics-1-istio-secure
              tls_config:
                ca_file: /etc/istio-certs/root-cert.pem
                cert_file: /etc/istio-certs/cert-chain.pem
                key_file: /etc/istio-certs/key.pem
                insecure_skip_verify: true
              kubernetes_sd_configs:
              - role: pod
                tls_config:
                  ca_file: /discovery
                  cert_file: /discovery
                  key_file: /discovery
              relabel_configs:
              - separator: ;
                regex: |
                  - job_name: a regex of several lines
              - source_labels: [a]
                tls_config: no such key here
            - job_name: appmetrics-digest-0123456789ab
            storage:
              tsdb:
                outofordertimewindow: 0
            """);
    assertThat(loaded)
        .isEqualTo(
            new LoadedConfig(
                Set.of(
                    "kubernetes-api-servers",
                    "appmetrics-1-istio-secure",
                    "appmetrics-digest-0123456789ab"),
                Set.of("0123456789ab"),
                Duration.ofSeconds(15)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "scrape_configs:\n- job_name: a\n  tls_config:\n    ca_file: /a\n    cert_file: /b\n    key_file: /c",
        "global: {}\nscrape_configs:\n  - job_name: a\n    tls_config: {ca_file: /a, cert_file: /b, key_file: /c}\n",
        "scrape_configs:\n- tls_config: {ca_file: /a, cert_file: /b, key_file: /c}\n  job_name: a\n",
        "{scrape_configs: [{job_name: a, tls_config: {ca_file: /a, cert_file: /b, key_file: /c}}]}",
      })
  void readsOtherFormsToo(String yaml) throws UnparsableConfig {
    assertThat(LoadedConfig.parse(yaml))
        .isEqualTo(new LoadedConfig(Set.of("a"), Set.of(), Duration.ofMinutes(1)));
  }

  @Test
  void readsAnEmptyConfiguration() throws UnparsableConfig {
    assertThat(LoadedConfig.parse("{}"))
        .isEqualTo(new LoadedConfig(Set.of(), Set.of(), Duration.ofMinutes(1)));
  }

  @Test
  void refusesWhatIsNone() {
    assertThatThrownBy(() -> LoadedConfig.parse("<html>"))
        .isInstanceOf(UnparsableConfig.class)
        .hasMessageStartingWith("line 1, column 1: a Prometheus configuration is a mapping");
  }

  @Test
  void knowsTheGlobalInterval() throws UnparsableConfig {
    assertThat(LoadedConfig.parse("").globalScrapeInterval()).isEqualTo(Duration.ofMinutes(1));
    assertThat(LoadedConfig.parse("global:\n").globalScrapeInterval())
        .isEqualTo(Duration.ofMinutes(1));
    assertThat(LoadedConfig.parse("global: {scrape_interval: 0s}").globalScrapeInterval())
        .isEqualTo(Duration.ofMinutes(1));
    assertThat(LoadedConfig.parse("global: {scrape_interval: 1m30s}").globalScrapeInterval())
        .isEqualTo(Duration.ofSeconds(90));
  }
}
