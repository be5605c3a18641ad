package io.appmetrics.operator.demo;

import io.appmetrics.operator.cluster.PrometheusProbe;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;

/** Ready is True, and at that moment the app's own metric can be queried. */
final class ReadyMeansScraped implements Step<ReadyMeansScraped.Proof> {
  private static final Duration SCRAPE = Duration.ofSeconds(60);

  private final Act act;
  private final Terminal terminal;
  private final PrometheusProbe prometheus;
  private final CertificatesAppear.Cure cure;
  private final Watched watched;

  ReadyMeansScraped(
      Act act,
      Terminal terminal,
      PrometheusProbe prometheus,
      CertificatesAppear.Cure cure,
      Watched watched) {
    this.act = act;
    this.terminal = terminal;
    this.prometheus = prometheus;
    this.cure = cure;
    this.watched = watched;
  }

  /**
   * What Ready=True stands for.
   *
   * @param metric the app's own metric, as text
   * @param took from the appearance of the certificates
   * @param looks how often Ready was held against the metric, until both were there
   */
  record Proof(String metric, Duration took, int looks) {}

  @Override
  public String title() {
    return "Ready means scraped";
  }

  @Override
  public Proof play() {
    var look = watched.until("Ready to be True", SCRAPE, Watched.Look::isReady);
    var took = cure.appeared().elapsed();
    var sample = look.metric().get(0);
    var metric = text(sample);
    var running = watched.prometheus();
    terminal.event("query at that moment: " + running.url() + "/api/v1/query, " + Shop.QUERY);
    terminal.detail(metric, Terminal.Colour.BOLD);
    StepFailed.unless(
        sample.labels().getOrDefault("connection", "").equals("mtls"),
        "the app to have answered over mutual TLS",
        metric);
    var up = running.query("up" + selector(sample.labels()));
    StepFailed.unless(
        up.size() == 1 && up.get(0).value() == 1, "up == 1 for its target", up.toString());
    terminal.detail("up%s %d".formatted(selector(sample.labels()), (int) up.get(0).value()));
    if (act == Act.TODAY) {
      notRestarted();
    } else {
      terminal.detail("Prometheus was restarted once, and never again");
    }
    return new Proof(metric, took, watched.looks());
  }

  private void notRestarted() {
    var before = prometheus.pod();
    var now = prometheus.namespace().pod("prometheus");
    var restarts =
        now.getStatus().getContainerStatuses().stream()
            .mapToInt(container -> container.getRestartCount())
            .sum();
    var name = now.getMetadata().getName();
    StepFailed.unless(
        before.getMetadata().getUid().equals(now.getMetadata().getUid()) && restarts == 0,
        "the same Prometheus pod as in the beginning, never restarted",
        "pod %s with %d restarts".formatted(name, restarts));
    terminal.detail("the same Prometheus pod as in the beginning, %s, 0 restarts".formatted(name));
  }

  private static String text(PrometheusProbe.Sample sample) {
    var labels =
        sample.labels().entrySet().stream()
            .filter(label -> !label.getKey().equals("__name__"))
            .map(label -> label.getKey() + "=\"" + label.getValue() + '"')
            .collect(Collectors.joining(", ", "{", "}"));
    return sample.labels().get("__name__") + labels + " " + (long) sample.value();
  }

  private static String selector(Map<String, String> labels) {
    return "{instance=\"%s\", job=\"%s\"}".formatted(labels.get("instance"), labels.get("job"));
  }
}
