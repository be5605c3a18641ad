package io.appmetrics.operator.relabel;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.appmetrics.operator.scrapeconfig.PrometheusVersion;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * A configuration to hold the model against: all of Istio's jobs that discover pods, some that show
 * or divide all, and some by chance.
 *
 * @param text rarely scraped, for it is about being a target
 * @param sharded by a job that takes all, those that divide the same among them
 */
record ModelConfig(String text, Map<String, List<String>> sharded) {

  private static final ObjectMapper JSON = new ObjectMapper();

  private static final List<String> EACH =
      List.of("__address__", "__meta_kubernetes_pod_uid", "__meta_kubernetes_pod_container_name");

  private static final List<List<String>> HASHED =
      List.of(
          List.of("__address__"),
          List.of("__meta_kubernetes_pod_uid"),
          List.of("__meta_kubernetes_namespace", "__meta_kubernetes_pod_name"));

  /** The same from the same seed. */
  static ModelConfig of(
      long seed,
      int count,
      PrometheusVersion version,
      Map<String, Object> access,
      List<String> namespaces)
      throws JsonProcessingException {
    var random = new Random(seed);
    var jobs = new ArrayList<Map<String, Object>>();
    for (var config : IstioConfig.values()) {
      jobs.addAll(istioJobs(config));
    }
    jobs.add(new LinkedHashMap<>(Map.of("job_name", "bare")));
    // every label that discovery gives, to be seen among those of the target
    jobs.add(
        job(
            "all",
            List.of(
                Map.of("action", "labelmap", "regex", "__meta_(.+)"),
                Map.of("action", "labelmap", "regex", "__(.+)__", "replacement", "x_$1"))));
    var sharded = new LinkedHashMap<String, List<String>>();
    for (var modulus : List.of(2, 3)) {
      var shards = shards(modulus, any(random, HASHED));
      var names = shards.stream().map(job -> String.valueOf(job.get("job_name"))).toList();
      sharded.put(names.get(0), names.subList(1, names.size()));
      jobs.addAll(shards);
    }
    jobs.forEach(job -> job.put("kubernetes_sd_configs", List.of(in(access, namespaces))));
    var generated = new RandomJobs(seed, version);
    for (var n = 0; n < count; n++) {
      var job = generated.job("random-" + n);
      job.put("kubernetes_sd_configs", discovery(random, version, access, namespaces));
      jobs.add(job);
    }
    var global = new LinkedHashMap<String, Object>();
    global.put("scrape_interval", any(random, List.of("1h", "30m", "100m")));
    if (random.nextBoolean()) {
      global.put("scrape_timeout", "25s");
    }
    // JSON is YAML
    return new ModelConfig(
        JSON.writerWithDefaultPrettyPrinter()
            .writeValueAsString(Map.of("global", global, "scrape_configs", jobs)),
        sharded);
  }

  /** Without the certificates, whose files are not here, so that there would be no pool. */
  @SuppressWarnings("unchecked") // the YAML of a file that is known
  private static List<Map<String, Object>> istioJobs(IstioConfig config) {
    var root =
        (Map<String, Object>)
            new Load(LoadSettings.builder().build()).loadFromString(config.text());
    var jobs = new ArrayList<Map<String, Object>>();
    for (var job : (List<Map<String, Object>>) Objects.requireNonNull(root.get("scrape_configs"))) {
      if (job.get("kubernetes_sd_configs") instanceof List<?> entries
          && entries.get(0) instanceof Map<?, ?> entry
          && "pod".equals(entry.get("role"))) {
        job.put("job_name", config + "/" + job.get("job_name"));
        job.remove("tls_config");
        jobs.add(job);
      }
    }
    return jobs;
  }

  /** One that takes all, and as many as the modulus that divide them. */
  private static List<Map<String, Object>> shards(int modulus, List<String> hashed) {
    var name = "shards-" + modulus;
    // so that no two become one in the job that takes all, but not where they are divided
    var same =
        List.<Map<String, Object>>of(
            Map.of("target_label", "job", "replacement", name),
            Map.of("source_labels", EACH, "target_label", "each"));
    var jobs = new ArrayList<>(List.of(job(name, same)));
    for (var share = 0; share < modulus; share++) {
      var rules = new ArrayList<>(same);
      rules.add(
          Map.of(
              "action",
              "hashmod",
              "source_labels",
              hashed,
              "modulus",
              modulus,
              "target_label",
              "__tmp_hash"));
      rules.add(Map.of("action", "keep", "source_labels", List.of("__tmp_hash"), "regex", share));
      jobs.add(job(name + "-" + share, rules));
    }
    return jobs;
  }

  private static Map<String, Object> job(String name, List<Map<String, Object>> rules) {
    return new LinkedHashMap<>(Map.of("job_name", name, "relabel_configs", rules));
  }

  /** Mostly all pods, else some of them, or some twice. */
  private static List<Map<String, Object>> discovery(
      Random random,
      PrometheusVersion version,
      Map<String, Object> access,
      List<String> namespaces) {
    var all = in(access, namespaces);
    var first = in(access, namespaces.subList(0, 1));
    var second = in(access, namespaces.subList(1, 2));
    return switch (random.nextInt(version.atLeast(2, 17) ? 12 : 6)) {
      case 0 -> List.of(first);
      case 1 -> List.of(first, second);
      case 2 -> List.of(second, all);
      case 6 -> List.of(selecting(all, "label", "app=cart"));
      case 7 -> List.of(selecting(all, "label", "app in (cart, till),!version"));
      case 8 -> List.of(selecting(all, "label", "app notin (cart),job!=mine"));
      case 9 -> List.of(selecting(all, "field", "status.phase=Running,spec.nodeName!="));
      case 10 ->
          List.of(
              selecting(first, "label", "app"),
              selecting(second, "field", "status.phase!=Running,metadata.name!=pod-1"));
      default -> List.of(all);
    };
  }

  private static Map<String, Object> in(Map<String, Object> access, List<String> namespaces) {
    var entry = new LinkedHashMap<>(access);
    entry.put("namespaces", Map.of("names", namespaces));
    return entry;
  }

  private static Map<String, Object> selecting(
      Map<String, Object> entry, String kind, String selector) {
    var selecting = new LinkedHashMap<>(entry);
    selecting.put("selectors", List.of(Map.of("role", "pod", kind, selector)));
    return selecting;
  }

  private static <T> T any(Random random, List<T> values) {
    return values.get(random.nextInt(values.size()));
  }
}
