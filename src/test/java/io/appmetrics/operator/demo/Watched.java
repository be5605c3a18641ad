package io.appmetrics.operator.demo;

import static org.awaitility.Awaitility.await;

import io.appmetrics.operator.api.AppMetrics;
import io.appmetrics.operator.api.Condition;
import io.appmetrics.operator.cluster.PrometheusProbe;
import io.appmetrics.operator.cluster.TestNamespace;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.awaitility.core.ConditionTimeoutException;

/**
 * The AppMetrics and the metric that it is about, looked at all the time: each change is told, and
 * at each look what Ready says is held against what Prometheus has.
 */
final class Watched {
  private static final Duration PERIOD = Duration.ofMillis(150);

  private final Terminal terminal;
  private final TestNamespace namespace;
  private final String name;
  private final PrometheusProbe prometheus;
  private final String query;
  private final OperatorProcess operator;
  private final Deeds deeds;
  private final List<Deeds.Deed> done = new ArrayList<>();
  private final ChainTable table = new ChainTable();
  private int looks;

  /**
   * Watches an AppMetrics.
   *
   * @param query yields the app's own metric
   */
  Watched(
      Terminal terminal,
      TestNamespace namespace,
      String name,
      PrometheusProbe prometheus,
      String query,
      OperatorProcess operator) {
    this.terminal = terminal;
    this.namespace = namespace;
    this.name = name;
    this.prometheus = prometheus;
    this.query = query;
    this.operator = operator;
    this.deeds = new Deeds(prometheus.namespace(), "prometheus");
  }

  /**
   * What one look saw.
   *
   * @param conditions of the AppMetrics; none while it has none
   * @param metric the samples of the app's own metric
   */
  record Look(List<Condition> conditions, List<PrometheusProbe.Sample> metric) {

    Optional<Condition> condition(String type) {
      return conditions.stream().filter(condition -> condition.type().equals(type)).findFirst();
    }

    boolean says(String type, String reason) {
      return condition(type).filter(condition -> condition.reason().equals(reason)).isPresent();
    }

    boolean isTrue(String type) {
      return condition(type).filter(condition -> condition.status().equals("True")).isPresent();
    }

    boolean isReady() {
      return isTrue(ChainTable.READY);
    }

    /** What to say when this was not what was waited for. */
    String words() {
      var ready = condition(ChainTable.READY);
      if (ready.isEmpty()) {
        return "no AppMetrics with a condition Ready";
      }
      return "Ready=%s, link %s: %s: %s"
          .formatted(
              ready.get().status(),
              ChainTable.brokenLink(conditions).orElse("none"),
              ready.get().reason(),
              ready.get().message());
    }
  }

  /** The head of the table; its rows come as things change. */
  void head() {
    ChainTable.head()
        .forEach(line -> terminal.verbatim(terminal.paint(line, Terminal.Colour.BOLD)));
  }

  /**
   * Looks until what is seen is as wanted.
   *
   * @throws StepFailed when it is not in time, or when Ready is True too early meanwhile
   */
  Look until(String what, Duration atMost, Predicate<Look> wanted) {
    var last = new ArrayList<Look>();
    try {
      await()
          .pollInSameThread()
          .pollDelay(Duration.ZERO)
          .pollInterval(PERIOD)
          .atMost(atMost)
          .until(
              () -> {
                last.clear();
                last.add(look());
                terminal.waiting("waiting for " + what);
                return wanted.test(last.get(0));
              });
    } catch (ConditionTimeoutException e) {
      throw new StepFailed(
          "%s within %s".formatted(what, Stopwatch.seconds(atMost)), last.get(0).words());
    }
    return last.get(0);
  }

  /** The same for something that is seen elsewhere. */
  Look until(String what, Duration atMost, BooleanSupplier wanted) {
    return until(what, atMost, look -> wanted.getAsBoolean());
  }

  /** How often it was looked. */
  int looks() {
    return looks;
  }

  /** What the operator has done to Prometheus so far. */
  List<Deeds.Deed> done() {
    return List.copyOf(done);
  }

  Resource<AppMetrics> resource() {
    return namespace.appMetrics(name);
  }

  private Look look() {
    operator.mustRun();
    looks++;
    // In this order: what is said is held against what is the case afterwards.
    var conditions =
        Optional.ofNullable(resource().get())
            .map(AppMetrics::getStatus)
            .flatMap(status -> Optional.ofNullable(status.conditions()))
            .orElse(List.of());
    var look = new Look(conditions, metric());
    deeds.news().forEach(this::tell);
    table.add(conditions).ifPresent(this::tell);
    StepFailed.unless(
        !look.isReady() || !look.metric().isEmpty(),
        "Ready not to be True before the metric can be queried",
        "Ready=True, and no result of " + query);
    return look;
  }

  /** The Prometheus that is there now: the one of the beginning may have been restarted. */
  PrometheusProbe prometheus() {
    var pods = prometheus.namespace().pods("prometheus");
    return pods.isEmpty()
        ? prometheus
        : PrometheusProbe.of(prometheus.namespace(), pods.get(pods.size() - 1));
  }

  private List<PrometheusProbe.Sample> metric() {
    try {
      return prometheus().query(query);
    } catch (UncheckedIOException | IllegalStateException | IllegalArgumentException e) {
      return List.of(); // it is just being restarted, and has no address or no answer
    }
  }

  private void tell(Deeds.Deed deed) {
    done.add(deed);
    terminal.event("operator: " + deed.words());
  }

  private void tell(ChainTable.Row row) {
    terminal.row(row.text((cell, status) -> terminal.paint(cell, colour(status))));
    if (!row.why().isEmpty()) {
      terminal.detail(row.why(), Terminal.Colour.FAINT);
    }
  }

  private static Terminal.Colour colour(String status) {
    return switch (status) {
      case "True" -> Terminal.Colour.GREEN;
      case "False" -> Terminal.Colour.RED;
      default -> Terminal.Colour.FAINT;
    };
  }
}
