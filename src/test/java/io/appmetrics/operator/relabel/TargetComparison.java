package io.appmetrics.operator.relabel;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.appmetrics.operator.scrapeconfig.PrometheusDuration;
import io.appmetrics.operator.scrapeconfig.PrometheusVersion;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** One Prometheus, all its jobs, all pods: what was predicted, and what it has made. */
final class TargetComparison {

  private static final int DIFFERENCES_SHOWN = 20;

  private final PrometheusVersion version;
  private final Map<String, Bag> expected = new LinkedHashMap<>();
  private final Map<String, Set<String>> unpredictable = new HashMap<>();
  private Map<String, Bag> seen = Map.of();

  TargetComparison(PrometheusVersion version, RelabelModel model, List<Pod> pods) {
    this.version = version;
    // duplicates become one in a job, also those of several pods
    var predicted = new LinkedHashMap<String, Map<PredictedTarget, String>>();
    for (var job : model.podJobs()) {
      predicted.put(job, new LinkedHashMap<>());
      unpredictable.put(job, new HashSet<>());
    }
    for (var pod : pods) {
      var name = pod.name();
      model
          .predict(pod)
          .forEach(
              (job, prediction) -> {
                if (prediction instanceof Prediction.Certain certain) {
                  var targets = predicted.getOrDefault(job, Map.of());
                  certain.targets().forEach(target -> targets.putIfAbsent(target, name));
                } else {
                  unpredictable.getOrDefault(job, Set.of()).add(name);
                }
              });
    }
    predicted.forEach(
        (job, targets) -> {
          var bag = new Bag();
          targets.forEach((target, pod) -> bag.add(text(target), pod));
          expected.put(job, bag);
        });
  }

  /** Fails unless each job has made what was predicted. */
  void compare(RealTargets real, String what) throws IOException {
    seen = seen(real);
    var differences = new ArrayList<String>();
    expected.forEach(
        (job, bag) -> {
          var made = seen.getOrDefault(job, new Bag());
          made.minus(bag)
              .forEach(
                  (text, pod) -> {
                    if (!unpredictable.getOrDefault(job, Set.of()).contains(pod)) {
                      differences.add(job + ": only Prometheus has " + text + " of " + pod);
                    }
                  });
          bag.minus(made)
              .forEach(
                  (text, pod) ->
                      differences.add(job + ": only the model has " + text + " of " + pod));
        });
    assertThat(differences.stream().limit(DIFFERENCES_SHOWN))
        .as("%s: %d differences", what, differences.size())
        .isEmpty();
  }

  /** Fails unless the jobs together have made what the one has, each target once. */
  void compareShares(String all, List<String> shares) {
    var together = new Bag();
    shares.forEach(share -> together.addAll(made(share)));
    assertThat(together.minus(made(all))).as("more in shares than in %s", all).isEmpty();
    assertThat(made(all).minus(together)).as("more in %s than in shares", all).isEmpty();
    assertThat(shares).as("shares of %s with targets", all).noneMatch(job -> made(job).isEmpty());
  }

  private Bag made(String job) {
    return seen.getOrDefault(job, new Bag());
  }

  long targets() {
    return seen.values().stream().mapToLong(Bag::size).sum();
  }

  long unpredictable() {
    return unpredictable.values().stream().mapToLong(Set::size).sum();
  }

  /** Before 2.42 all come at once, and name their pool by the label that they begin with. */
  private Map<String, Bag> seen(RealTargets real) throws IOException {
    var bags = new HashMap<String, Bag>();
    if (!version.atLeast(2, 42)) {
      real.active(target -> add(bags, target.at("/discoveredLabels/job").asText(), target));
      return bags;
    }
    for (var job : expected.keySet()) {
      real.active(job, target -> add(bags, job, target));
    }
    return bags;
  }

  private static void add(Map<String, Bag> bags, String job, JsonNode target) {
    // nor the namespace: 2.42 writes other labels over it
    var pod = target.at("/discoveredLabels/__meta_kubernetes_pod_name").asText();
    bags.computeIfAbsent(job, key -> new Bag()).add(text(target), pod);
  }

  private String text(PredictedTarget target) {
    // before 2.30 nobody tells
    var times =
        version.atLeast(2, 30)
            ? PrometheusDuration.format(target.interval())
                + " "
                + PrometheusDuration.format(target.timeout())
            : " ";
    return target.url() + " " + times + " " + target.labels();
  }

  private static String text(JsonNode target) {
    var labels = new TreeMap<String, String>();
    target
        .path("labels")
        .properties()
        .forEach(label -> labels.put(label.getKey(), label.getValue().asText()));
    return target.path("scrapeUrl").asText()
        + " "
        + normal(target.path("scrapeInterval").asText())
        + " "
        + normal(target.path("scrapeTimeout").asText())
        + " "
        + labels;
  }

  /** A label may say 90m, or 60s. */
  private static String normal(String duration) {
    return duration.isEmpty()
        ? ""
        : PrometheusDuration.format(PrometheusDuration.parse(duration).orElseThrow());
  }

  /** Targets and one pod of each, equal ones counted. */
  private static final class Bag {
    private final Map<String, List<String>> pods = new TreeMap<>();

    void add(String text, String pod) {
      pods.computeIfAbsent(text, key -> new ArrayList<>(1)).add(pod);
    }

    void addAll(Bag other) {
      other.pods.forEach((text, names) -> names.forEach(name -> add(text, name)));
    }

    boolean isEmpty() {
      return pods.isEmpty();
    }

    long size() {
      return pods.values().stream().mapToLong(List::size).sum();
    }

    Map<String, String> minus(Bag other) {
      var rest = new TreeMap<String, String>();
      pods.forEach(
          (text, names) -> {
            if (names.size() > other.pods.getOrDefault(text, List.of()).size()) {
              rest.put(text, names.get(0));
            }
          });
      return rest;
    }
  }
}
