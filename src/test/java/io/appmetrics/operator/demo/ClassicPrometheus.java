package io.appmetrics.operator.demo;

import static org.awaitility.Awaitility.await;

import io.appmetrics.operator.cluster.Addon;
import io.appmetrics.operator.cluster.PrometheusProbe;
import io.appmetrics.operator.cluster.TestNamespace;
import java.time.Duration;
import org.awaitility.core.ConditionTimeoutException;

/** The Prometheus of Istio 1.0 starts before its certificates exist, and has no lifecycle. */
final class ClassicPrometheus implements Step<PrometheusProbe> {
  static final String JOB = "kubernetes-pods-istio-secure";

  private static final String SCRAPE_INTERVAL = "5s";
  private static final Addon ADDON = Addon.ofIstio10().scrapeInterval(SCRAPE_INTERVAL);
  private static final Duration POOLS = Duration.ofSeconds(30);

  private final Terminal terminal;
  private final TestNamespace istio;

  ClassicPrometheus(Terminal terminal, TestNamespace istio) {
    this.terminal = terminal;
    this.istio = istio;
  }

  @Override
  public String title() {
    return "The bug, as it was found: Istio 1.0's Prometheus started before its certificates"
        + " (istio#10528)";
  }

  @Override
  public PrometheusProbe play() {
    terminal.event(
        "installing Prometheus from the manifests of Istio 1.0.5, in namespace " + istio.name());
    terminal.detail(
        "They are Istio's own but for three things: Prometheus is %s, where they have 2.3.1; it scrapes every %s, where they have 15s; and the Deployment is of apps/v1, since no API server of today knows the older form."
            .formatted(ADDON.version(), SCRAPE_INTERVAL));
    terminal.detail(
        "Its certificates are to come from the optional Secret istio.default, which does not exist"
            + " yet. Its job "
            + JOB
            + " is Istio's own. Nobody can reload it: there is no --web.enable-lifecycle.");
    terminal.waiting("Prometheus is starting");
    var prometheus = istio.prometheus(ADDON);
    var ready = prometheus.isReady();
    var reloaded = prometheus.lastReloadSucceeded();
    terminal.event("Prometheus " + prometheus.version() + " runs at " + prometheus.url());
    terminal.detail("is ready                    " + ready);
    terminal.detail("last reload was successful  " + reloaded);
    terminal.waiting("Prometheus makes its scrape pools");
    try {
      await().pollInSameThread().atMost(POOLS).until(() -> complaints(prometheus) > 0);
    } catch (ConditionTimeoutException e) {
      throw new StepFailed(
          "a pool without a client within " + Stopwatch.seconds(POOLS),
          "its log says nothing of one");
    }
    var complaint = complaints(prometheus);
    terminal.detail(
        "its log says " + complaint + " times: Error creating HTTP client", Terminal.Colour.RED);
    StepFailed.unless(ready, "Prometheus to say that it is ready", "it is not");
    StepFailed.unless(reloaded, "Prometheus to say that its last reload succeeded", "it does not");
    var answer = prometheus.reload();
    StepFailed.unless(
        answer.startsWith("403") || answer.startsWith("405") || answer.startsWith("404"),
        "nobody to be able to reload it",
        answer);
    return prometheus;
  }

  private static long complaints(PrometheusProbe prometheus) {
    return prometheus
        .log()
        .lines()
        .filter(line -> line.contains("Error creating HTTP client"))
        .count();
  }
}
