package io.appmetrics.operator.demo;

import io.appmetrics.operator.cluster.AppManifest;
import io.appmetrics.operator.cluster.PrometheusProbe;
import io.appmetrics.operator.cluster.TestNamespace;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** An app that demands mutual TLS is declared; the chain grows up to the missing certificates. */
final class AppIsDeclared implements Step<AppIsDeclared.Declared> {
  private static final Duration CHAIN = Duration.ofSeconds(60);
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final Act act;
  private final Terminal terminal;
  private final TestNamespace shop;
  private final PrometheusProbe prometheus;
  private final OperatorProcess operator;

  AppIsDeclared(
      Act act,
      Terminal terminal,
      TestNamespace shop,
      PrometheusProbe prometheus,
      OperatorProcess operator) {
    this.act = act;
    this.terminal = terminal;
    this.shop = shop;
    this.prometheus = prometheus;
    this.operator = operator;
  }

  /** The AppMetrics, and how everything was before it came. */
  record Declared(Watched watched, Shop.Belongings before) {}

  @Override
  public String title() {
    return "An app that demands mutual TLS is declared";
  }

  @Override
  public Declared play() {
    terminal.waiting("the app is starting");
    shop.cluster().apply(act.policy());
    var app =
        shop.app(
            AppManifest.named(Shop.APP)
                .listens(Shop.PORT, "", "mtls")
                .annotated("sidecar.istio.io/status", "injected"));
    var before = Shop.Belongings.of(prometheus.namespace(), shop);
    var metrics =
        URI.create("http://%s:%d/metrics".formatted(app.pod().getStatus().getPodIP(), Shop.PORT));
    terminal.event(
        "Deployment %s/%s demands mutual TLS; %s"
            .formatted(shop.name(), Shop.APP, refusal(metrics)));

    terminal.event("applying this AppMetrics in namespace " + shop.name());
    Shop.APP_METRICS.lines().forEach(terminal::verbatim);
    shop.apply(Shop.APP_METRICS);
    var watched = new Watched(terminal, shop, Shop.APP, prometheus, Shop.QUERY, operator);
    watched.head();
    watched.until(
        "every link up to ConfigLoaded to hold, and CertificatesLoaded to say CertificateMissing",
        CHAIN,
        look -> look.says("CertificatesLoaded", "CertificateMissing"));
    return new Declared(watched, before);
  }

  /** How a request without a certificate fares. */
  private static String refusal(URI metrics) {
    var client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();
    var request = HttpRequest.newBuilder(metrics).timeout(PATIENCE).build();
    try {
      var status = client.send(request, BodyHandlers.discarding()).statusCode();
      StepFailed.unless(status >= 400, "plain HTTP to be refused", metrics + " answers " + status);
      return "plain HTTP to %s is answered with %d".formatted(metrics, status);
    } catch (IOException e) {
      return "plain HTTP to %s is refused".formatted(metrics);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StepFailed("an answer from " + metrics, "an interruption");
    }
  }
}
