package io.appmetrics.operator.story;

import io.appmetrics.operator.cluster.Addon;
import io.appmetrics.operator.cluster.AppManifest;
import java.util.Map;

/** The two stories of certificates that come after their Prometheus has started (istio#10528). */
enum Act {
  /** A Prometheus of today and a job of ours: it takes a nudge, and perhaps a reload. */
  TODAY(
      Addon.plain().withSecretCertificates().withLifecycle().scrapeInterval("2s"),
      "{port: 8443}",
      "has no scrape pool for job appmetrics-1-istio-secure",
      0,
      Map.of(
          "appmetrics.io/managed",
          "path-1,port-1,scheme-1",
          "appmetrics.io/port-1",
          "8443",
          "appmetrics.io/path-1",
          "/metrics",
          "appmetrics.io/scheme-1",
          "istio-mutual")),
  /** That of Istio 1.0, its own job, and nobody can reload it: it takes one restart. */
  CLASSIC(
      Addon.ofIstio10().scrapeInterval("2s"),
      "{port: 8443, scheme: IstioMutual}",
      "kubernetes-pods-istio-secure without certificates",
      1,
      Map.of(
          "appmetrics.io/managed",
          "prometheus.io/path,prometheus.io/port,prometheus.io/scrape",
          "prometheus.io/scrape",
          "true",
          "prometheus.io/port",
          "8443",
          "prometheus.io/path",
          "/metrics"));

  @SuppressWarnings("ImmutableEnumChecker") // a record that holds a function
  final Addon addon;

  /** What an AppMetrics says of the app's port. */
  final String port;

  /** With these words the operator tells of the trouble. */
  final String sickness;

  /** How many restarts cure it. */
  final int restarts;

  /** What the app's pod template has at the end, in addition to its own. */
  @SuppressWarnings("ImmutableEnumChecker") // a copy
  final Map<String, String> annotations;

  Act(Addon addon, String port, String sickness, int restarts, Map<String, String> annotations) {
    this.addon = addon;
    this.port = port;
    this.sickness = sickness;
    this.restarts = restarts;
    this.annotations = Map.copyOf(annotations);
  }

  /** An app behind a sidecar, which takes nothing but the mesh's own TLS. */
  static AppManifest app() {
    return AppManifest.named("cart")
        .listens(8443, "", "mtls")
        .annotated("sidecar.istio.io/status", "injected");
  }
}
