package io.appmetrics.operator.relabel;

import io.appmetrics.operator.scrapeconfig.PrometheusDuration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
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

  /** The rules that choose by a hash, by index. */
  private final Map<Integer, Sharding.Choice> divisions;

  /** What every target gets that does not have it. */
  private final Map<String, String> defaultLabels;

  PodJob(String name, List<PodScope> scopes, List<Rule> rules, Defaults defaults, Dialect dialect) {
    this.name = name;
    this.scopes = List.copyOf(scopes);
    this.rules = List.copyOf(rules);
    this.defaults = defaults;
    this.dialect = dialect;
    this.divisions = Sharding.choices(name, rules, dialect);
    this.defaultLabels = defaultLabels();
  }

  /** Whether it makes the same of every pod that both discover. */
  boolean meansTheSame(PodJob other) {
    return meaning().equals(other.meaning());
  }

  private List<Object> meaning() {
    return List.of(
        defaults.metricsPath(),
        defaults.scheme(),
        defaults.params(),
        rules.stream().map(Rule::meaning).toList());
  }

  /** Empty when it takes all. */
  Optional<Shard> shard() {
    return Sharding.of(name, rules, dialect);
  }

  Intake intake() {
    return Intake.of(name, rules);
  }

  /**
   * What it makes of a pod.
   *
   * @param divided false: whatever the hash, by which rules choose, is
   */
  Prediction predict(PodTargets discovered, boolean divided) {
    var pod = discovered.pod();
    if (pod.ip().isEmpty()) {
      return notDiscovered("it has no address yet");
    }
    var outside = "";
    var unknown = Optional.<String>empty();
    var attached = Optional.<String>empty();
    var within = false;
    for (var scope : scopes) {
      var membership = scope.of(pod);
      if (membership instanceof PodScope.Membership.Out out) {
        outside = out.why();
        continue;
      }
      attached = attached.or(() -> readsAttached(scope));
      if (membership instanceof PodScope.Membership.Unknown known) {
        unknown = Optional.of(known.why());
      } else {
        within = true;
      }
    }
    if (!within) {
      return unknown
          .<Prediction>map(why -> new Prediction.Unpredictable("job " + name + " " + why))
          .orElse(notDiscovered("it " + outside));
    }
    return attached
        .<Prediction>map(Prediction.Unpredictable::new)
        .orElseGet(() -> targets(discovered, divided));
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

  /** Whether a rule looks at the value of a label whose name begins so. */
  boolean reads(String prefix) {
    return rules.stream()
        .flatMap(rule -> rule.reads().stream())
        .anyMatch(label -> label.startsWith(prefix));
  }

  private Prediction targets(PodTargets pod, boolean divided) {
    var targets = new LinkedHashSet<PredictedTarget>();
    var drops = new ArrayList<Drop>();
    var refused = false;
    for (var discovered : pod.targets()) {
      var fate = fate(discovered, divided);
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

  private Map<String, String> defaultLabels() {
    var labels = new LinkedHashMap<String, String>();
    labels.put(Labels.JOB, name);
    if (dialect.intervalLabels()) {
      labels.put(Labels.INTERVAL, PrometheusDuration.format(defaults.interval()));
      labels.put(Labels.TIMEOUT, PrometheusDuration.format(defaults.timeout()));
    }
    labels.put(Labels.METRICS_PATH, defaults.metricsPath());
    labels.put(Labels.SCHEME, defaults.scheme());
    labels.putAll(defaults.histogramLabels());
    defaults
        .params()
        .forEach(
            (key, values) ->
                values.stream().limit(1).forEach(value -> labels.put(Labels.PARAM + key, value)));
    return labels;
  }

  /** The labels of a discovered target before the rules. */
  Labels before(Labels discovered) {
    var labels = discovered.copy();
    defaultLabels.forEach(labels::setIfAbsent);
    return labels;
  }

  private Fate fate(Labels discovered, boolean divided) {
    var address = discovered.get(Labels.ADDRESS);
    var container = discovered.get(PodDiscovery.KUBERNETES + "pod_container_name");
    var labels = before(discovered);
    for (var i = 0; i < rules.size(); i++) {
      var rule = rules.get(i);
      switch (outcome(i, labels, divided)) {
        case DROPPED -> {
          return new Fate.Dropped(
              new Drop.ByRule(
                  name, address, container, i + 1, rule.toString(), rule.value(labels)));
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

  /** A choice by a hash may be one by other labels, too: those are the pod's. */
  private Rule.Outcome outcome(int index, Labels labels, boolean divided) {
    var choice = divisions.get(index);
    if (divided || choice == null) {
      return rules.get(index).apply(labels);
    }
    return choice.letsAnyShareIn(labels) ? Rule.Outcome.KEPT : Rule.Outcome.DROPPED;
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
