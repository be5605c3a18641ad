package io.appmetrics.operator.relabel;

import com.google.re2j.PatternSyntaxException;
import io.appmetrics.operator.scrapeconfig.ConfigNode;
import io.appmetrics.operator.scrapeconfig.LoadedConfig;
import io.appmetrics.operator.scrapeconfig.PrometheusDuration;
import io.appmetrics.operator.scrapeconfig.PrometheusVersion;
import io.appmetrics.operator.scrapeconfig.UnparsableConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads the jobs that discover pods out of a configuration (config/config.go). */
final class JobReading {

  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

  private static final List<String> HISTOGRAM_SETTINGS =
      List.of(
          "convert_classic_histograms_to_nhcb",
          "always_scrape_classic_histograms",
          "scrape_native_histograms");

  private final PrometheusVersion version;
  private final Dialect dialect;
  private final String ownNamespace;
  private final boolean loaded;

  /**
   * A job as it was found.
   *
   * @param loaded whether Prometheus has marshalled it: then an absent separator is an empty one
   */
  private record Found(ConfigNode job, boolean loaded) {
    String name() {
      return job.text("job_name").orElse("");
    }
  }

  JobReading(PrometheusVersion version, String ownNamespace, boolean loaded) {
    this.version = version;
    this.dialect = Dialect.of(version);
    this.ownNamespace = ownNamespace;
    this.loaded = loaded;
  }

  RelabelModel read(String yaml, IncludedJobs included) throws UnparsableConfig {
    var jobs = new LinkedHashMap<String, PodJob>();
    var unreadable = new LinkedHashMap<String, String>();
    var mutualTls = new HashSet<String>();
    var root = ConfigNode.parse(yaml);
    var global = root.flatMap(node -> node.field("global"));
    for (var found : found(root, included)) {
      var job = found.job();
      var scopes = scopes(job);
      var name = found.name();
      if (showsCertificate(job)) {
        mutualTls.add(name);
      }
      if (!scopes.isEmpty()) {
        try {
          jobs.put(
              name, new PodJob(name, scopes, rules(found, global), defaults(job, global), dialect));
        } catch (Unreadable e) {
          unreadable.put(name, "job " + name + " has " + e.problem());
        }
      }
    }
    return new RelabelModel(
        new RelabelModel.Source(yaml, included, version, ownNamespace, loaded),
        jobs,
        unreadable,
        mutualTls);
  }

  private List<Found> found(Optional<ConfigNode> root, IncludedJobs included) {
    var found = new ArrayList<Found>();
    jobs(root).forEach(job -> found.add(new Found(job, loaded)));
    for (var file : included.files()) {
      includedJobs(file).stream()
          .map(job -> new Found(job, false))
          .filter(job -> included.pools().contains(job.name()))
          .forEach(found::add);
    }
    return found;
  }

  /** None of a file that is no YAML: no Prometheus runs it. */
  private static List<ConfigNode> includedJobs(String file) {
    try {
      return jobs(ConfigNode.parse(file));
    } catch (UnparsableConfig e) {
      return List.of();
    }
  }

  private static List<ConfigNode> jobs(Optional<ConfigNode> root) {
    return root.map(node -> node.items("scrape_configs")).orElse(List.of());
  }

  private static boolean showsCertificate(ConfigNode job) {
    var tls = job.field("tls_config");
    return tls.flatMap(node -> node.text("cert_file")).filter(file -> !file.isEmpty()).isPresent()
        && tls.flatMap(node -> node.text("key_file")).filter(file -> !file.isEmpty()).isPresent();
  }

  private List<PodScope> scopes(ConfigNode job) {
    return job.items("kubernetes_sd_configs").stream()
        .filter(entry -> entry.text("role").orElse("").equals("pod"))
        .map(entry -> new PodScope(entry, ownNamespace))
        .toList();
  }

  private PodJob.Defaults defaults(ConfigNode job, Optional<ConfigNode> global) throws Unreadable {
    var globalInterval =
        duration(global, "scrape_interval").orElse(LoadedConfig.DEFAULT_SCRAPE_INTERVAL);
    var globalTimeout =
        duration(global, "scrape_timeout").orElse(shorter(DEFAULT_TIMEOUT, globalInterval));
    var own = Optional.of(job);
    var interval = duration(own, "scrape_interval").orElse(globalInterval);
    var timeout = duration(own, "scrape_timeout").orElse(shorter(globalTimeout, interval));
    var params = new TreeMap<String, List<String>>();
    job.field("params")
        .ifPresent(
            node ->
                node.fields()
                    .forEach(
                        (key, values) ->
                            params.put(
                                key,
                                values.items().stream()
                                    .flatMap(value -> value.text().stream())
                                    .toList())));
    return new PodJob.Defaults(
        interval,
        timeout,
        job.text("metrics_path").orElse("/metrics"),
        job.text("scheme").orElse("http"),
        params,
        histogramLabels(job, global));
  }

  private SortedMap<String, String> histogramLabels(ConfigNode job, Optional<ConfigNode> global) {
    var labels = new TreeMap<String, String>();
    if (dialect.histogramLabels()) {
      for (var setting : HISTOGRAM_SETTINGS) {
        var value =
            job.text(setting)
                .or(() -> global.flatMap(node -> node.text(setting)))
                .filter(text -> !text.isEmpty())
                .orElse("false");
        labels.put("__" + setting + "__", value);
      }
    }
    return labels;
  }

  /** Zero is "not set" to Prometheus. */
  private static Optional<Duration> duration(Optional<ConfigNode> node, String key)
      throws Unreadable {
    var text = node.flatMap(present -> present.text(key)).filter(value -> !value.isEmpty());
    if (text.isEmpty()) {
      return Optional.empty();
    }
    var duration = PrometheusDuration.parse(text.get());
    if (duration.isEmpty()) {
      throw new Unreadable("a " + key + " \"" + text.get() + "\" that is no duration");
    }
    return duration.filter(value -> !value.isZero());
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private List<Rule> rules(Found found, Optional<ConfigNode> global) throws Unreadable {
    var job = found.job();
    var scheme =
        job.text("metric_name_validation_scheme")
            .filter(text -> !text.isEmpty())
            .or(() -> global.flatMap(node -> node.text("metric_name_validation_scheme")))
            .orElse("");
    var legacy = !dialect.version3() || (dialect.legacyNamesHeeded() && scheme.equals("legacy"));
    var names = legacy ? LabelNames.LEGACY : LabelNames.UTF8;
    var rules = new ArrayList<Rule>();
    for (var node : job.items("relabel_configs")) {
      rules.add(rule(node, names, rules.size() + 1, found.loaded()));
    }
    return rules;
  }

  private Rule rule(ConfigNode node, LabelNames names, int number, boolean marshalled)
      throws Unreadable {
    var actionName = node.text("action").filter(text -> !text.isEmpty()).orElse("replace");
    var action =
        Action.named(actionName)
            .orElseThrow(
                () -> new Unreadable("a rule " + number + " of the unknown action " + actionName));
    var sources =
        node.items("source_labels").stream().flatMap(label -> label.text().stream()).toList();
    var regex = node.text("regex").orElse(Rule.DEFAULT_REGEX);
    try {
      return new Rule(
          action,
          sources,
          node.text("separator").orElse(marshalled ? "" : Rule.DEFAULT_SEPARATOR),
          Anchored.compile(regex, dialect),
          modulus(node, action, number),
          node.text("target_label").orElse(""),
          node.text("replacement").orElse(marshalled ? "" : Rule.DEFAULT_REPLACEMENT),
          names,
          dialect);
    } catch (PatternSyntaxException e) {
      throw new Unreadable(
          "a rule " + number + " whose regex this model cannot read: " + e.getDescription());
    }
  }

  private static long modulus(ConfigNode node, Action action, int number) throws Unreadable {
    var text = node.text("modulus").orElse("0");
    if (action != Action.HASHMOD) {
      return 0;
    }
    try {
      var modulus = Long.parseUnsignedLong(text);
      if (modulus != 0) {
        return modulus;
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw new Unreadable("a rule " + number + " of modulus " + text);
  }

  /** What this model has no answer for, though a Prometheus may run it. */
  private static final class Unreadable extends Exception {

    private static final long serialVersionUID = 1L;

    private final String problem;

    Unreadable(String problem) {
      super(problem);
      this.problem = problem;
    }

    String problem() {
      return problem;
    }
  }
}
