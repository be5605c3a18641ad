package io.appmetrics.operator.scrapeconfig;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Configurations that Prometheus accepts, as people write them, and as nobody should; one per seed.
 * What they say is chosen first (maps, lists and strings, an empty string for null, too), and then
 * how it is written, by {@link AnyYaml}.
 */
final class AnyConfig {

  private final Chances chances;
  private final Map<String, Object> config = new LinkedHashMap<>();
  private final IdentityHashMap<Object, Map<String, Object>> bases = new IdentityHashMap<>();
  private final List<Map<String, Object>> rules = new ArrayList<>();
  private int jobs;

  /**
   * A configuration.
   *
   * @param says what it says; null when that is left to the parser: a value of several lines at the
   *     end of a file without a line break
   */
  record Written(String text, @Nullable Map<String, Object> says) {}

  /** Until it is written, null is none of the texts. */
  enum Nothing {
    NULL
  }

  private AnyConfig(long seed) {
    chances = new Chances(seed);
  }

  static Written of(long seed) {
    var any = new AnyConfig(seed);
    any.choose(any.chances.pick(0, 1, 1, 1, 2, 3));
    return new AnyYaml(any.chances, any.bases).write(any.config);
  }

  /** One of at least so many characters. */
  static Written large(long seed, int length) {
    for (var jobs = length / 400; ; jobs *= 2) {
      var any = new AnyConfig(seed);
      any.choose(jobs);
      var written = new AnyYaml(any.chances, any.bases).write(any.config);
      if (written.text().length() >= length) {
        return written;
      }
    }
  }

  private void choose(int most) {
    var keys = new ArrayList<>(List.of("global", "rule_files", "alerting", "scrape_configs"));
    while (!keys.isEmpty() && chances.one(3)) {
      keys.remove(chances.upTo(keys.size() - 1));
    }
    Collections.shuffle(keys, chances.random());
    if (most > 3 && !keys.contains("scrape_configs")) {
      keys.add("scrape_configs");
    }
    for (var key : keys) {
      config.put(key, section(key, most));
    }
  }

  private Object section(String key, int most) {
    if (chances.one(12) && most <= 3) {
      return Nothing.NULL;
    }
    return switch (key) {
      case "global" -> global();
      case "rule_files" -> texts("/etc/rules/*.yml", "/etc/r 1.yml", "/etc/é/*.yaml");
      case "alerting" -> map("alertmanagers", List.of(map("static_configs", List.of(targets()))));
      default -> {
        var list = new ArrayList<Object>();
        for (var i = 0; i < most; i++) {
          list.add(job());
        }
        yield list;
      }
    };
  }

  private Map<String, Object> global() {
    var global = new LinkedHashMap<String, Object>();
    maybe(global, "scrape_interval", chances.pick("15s", "1m", "500ms"));
    maybe(global, "evaluation_interval", "1m");
    maybe(global, "external_labels", labels());
    return global;
  }

  private Map<String, Object> job() {
    jobs++;
    var job =
        map("job_name", chances.pick("job-", "job ", "jöb\uD83D\uDE80", "# ", "5", "a: ") + jobs);
    maybe(job, "scrape_interval", "5s");
    maybe(job, "metrics_path", "/stats/prometheus");
    maybe(job, "scheme", "https");
    if (chances.one(3)) {
      job.put("params", map("match[]", texts("{job=~\"a.*\"}", "up", "true", "0x10", "")));
    }
    if (chances.one(2)) {
      job.put("static_configs", list(this::targets));
    }
    if (chances.one(2)) {
      job.put("relabel_configs", list(this::rule));
    }
    return job;
  }

  private Map<String, Object> targets() {
    var targets = map("targets", texts("localhost:9090", "a:1", "[::1]:80", "é.example:443"));
    maybe(targets, "labels", labels());
    return targets;
  }

  private Map<String, Object> labels() {
    var labels = new LinkedHashMap<String, Object>();
    for (var name : List.of("site", "rack", "job_name")) {
      maybe(labels, name, word());
    }
    return labels;
  }

  private Map<String, Object> rule() {
    if (!rules.isEmpty() && chances.one(4)) {
      return rules.get(chances.upTo(rules.size() - 1));
    }
    var rule = new LinkedHashMap<String, Object>();
    if (!rules.isEmpty() && chances.one(4)) {
      var base = rules.get(chances.upTo(rules.size() - 1));
      rule.putAll(base);
      rule.put("replacement", word());
      bases.put(rule, base);
      return rule;
    }
    rule.put("source_labels", texts("__address__", "job", "__meta_kubernetes_pod_ip"));
    rule.put("target_label", "x");
    maybe(rule, "regex", chances.pick("(.+)(?::\\d+)?;(\\d+)", "a|b", ".*", "[^\\s,}]{2}", "'"));
    maybe(rule, "replacement", word());
    rules.add(rule);
    return rule;
  }

  private String word() {
    return chances.pick(
        "here",
        "there # not a comment",
        "it's",
        "\"quoted\"",
        "a: b",
        "true",
        "1.50",
        "- x",
        "",
        "one\n",
        "one\n# two",
        "one\n\n  three\n",
        "\nfour\n\n",
        "ünï\uD83D\uDE80 cödé",
        "# BEGIN appmetrics.io",
        "words and words, ".repeat(chances.pick(1, 2, 40)).strip());
  }

  private List<Object> texts(String... choices) {
    return list(() -> chances.pick(choices));
  }

  private List<Object> list(Supplier<Object> item) {
    var list = new ArrayList<Object>();
    for (var i = chances.pick(0, 0, 1, 2); i >= 0; i--) {
      list.add(item.get());
    }
    return list;
  }

  private void maybe(Map<String, Object> map, String key, Object value) {
    if (chances.one(2)) {
      map.put(key, value);
    }
  }

  private static Map<String, Object> map(String key, Object value) {
    var map = new LinkedHashMap<String, Object>();
    map.put(key, value);
    return map;
  }
}
