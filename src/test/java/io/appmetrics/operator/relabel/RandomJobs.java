package io.appmetrics.operator.relabel;

import io.appmetrics.operator.scrapeconfig.PrometheusVersion;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Jobs with any rules that a version of Prometheus accepts; the same from the same seed. */
final class RandomJobs {

  private static final List<BigInteger> MODULI =
      List.of(
          BigInteger.TWO,
          BigInteger.valueOf(7),
          BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE));
  private static final String META = "__meta_kubernetes_";

  private static final List<String> LABELS =
      List.of(
          "__address__",
          "__scheme__",
          "__metrics_path__",
          "__param_a",
          "__scrape_interval__",
          "job",
          "instance",
          "one",
          "two",
          "__tmp_x",
          META + "namespace",
          META + "pod_name",
          META + "pod_ip",
          META + "pod_phase",
          META + "pod_ready",
          META + "pod_uid",
          META + "pod_container_name",
          META + "pod_container_id",
          META + "pod_container_image",
          META + "pod_container_init",
          META + "pod_container_port_name",
          META + "pod_container_port_number",
          META + "pod_container_port_protocol",
          META + "pod_controller_kind",
          META + "pod_label_app",
          META + "pod_labelpresent_app",
          META + "pod_label_app_kubernetes_io_name",
          META + "pod_annotation_prometheus_io_scrape",
          META + "pod_annotation_prometheus_io_port",
          META + "pod_annotation_prometheus_io_path",
          META + "pod_annotation_prometheus_io_scheme",
          META + "pod_annotation_appmetrics_io_interval_1",
          META + "pod_annotation_example_com_text",
          META + "pod_annotationpresent_sidecar_istio_io_status");

  private static final List<String> REGEXES =
      List.of(
          "(.*)",
          "(.+)",
          "",
          "true",
          ".+",
          "true|Running|TCP",
          "(?i)TRUE",
          "([^:]+)(?::\\d+)?;(\\d+)",
          "([^:]+):(\\d+)",
          "(\\d+);((([0-9]+?)(\\.|$)){4})",
          "(\\d+);(([A-Fa-f0-9]{1,4}::?){1,7}[A-Fa-f0-9]{1,4})",
          "(a|ab)(c|bcd)?(.*)",
          "(.*?)[;/.-](.*)",
          "(?P<first>\\w+)[^\\w]*(?P<last>.*)",
          "(\\S+)|(\\s+)",
          "[[:alpha:]]+(\\d*)",
          "\\PL*(\\pL+).*",
          "(?s)(.)(.*)",
          "(?U)(.+)(.*)",
          "x*",
          "\\Q.\\E|.*");

  private static final List<String> REPLACEMENTS =
      List.of(
          "$1", "$2", "${1}", "$1:$2", "[$2]:$1", "$1-$2$3", "", "fixed", "$first", "${last}",
          "$1x", "$$1", "${", "$", "$9", "a $0 b", "15s", "90m", "/p/$1?q", "https", "x:1",
          "$2:$1");

  private static final List<String> TARGETS =
      List.of(
          "one",
          "two",
          "three",
          "one",
          "two",
          "job",
          "instance",
          "__address__",
          "__scheme__",
          "__metrics_path__",
          "__param_a",
          "__param_b",
          "__scrape_interval__",
          "__scrape_timeout__",
          "__tmp_x",
          "l_$1",
          "${1}",
          "${first}_x");

  private static final List<String> NAME_REGEXES =
      List.of(
          META + "pod_label_(.+)",
          META + "pod_annotation_(.+)",
          META + "pod_annotation_prometheus_io_param_(.+)",
          META + "(.+)",
          "__(.+)__",
          "one|two",
          "(o).*",
          "job|instance",
          "__param_.*",
          "__tmp.*");

  private final Random random;
  private final PrometheusVersion version;

  RandomJobs(long seed, PrometheusVersion version) {
    this.random = new Random(seed);
    this.version = version;
  }

  /** A job with rules by chance, without discovery. */
  Map<String, Object> job(String name) {
    var job = new LinkedHashMap<String, Object>();
    job.put("job_name", name);
    if (oneIn(3)) {
      job.put("scheme", any(List.of("http", "https")));
    }
    if (oneIn(3)) {
      job.put(
          "metrics_path", any(List.of("/m", "m/a", "/a b?c=d", "*", "/ü/%2F", "/x;y:z@[]!'()")));
    }
    if (oneIn(3)) {
      job.put("scrape_interval", any(List.of("30m", "2h", "90m", "7d")));
    }
    if (oneIn(4)) {
      job.put("scrape_timeout", any(List.of("20s", "90s")));
    }
    if (oneIn(3)) {
      job.put("params", Map.of("a", List.of("x y", "z"), "c[]", List.of("ü&=/~*"), "d", List.of()));
    }
    var rules = new ArrayList<Map<String, Object>>();
    for (var left = 1 + random.nextInt(7); left > 0; left--) {
      rules.add(rule());
    }
    job.put("relabel_configs", rules);
    return job;
  }

  private Map<String, Object> rule() {
    return switch (random.nextInt(20)) {
      case 0, 1 -> choice("keep");
      case 2, 3 -> choice("drop");
      case 4 -> version.atLeast(2, 41) ? equality("keepequal") : replace();
      case 5 -> version.atLeast(2, 41) ? equality("dropequal") : replace();
      case 6 ->
          version.atLeast(2, 36)
              ? written(any(List.of("lowercase", "Uppercase")), Map.of())
              : replace();
      case 7 -> written("hashmod", Map.of("modulus", any(MODULI)));
      case 8, 9 -> labelmap();
      case 10 -> Map.of("action", "labeldrop", "regex", any(NAME_REGEXES));
      case 11 ->
          Map.of("action", "labelkeep", "regex", any(NAME_REGEXES) + "|__.+__|__meta_.*|one");
      default -> replace();
    };
  }

  private Map<String, Object> replace() {
    var rule = new LinkedHashMap<String, Object>();
    if (oneIn(2)) {
      rule.put("action", "replace");
    }
    sources(rule);
    rule.put("target_label", any(TARGETS));
    if (!oneIn(3)) {
      rule.put("regex", any(REGEXES));
    }
    if (!oneIn(3)) {
      rule.put("replacement", any(REPLACEMENTS));
    }
    return rule;
  }

  private Map<String, Object> choice(String action) {
    var rule = new LinkedHashMap<String, Object>();
    rule.put("action", action);
    sources(rule);
    // rarely none is kept, and rarely all dropped
    rule.put("regex", action.equals("keep") ? any(REGEXES) + "|.+" : any(REGEXES) + "[ab]");
    if (oneIn(3)) {
      rule.put("regex", any(REGEXES));
    }
    return rule;
  }

  private Map<String, Object> equality(String action) {
    return Map.of(
        "action", action, "source_labels", List.of(any(LABELS)), "target_label", any(LABELS));
  }

  private Map<String, Object> written(String action, Map<String, Object> also) {
    var rule = new LinkedHashMap<>(also);
    rule.put("action", action);
    sources(rule);
    rule.put("target_label", any(List.of("one", "two", "__param_a", "job")));
    return rule;
  }

  private Map<String, Object> labelmap() {
    return Map.of(
        "action",
        "labelmap",
        "regex",
        any(NAME_REGEXES),
        "replacement",
        any(List.of("$1", "m_$1", "__param_$1", "${1}_x", "one")));
  }

  private void sources(Map<String, Object> rule) {
    var sources = new ArrayList<String>();
    for (var left = random.nextInt(4); left > 0; left--) {
      sources.add(any(LABELS));
    }
    if (!sources.isEmpty()) {
      rule.put("source_labels", sources);
    }
    if (oneIn(4)) {
      rule.put("separator", any(List.of("", ":", "-/-")));
    }
  }

  private boolean oneIn(int n) {
    return random.nextInt(n) == 0;
  }

  private <T> T any(List<T> values) {
    return values.get(random.nextInt(values.size()));
  }
}
