package io.appmetrics.operator.scrapeconfig;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The job by which one Prometheus pulls from another. */
class FederationTextTest {
  private static final PrometheusVersion VERSION = PrometheusVersion.parse("3.16.0");

  private static Federation of(Federation.Source source, String... jobs) {
    return new Federation(source, new TreeSet<>(List.of(jobs)));
  }

  private static final Federation.Pods PODS =
      new Federation.Pods(
          "istio-system",
          new TreeMap<>(Map.of("app.kubernetes.io/name", "prometheus", "release", "1.2")),
          9090,
          "/prom");

  @Test
  void pullsFromThePodsOfADeployment() {
    assertThat(new FederationText(of(PODS, "kubernetes-pods", "mine")).text())
        .isEqualTo(
            """
            # what another Prometheus has scraped, under the labels it has there
            - job_name: appmetrics-federate
              honor_labels: true
              params:
                'match[]':
                - '{job="kubernetes-pods"}'
                - '{job="mine"}'
              metrics_path: '/prom/federate'
              kubernetes_sd_configs: [{role: pod, namespaces: {names: [istio-system]}}]
              relabel_configs:
              - {source_labels: [__meta_kubernetes_pod_phase], action: drop, regex: Pending|Succeeded|Failed}
              - {source_labels: [__meta_kubernetes_pod_label_app_kubernetes_io_name], action: keep, regex: 'prometheus'}
              - {source_labels: [__meta_kubernetes_pod_label_release], action: keep, regex: '1[.]2'}
              - {source_labels: [__meta_kubernetes_pod_ip], regex: '([0-9.]+)', replacement: '$1:9090', target_label: __address__}
              - {source_labels: [__meta_kubernetes_pod_ip], regex: '([0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)', replacement: '[$1]:9090', target_label: __address__}
            """);
  }

  @Test
  void pullsFromAnAddress() {
    assertThat(
            new FederationText(of(new Federation.Address("https", "prometheus.istio:443", ""), "a"))
                .text())
        .endsWith(
            """
              metrics_path: '/federate'
              scheme: https
              static_configs: [{targets: ['prometheus.istio:443']}]
            """);
  }

  /** It is a block like any other: it stands in a configuration, and is read again. */
  @Test
  void standsBetweenTheMarkers() throws UnparsableConfig {
    ScrapeBlock block =
        ScrapeBlock.render(
            SlotJobs.federate(),
            new JobReader(VERSION),
            null,
            null,
            of(PODS, "kubernetes-pods", "a.b"));
    String text = PrometheusYaml.parse("scrape_configs:\n- job_name: theirs\n").with(block);

    assertThat(block.jobNames())
        .containsExactly("appmetrics-federate", "appmetrics-digest-" + block.digest());
    assertThat(block.items()).doesNotContain("One pair of jobs per slot");
    BlockText standing = BlockText.in(text).orElseThrow();
    assertThat(standing.federated()).containsExactly("a.b", "kubernetes-pods");
    assertThat(SlotJobs.named(standing.jobs())).isEqualTo(SlotJobs.federate());
    assertThat(PrometheusYaml.parse(text).without())
        .isEqualTo("scrape_configs:\n- job_name: theirs\n");
  }

  /** One scrape of it is what all apps have: a limit would cut off all of them. */
  @Test
  void theJobThatPullsHasNoLimits() {
    ScrapeLimits limits = new ScrapeLimits(1, 1, 1, 1, "1B");
    assertThat(
            ScrapeBlock.render(
                SlotJobs.federate(),
                new JobReader(VERSION, limits, null),
                null,
                null,
                of(PODS, "a")))
        .isEqualTo(
            ScrapeBlock.render(
                SlotJobs.federate(), new JobReader(VERSION), null, null, of(PODS, "a")));
  }

  /** Another set of jobs is another text, which its marker tells. */
  @Test
  void whatIsPulledIsProven() {
    assertThat(
            ScrapeBlock.render(
                    SlotJobs.federate(), new JobReader(VERSION), null, null, of(PODS, "a"))
                .digest())
        .isNotEqualTo(
            ScrapeBlock.render(
                    SlotJobs.federate(), new JobReader(VERSION), null, null, of(PODS, "a", "b"))
                .digest());
  }

  @Test
  void slotsAndTheJobThatPullsAreTold() {
    assertThat(SlotJobs.federate().names()).containsExactly("appmetrics-federate");
    assertThat(SlotJobs.federate().isEmpty()).isFalse();
    assertThat(SlotJobs.none().contains(SlotJobs.federate())).isFalse();
    assertThat(SlotJobs.federate().and(SlotJobs.none())).isEqualTo(SlotJobs.federate());
  }

  @Test
  void aNameThatWouldBreakOutIsLeftOut() {
    assertThat(new FederationText(of(PODS, "a\"}'\n- job_name: b", "c")).text())
        .contains("    - '{job=\"c\"}'")
        .doesNotContain("job_name: b");
  }
}
