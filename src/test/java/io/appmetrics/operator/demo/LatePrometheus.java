package io.appmetrics.operator.demo;

import static org.awaitility.Awaitility.await;

import io.appmetrics.operator.cluster.Addon;
import io.appmetrics.operator.cluster.PrometheusProbe;
import io.appmetrics.operator.cluster.TestNamespace;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.awaitility.core.ConditionTimeoutException;

/** A Prometheus of today starts before its certificates exist: all seems well, and is not. */
final class LatePrometheus implements Step<PrometheusProbe> {
  static final String THE_USERS_JOB = "kubernetes-pods-istio-secure";

  private static final String VERSION = "3.16.0";
  private static final String SCRAPE_INTERVAL = "5s";
  private static final Duration POOLS = Duration.ofSeconds(30);
  private static final Pattern JOB = Pattern.compile("(?m)^ *(?:- )?job_name: (\\S+)$");

  private final Terminal terminal;
  private final TestNamespace istio;

  LatePrometheus(Terminal terminal, TestNamespace istio) {
    this.terminal = terminal;
    this.istio = istio;
  }

  @Override
  public String title() {
    return "The bug: Prometheus started before its certificates existed (istio#10528)";
  }

  @Override
  public PrometheusProbe play() {
    terminal.event(
        "installing Istio's Prometheus addon, as Istio ships it today, in namespace "
            + istio.name());
    terminal.detail(
        "Its certificates are to come from the optional Secret istio.default, which does not exist"
            + " yet. Its user has written the mTLS job "
            + THE_USERS_JOB
            + " into prometheus.yml, as Istio's documentation shows.");
    terminal.waiting("Prometheus is starting");
    var prometheus =
        istio.prometheus(
            Addon.plain()
                .version(VERSION)
                .withSecretCertificates()
                .withIstioSecureJob()
                .scrapeInterval(SCRAPE_INTERVAL));
    var jobs = jobs(prometheus);
    StepFailed.unless(
        jobs.contains(THE_USERS_JOB), "the job in the configuration that runs", jobs.toString());
    awaitPoolsOf(prometheus, jobs);
    tell(prometheus, jobs);
    return prometheus;
  }

  /** Every other pool is there: the missing one is missing for good, and not merely late. */
  private void awaitPoolsOf(PrometheusProbe prometheus, Set<String> jobs) {
    var others = new TreeSet<>(jobs);
    others.remove(THE_USERS_JOB);
    terminal.waiting("Prometheus makes its scrape pools");
    try {
      await()
          .pollInSameThread()
          .atMost(POOLS)
          .until(
              () ->
                  prometheus.scrapePools().containsAll(others) && !complaint(prometheus).isEmpty());
    } catch (ConditionTimeoutException e) {
      throw new StepFailed(
          "a scrape pool for every other job within " + Stopwatch.seconds(POOLS),
          prometheus.scrapePools().toString());
    }
  }

  private void tell(PrometheusProbe prometheus, Set<String> jobs) {
    var pools = prometheus.scrapePools();
    var ready = prometheus.isReady();
    var reloaded = prometheus.lastReloadSucceeded();
    terminal.event("Prometheus " + VERSION + " runs at " + prometheus.url());
    terminal.detail("is ready                    " + ready);
    terminal.detail("last reload was successful  " + reloaded);
    terminal.detail(
        "jobs in its configuration   " + jobs.size() + ", " + THE_USERS_JOB + " is one");
    terminal.detail(
        "scrape pools                "
            + pools.size()
            + ", "
            + (pools.contains(THE_USERS_JOB) ? "it has one" : "none for " + THE_USERS_JOB),
        Terminal.Colour.RED);
    StepFailed.unless(ready, "Prometheus to say that it is ready", "it is not");
    StepFailed.unless(reloaded, "Prometheus to say that its last reload succeeded", "it does not");
    StepFailed.unless(
        !pools.contains(THE_USERS_JOB), "no scrape pool for " + THE_USERS_JOB, pools.toString());
    terminal.detail("the only trace is a line in its log: " + complaint(prometheus));
  }

  private static Set<String> jobs(PrometheusProbe prometheus) {
    return JOB.matcher(prometheus.configuration())
        .results()
        .map(match -> match.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The line with which Prometheus gives up on a pool. */
  private static String complaint(PrometheusProbe prometheus) {
    return prometheus
        .log()
        .lines()
        .filter(line -> line.contains("error creating new scrape pool"))
        .filter(line -> line.contains(THE_USERS_JOB))
        .map(line -> line.replaceFirst("^.*?msg=", "msg="))
        .findFirst()
        .orElse("");
  }
}
