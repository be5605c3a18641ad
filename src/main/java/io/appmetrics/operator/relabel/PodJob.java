package io.appmetrics.operator.relabel;

import io.appmetrics.operator.scrapeconfig.PrometheusDuration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** A job that discovers pods: from discovered labels to targets (scrape/target.go). */
final class PodJob {

  /** What a job gives every target before the rules. */
  record Defaults(
      Duration interval,
      Duration timeout,
      String metricsPath,
      String scheme,
      SortedMap<String, List<String>> params,
      SortedMap<String, String> histogramLabels) {}

  private sealed interface Fate {
    record Made(PredictedTarget target) implements Fate {}

    record Dropped(Drop drop) implements Fate {}

    record Chance(String why) implements Fate {}
  }

  private final String name;
  private final List<PodScope> scopes;
  private final List<Rule> rules;
  private final Defaults defaults;
  private final Dialect dialect;

  PodJob(String name, List<PodScope> scopes, List<Rule> rules, Defaults defaults, Dialect dialect) {
    this.name = name;
    this.scopes = List.copyOf(scopes);
    this.rules = List.copyOf(rules);
    this.defaults = defaults;
    this.dialect = dialect;
  }

  Prediction predict(Pod pod) {
    if (pod.ip().isEmpty()) {
      return notDiscovered("it has no address yet");
    }
    var outside = "";
    var unknown = Optional.<String>empty();
    var within = Optional.<PodScope>empty();
    for (var scope : scopes) {
      var membership = scope.of(pod);
      if (membership instanceof PodScope.Membership.In) {
        within = Optional.of(scope);
      } else if (membership instanceof PodScope.Membership.Unknown known) {
        unknown = Optional.of(known.why());
      } else if (membership instanceof PodScope.Membership.Out out) {
        outside = out.why();
      }
    }
    if (within.isEmpty()) {
      return unknown
          .<Prediction>map(why -> new Prediction.Unpredictable("job " + name + " " + why))
          .orElse(notDiscovered("it " + outside));
    }
    for (var scope : scopes) {
      var read = readsAttached(scope);
      if (read.isPresent() && !(scope.of(pod) instanceof PodScope.Membership.Out)) {
        return new Prediction.Unpredictable(read.get());
      }
    }
    return discovered(pod);
  }

  private Prediction notDiscovered(String why) {
    return new Prediction.Certain(List.of(), List.of(new Drop.NotDiscovered(name, why)));
  }

  private Optional<String> readsAttached(PodScope scope) {
    for (var prefix : scope.attached()) {
      for (var i = 0; i < rules.size(); i++) {
        var rule = rules.get(i);
        if (rule.sources().stream().anyMatch(source -> source.startsWith(prefix))
            || rule.mapsLabel(prefix)
            || rule.mapsLabel(prefix + "_x")
            || rule.mapsLabel(prefix + "label_x")
            || rule.mapsLabel(prefix + "annotation_x")
            || rule.mapsLabel(prefix + "name")) {
          return Optional.of(ruleSentence(i) + " reads what only another object tells");
        }
      }
    }
    return Optional.empty();
  }

  private Prediction discovered(Pod pod) {
    var targets = new LinkedHashSet<PredictedTarget>();
    var drops = new ArrayList<Drop>();
    var refused = false;
    for (var discovered : new PodDiscovery(dialect).targets(pod)) {
      var fate = fate(discovered);
      if (fate instanceof Fate.Made made) {
        targets.add(made.target());
      } else if (fate instanceof Fate.Dropped dropped) {
        drops.add(dropped.drop());
        refused |= dropped.drop() instanceof Drop.Refused;
      } else if (fate instanceof Fate.Chance chance) {
        return new Prediction.Unpredictable(chance.why());
      }
    }
    if (refused && !dialect.brokenTargetAlone()) {
      targets.clear(); // targetsFromGroup gave up on the pod at the first error
    }
    return new Prediction.Certain(List.copyOf(targets), drops);
  }

  /** The labels of a discovered target before the rules. */
  Labels before(Labels discovered) {
    var labels = discovered.copy();
    labels.setIfAbsent(Labels.JOB, name);
    if (dialect.intervalLabels()) {
      labels.setIfAbsent(Labels.INTERVAL, PrometheusDuration.format(defaults.interval()));
      labels.setIfAbsent(Labels.TIMEOUT, PrometheusDuration.format(defaults.timeout()));
    }
    labels.setIfAbsent(Labels.METRICS_PATH, defaults.metricsPath());
    labels.setIfAbsent(Labels.SCHEME, defaults.scheme());
    defaults.histogramLabels().forEach(labels::setIfAbsent);
    defaults.params().forEach((key, values) -> setFirst(labels, Labels.PARAM + key, values));
    return labels;
  }

  private static void setFirst(Labels labels, String name, List<String> values) {
    if (!values.isEmpty()) {
      labels.setIfAbsent(name, values.get(0));
    }
  }

  private Fate fate(Labels discovered) {
    var address = discovered.get(Labels.ADDRESS);
    var container = discovered.get(PodDiscovery.KUBERNETES + "pod_container_name");
    var labels = before(discovered);
    for (var i = 0; i < rules.size(); i++) {
      var rule = rules.get(i);
      var value = rule.value(labels);
      switch (rule.apply(labels)) {
        case DROPPED -> {
          return new Fate.Dropped(
              new Drop.ByRule(name, address, container, i + 1, rule.toString(), value));
        }
        case BY_CHANCE -> {
          return new Fate.Chance(
              ruleSentence(i)
                  + " maps labels of different values to one name, of which Prometheus takes any");
        }
        case KEPT -> {}
      }
    }
    try {
      return new Fate.Made(finished(labels));
    } catch (RefusedTarget e) {
      return new Fate.Dropped(new Drop.Refused(name, address, container, e.problem()));
    }
  }

  private String ruleSentence(int index) {
    return "rule " + (index + 1) + " of job " + name + " (" + rules.get(index) + ")";
  }

  /** What happens after the rules (scrape/target.go, PopulateLabels). */
  private PredictedTarget finished(Labels labels) throws RefusedTarget {
    var address = labels.get(Labels.ADDRESS);
    if (address.isEmpty()) {
      throw new RefusedTarget("no address");
    }
    var scheme = labels.get(Labels.SCHEME);
    if (!dialect.version3()) {
      address = TargetAddress.withPort(address, scheme);
      labels.set(Labels.ADDRESS, address);
    }
    if (address.contains("/")) {
      throw new RefusedTarget("\"" + address + "\" is not a valid hostname");
    }
    var interval = defaults.interval();
    var timeout = defaults.timeout();
    if (dialect.intervalLabels()) {
      interval = duration(labels.get(Labels.INTERVAL), "scrape interval");
      timeout = duration(labels.get(Labels.TIMEOUT), "scrape timeout");
      if (timeout.compareTo(interval) > 0) {
        throw new RefusedTarget(
            "scrape timeout cannot be greater than scrape interval (%s > %s)"
                .formatted(labels.get(Labels.TIMEOUT), labels.get(Labels.INTERVAL)));
      }
    }
    for (var label : defaults.histogramLabels().keySet()) {
      if (!isBoolean(labels.get(label))) {
        throw new RefusedTarget(label + " is \"" + labels.get(label) + "\", no boolean");
      }
    }
    labels.setIfAbsent(Labels.INSTANCE, address);
    var shown = new TreeMap<String, String>();
    var hidden = new TreeMap<String, String>();
    labels
        .values()
        .forEach(
            (label, value) -> {
              if (!label.startsWith(Labels.META)) {
                (label.startsWith(Labels.RESERVED) ? hidden : shown).put(label, value);
              }
            });
    return new PredictedTarget(
        ScrapeUrl.of(labels, defaults.params()), scheme, interval, timeout, shown, hidden);
  }

  private static Duration duration(String text, String what) throws RefusedTarget {
    var duration =
        PrometheusDuration.parse(text)
            .orElseThrow(() -> new RefusedTarget("\"" + text + "\" is no " + what));
    if (duration.isZero()) {
      throw new RefusedTarget(what + " cannot be 0");
    }
    return duration;
  }

  /** As Go's strconv.ParseBool, and an absent one. */
  private static boolean isBoolean(String text) {
    return text.isEmpty() || GoBoolean.parse(text).isPresent();
  }
}
