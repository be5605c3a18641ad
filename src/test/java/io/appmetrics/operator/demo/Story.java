package io.appmetrics.operator.demo;

import io.appmetrics.operator.cluster.Cluster;
import io.appmetrics.operator.cluster.PrometheusProbe;
import io.appmetrics.operator.cluster.TestNamespace;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The steps, in order, and what has come of them. */
final class Story {
  /** As slow as a real kubelet can be (measured: 4 to 76 s), unless somebody changes the pod. */
  private static final Duration PROPAGATION = Duration.ofSeconds(60);

  private final Act act;
  private final Terminal terminal;
  private final TestNamespace istio;
  private final TestNamespace shop;
  private final Path directory;
  private int steps;
  private String current = "the namespaces";

  Story(Act act, Terminal terminal, Cluster cluster, Path directory) {
    this.act = act;
    this.terminal = terminal;
    this.directory = directory;
    cluster.propagation(PROPAGATION);
    this.istio = cluster.namespaceExactly("istio-system");
    this.shop = cluster.namespaceExactly("shop");
  }

  /**
   * What is there when all is told, but for the end of the AppMetrics.
   *
   * @param findings what was seen, a line each, under a word
   */
  record Told(
      PrometheusProbe prometheus,
      OperatorProcess operator,
      AppIsDeclared.Declared declared,
      List<Finding> findings) {}

  /** A line of the summary. */
  record Finding(String word, String sentence) {}

  /** The step that is being played, for a failure to name. */
  String current() {
    return current;
  }

  /** Up to Ready. */
  Told tell() {
    var findings = new ArrayList<Finding>();
    var prometheus =
        play(
            act == Act.TODAY
                ? new LatePrometheus(terminal, istio)
                : new ClassicPrometheus(terminal, istio));
    findings.add(
        new Finding(
            "bug",
            "Prometheus said that all was well, and had "
                + (act == Act.TODAY ? "no scrape pool" : "a scrape pool without a client")
                + " for the mTLS job"));
    findings.add(new Finding("cause", "it started before its certificates existed (istio#10528)"));
    var operator = play(new OperatorStarts(act, terminal, istio, directory));
    var declared = play(new AppIsDeclared(act, terminal, shop, prometheus, operator));
    var watched = declared.watched();
    var cure =
        play(
            act == Act.TODAY
                ? new CertificatesAppear(terminal, prometheus, watched)
                : new RestartCures(terminal, prometheus, watched));
    cure.deeds().forEach(deed -> findings.add(new Finding("cure", deed.words())));
    findings.add(
        new Finding(
            "healed",
            "%s after the certificates appeared; %s restart, %d reload%s"
                .formatted(
                    Stopwatch.seconds(cure.took()),
                    act == Act.TODAY ? "no" : "one",
                    cure.reloads(),
                    cure.reloads() == 1 ? "" : "s")));
    var proof = play(new ReadyMeansScraped(act, terminal, prometheus, cure, watched));
    findings.add(
        new Finding(
            "Ready",
            "%s after the certificates appeared; compared %d times, never True before the metric"
                .formatted(Stopwatch.seconds(proof.took()), proof.looks())));
    findings.add(new Finding("metric", proof.metric()));
    return new Told(prometheus, operator, declared, findings);
  }

  /** The end of the AppMetrics. */
  Finding tellEnd(Told told) {
    return new Finding(
        "cleanup", play(new GivenBack(terminal, shop, told.prometheus(), told.declared())));
  }

  private <T> T play(Step<T> step) {
    steps++;
    current = "step %d, %s".formatted(steps, step.title());
    terminal.heading(steps + ". " + step.title());
    return step.play();
  }
}
