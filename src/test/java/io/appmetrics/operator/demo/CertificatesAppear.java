package io.appmetrics.operator.demo;

import io.appmetrics.operator.cluster.PrometheusProbe;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Nothing happens for a while; then the certificates are there, and the operator heals. */
final class CertificatesAppear implements Step<CertificatesAppear.Cure> {
  private static final String POOL = "appmetrics-1-istio-secure";

  /** Longer than a healthy new pool takes: the operator need not wait whether it is one. */
  private static final Duration PAUSE = Duration.ofSeconds(14);

  private static final Duration SETTLE = Duration.ofSeconds(60);
  private static final Duration HEAL = Duration.ofSeconds(60);

  private final Terminal terminal;
  private final PrometheusProbe prometheus;
  private final Watched watched;

  CertificatesAppear(Terminal terminal, PrometheusProbe prometheus, Watched watched) {
    this.terminal = terminal;
    this.prometheus = prometheus;
    this.watched = watched;
  }

  /**
   * How Prometheus was healed.
   *
   * @param deeds what the operator did, in order
   * @param appeared when the certificates did, since the story's begin
   * @param took from their appearance until the scrape pool was there
   * @param reloads how often Prometheus loaded its configuration for it
   */
  record Cure(List<Deeds.Deed> deeds, Stopwatch appeared, Duration took, long reloads) {}

  @Override
  public String title() {
    return "The certificates appear, and the operator heals Prometheus";
  }

  @Override
  public Cure play() {
    var loads = prometheus.loads();
    terminal.event(
        "a pause without certificates, until Prometheus has nothing left to do: no pod and no node"
            + " changes, so nothing would make it try again by chance");
    var pause = new Stopwatch(System::nanoTime);
    var settled = CompletableFuture.runAsync(prometheus::awaitSettled);
    watched.until(
        "Prometheus to settle",
        SETTLE,
        () -> settled.isDone() && pause.elapsed().compareTo(PAUSE) >= 0);
    settled.join();
    StepFailed.unless(
        prometheus.loads() == loads,
        "no reload during the pause: without certificates it is in vain",
        (prometheus.loads() - loads) + " of them");
    mustLack(LatePrometheus.THE_USERS_JOB);
    mustLack(POOL);
    terminal.event(
        "%s later there is still no scrape pool for either mTLS job, and no reload was in vain"
            .formatted(Stopwatch.seconds(pause.elapsed())));

    var deedsBefore = watched.done().size();
    terminal.event("Secret %s/istio.default appears".formatted(prometheus.namespace().name()));
    var appeared = new Stopwatch(System::nanoTime);
    prometheus.namespace().istioDefaultAppears();
    watched.until("a scrape pool for " + POOL, HEAL, () -> prometheus.scrapePools().contains(POOL));
    var took = appeared.elapsed();
    watched.until("CertificatesLoaded to be True", HEAL, look -> look.isTrue("CertificatesLoaded"));
    StepFailed.unless(
        prometheus.scrapePools().contains(LatePrometheus.THE_USERS_JOB),
        "a scrape pool for the user's own job, too",
        prometheus.scrapePools().toString());
    var deeds = watched.done().subList(deedsBefore, watched.done().size());
    StepFailed.unless(
        !deeds.isEmpty(), "an Event for each thing that was done to heal", "no Event");
    terminal.event(
        "healed %s after the certificates appeared; the user's own job has its scrape pool, too"
            .formatted(Stopwatch.seconds(took)));
    return new Cure(deeds, appeared, took, prometheus.loads() - loads);
  }

  private void mustLack(String job) {
    StepFailed.unless(
        !prometheus.scrapePools().contains(job), "no scrape pool for " + job, "there is one");
  }
}
