package io.appmetrics.operator.demo;

import io.appmetrics.operator.cluster.PrometheusProbe;
import io.appmetrics.operator.cluster.TestNamespace;
import java.time.Duration;

/** The certificates appear; nothing smaller helps, and the operator restarts Prometheus, once. */
final class RestartCures implements Step<CertificatesAppear.Cure> {
  /** Longer than a scrape interval, and than the operator waits between two looks. */
  private static final Duration PAUSE = Duration.ofSeconds(6);

  private static final Duration CURE = Duration.ofSeconds(90);

  private final Terminal terminal;
  private final PrometheusProbe before;
  private final Watched watched;

  RestartCures(Terminal terminal, PrometheusProbe before, Watched watched) {
    this.terminal = terminal;
    this.before = before;
    this.watched = watched;
  }

  @Override
  public String title() {
    return "The certificates appear, and the operator restarts Prometheus, once";
  }

  @Override
  public CertificatesAppear.Cure play() {
    var istio = before.namespace();
    var pause = new Stopwatch(System::nanoTime);
    watched.until(
        "a pause without certificates, in which nothing is done in vain",
        PAUSE.plusSeconds(10),
        () -> pause.elapsed().compareTo(PAUSE) >= 0);
    mustBe(istio, 1);
    StepFailed.unless(
        restarts() == 0, "no restart without certificates: it would be in vain", "there was one");

    var deedsBefore = watched.done().size();
    terminal.event("Secret %s/istio.default appears".formatted(istio.name()));
    var appeared = new Stopwatch(System::nanoTime);
    istio.istioDefaultAppears();
    watched.until("CertificatesLoaded to be True", CURE, look -> look.isTrue("CertificatesLoaded"));
    var took = appeared.elapsed();
    StepFailed.unless(restarts() == 1, "exactly one restart", restarts() + " of them");
    mustBe(istio, 2);
    terminal.event(
        "the template of its Deployment names the certificates for which it was restarted: "
            + fingerprint(istio));
    terminal.detail("what was decided stands in a ConfigMap: " + state(istio));
    return new CertificatesAppear.Cure(
        watched.done().subList(deedsBefore, watched.done().size()), appeared, took, 0);
  }

  private long restarts() {
    return watched.done().stream().filter(deed -> deed.kind().equals("Restart")).count();
  }

  private static void mustBe(TestNamespace istio, long generation) {
    var now = istio.deployment("prometheus").getMetadata().getGeneration();
    StepFailed.unless(
        now == generation,
        "generation %d of Prometheus' Deployment".formatted(generation),
        "generation " + now);
  }

  private static String fingerprint(TestNamespace istio) {
    return istio
        .deployment("prometheus")
        .getSpec()
        .getTemplate()
        .getMetadata()
        .getAnnotations()
        .getOrDefault("appmetrics.io/certificates", "none");
  }

  private static String state(TestNamespace istio) {
    var map =
        istio
            .cluster()
            .client()
            .configMaps()
            .inNamespace(OperatorProcess.NAMESPACE)
            .withName("appmetrics-%s.prometheus".formatted(istio.name()))
            .require();
    return String.valueOf(map.getData()).strip();
  }
}
