package io.appmetrics.operator.demo;

import io.appmetrics.operator.cluster.PrometheusProbe;
import io.appmetrics.operator.cluster.TestNamespace;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** The AppMetrics is deleted: everything is the user's again, to the byte. */
final class GivenBack implements Step<String> {
  private static final Duration CLEANUP = Duration.ofSeconds(60);

  private final Terminal terminal;
  private final TestNamespace shop;
  private final PrometheusProbe prometheus;
  private final AppIsDeclared.Declared declared;

  GivenBack(
      Terminal terminal,
      TestNamespace shop,
      PrometheusProbe prometheus,
      AppIsDeclared.Declared declared) {
    this.terminal = terminal;
    this.shop = shop;
    this.prometheus = prometheus;
    this.declared = declared;
  }

  @Override
  public String title() {
    return "The AppMetrics is deleted";
  }

  @Override
  public String play() {
    var istio = prometheus.namespace();
    var before = declared.before();
    var during = Shop.Belongings.of(istio, shop);
    terminal.event(
        "ConfigMap %s/prometheus has %d bytes of prometheus.yml, the template of %s has %d annotations; deleting"
            .formatted(istio.name(), bytes(during), Shop.APP, during.annotations().size()));
    var watched = declared.watched();
    watched.resource().delete();
    watched.until(
        "the ConfigMap to be the user's, to the byte",
        CLEANUP,
        () -> Shop.Belongings.of(istio, shop).configuration().equals(before.configuration()));
    terminal.event("the ConfigMap is the user's, to the byte: %d bytes".formatted(bytes(before)));
    watched.until(
        "the pod template to have the user's annotations and no others",
        CLEANUP,
        () -> Shop.Belongings.of(istio, shop).annotations().equals(before.annotations()));
    terminal.event(
        "the pod template has the user's annotations and no others: " + before.annotations());
    watched.until(
        "Prometheus to have no job of ours",
        CLEANUP,
        () -> !watched.prometheus().configuration().contains("job_name: appmetrics-"));
    terminal.event("Prometheus runs without our jobs");
    return "ConfigMap: the user's %d bytes again; template: the user's annotations again"
        .formatted(bytes(before));
  }

  private static int bytes(Shop.Belongings belongings) {
    return belongings.prometheusYml().getBytes(StandardCharsets.UTF_8).length;
  }
}
