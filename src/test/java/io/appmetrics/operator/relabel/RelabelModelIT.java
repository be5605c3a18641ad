package io.appmetrics.operator.relabel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.appmetrics.operator.appmetrics.DiscoveredPod;
import io.appmetrics.operator.cluster.Cluster;
import io.appmetrics.operator.cluster.ClusterTest;
import io.appmetrics.operator.cluster.program.Binary;
import io.appmetrics.operator.prometheus.LonePrometheus;
import io.appmetrics.operator.scrapeconfig.PrometheusDuration;
import io.appmetrics.operator.scrapeconfig.PrometheusVersion;
import io.appmetrics.operator.scrapeconfig.UnparsableConfig;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * The model against real Prometheis: pods by a seed at a real API server, every job of Istio's that
 * discovers pods, and jobs by the seed; not one target may differ.
 *
 * <p>{@code -Drelabel.pods=}, {@code -Drelabel.jobs=} and {@code -Drelabel.seed=} make it longer.
 */
@ClusterTest
class RelabelModelIT {

  private static final int PODS = Integer.getInteger("relabel.pods", 150);
  private static final int JOBS = Integer.getInteger("relabel.jobs", 40);
  private static final long SEED = Long.getLong("relabel.seed", 20261122);
  private static final String ACTIVE = "/api/v1/targets?state=active";
  private static final int DIFFERENCES_SHOWN = 20;
  private static final int DROPPED_PER_JOB = 8;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private List<String> namespaces = List.of();
  private List<Pod> pods = List.of();
  private String access = "";

  /** A node that nobody serves: what the test says of its pods stays. */
  @BeforeEach
  void createPods(Cluster cluster, @TempDir Path directory) throws IOException {
    namespaces =
        Stream.of("shop", "bank").map(name -> cluster.namespace("relabel-" + name).name()).toList();
    var node = "relabel-" + namespaces.get(0);
    cluster.apply(
        List.of(new NodeBuilder().withNewMetadata().withName(node).endMetadata().build()));
    var random = new RandomPods(SEED, namespaces, node);
    for (var n = 0; n < PODS; n++) {
      var pod = random.pod(n);
      var created = cluster.client().resource(pod).create();
      created.setStatus(pod.getStatus());
      cluster.client().resource(created).updateStatus();
    }
    pods = namespaces.stream().flatMap(name -> read(cluster, name)).toList();
    allowPrometheus(cluster, directory);
  }

  private static Stream<Pod> read(Cluster cluster, String namespace) {
    return cluster.client().pods().inNamespace(namespace).list().getItems().stream()
        .map(DiscoveredPod::of);
  }

  private void allowPrometheus(Cluster cluster, Path directory) throws IOException {
    var own = namespaces.get(0);
    cluster.apply(
        """
        apiVersion: v1
        kind: ServiceAccount
        metadata: {name: prometheus, namespace: %1$s}
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRole
        metadata: {name: %1$s}
        rules: [{apiGroups: [''], resources: [pods], verbs: [list, watch]}]
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRoleBinding
        metadata: {name: %1$s}
        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: %1$s}
        subjects: [{kind: ServiceAccount, name: prometheus, namespace: %1$s}]
        """
            .formatted(own));
    var account = cluster.as(own, "prometheus");
    var token = Files.writeString(directory.resolve("token"), account.token());
    var authority = Files.writeString(directory.resolve("ca"), account.authorityPem());
    access =
        """
        {"role": "pod", "api_server": "%s", "bearer_token_file": "%s",
         "tls_config": {"ca_file": "%s"}, "namespaces": {"names": %s}}
        """
            .formatted(account.server(), token, authority, JSON.writeValueAsString(namespaces));
  }

  @ParameterizedTest
  @EnumSource(names = {"PROMETHEUS_2", "PROMETHEUS_3"})
  void saysWhatARealPrometheusDoes(Binary binary, @TempDir Path directory) throws Exception {
    var version = PrometheusVersion.parse(binary.version());
    var text = configuration(version);
    try (var prometheus = LonePrometheus.start(binary, directory, text)) {
      var written = RelabelModel.ofFile(text, version, "");
      var loaded = RelabelModel.ofLoaded(loadedText(prometheus), version, "");
      var compared = new Comparison(binary, version, written);

      await("the targets of " + binary + " to be those predicted")
          .atMost(Duration.ofSeconds(60 + PODS / 20))
          .pollInterval(Duration.ofSeconds(2))
          .untilAsserted(() -> compared.compare(prometheus));
      assertThat(loaded.podJobs()).isEqualTo(written.podJobs());
      for (var pod : pods) {
        assertThat(loaded.predict(pod)).as(pod.name()).isEqualTo(written.predict(pod));
      }
      var drops = version.atLeast(3, 8) ? compareDrops(prometheus, written) : 0;
      System.err.printf(
          "%s: %d pods x %d jobs, seed %d: %d targets equal, %d unpredictable, %d drops equal%n",
          binary,
          pods.size(),
          written.podJobs().size(),
          SEED,
          compared.targets,
          compared.unpredictable,
          drops);
      assertThat(compared.targets).isGreaterThan(PODS);
    }
  }

  /** Istio's jobs and those by chance, without the certificates that make no pool here. */
  private String configuration(PrometheusVersion version) throws IOException {
    var discovery = List.of(JSON.readValue(access, Map.class));
    var jobs = new ArrayList<Map<String, Object>>();
    for (var config : IstioConfig.values()) {
      for (var job : istioJobs(config)) {
        job.put("job_name", config + "/" + job.get("job_name"));
        job.remove("tls_config");
        jobs.add(job);
      }
    }
    jobs.add(new LinkedHashMap<>(Map.of("job_name", "bare")));
    // every label that discovery gives, to be seen among those of the target
    jobs.add(
        new LinkedHashMap<>(
            Map.of(
                "job_name",
                "all",
                "relabel_configs",
                List.of(
                    Map.of("action", "labelmap", "regex", "__meta_(.+)"),
                    Map.of("action", "labelmap", "regex", "__(.+)__", "replacement", "x_$1")))));
    var random = new RandomJobs(SEED, version);
    for (var n = 0; n < JOBS; n++) {
      jobs.add(random.job("random-" + n));
    }
    jobs.forEach(job -> job.put("kubernetes_sd_configs", discovery));
    // JSON is YAML; rarely scraped, for it is about being a target
    return JSON.writerWithDefaultPrettyPrinter()
        .writeValueAsString(
            Map.of("global", Map.of("scrape_interval", "1h"), "scrape_configs", jobs));
  }

  @SuppressWarnings("unchecked") // the YAML of a file that is known
  private static List<Map<String, Object>> istioJobs(IstioConfig config) {
    var root =
        (Map<String, Object>)
            new Load(LoadSettings.builder().build()).loadFromString(config.text());
    return ((List<Map<String, Object>>) Objects.requireNonNull(root.get("scrape_configs")))
        .stream()
            .filter(
                job ->
                    job.get("kubernetes_sd_configs") instanceof List<?> entries
                        && entries.get(0) instanceof Map<?, ?> entry
                        && "pod".equals(entry.get("role")))
            .toList();
  }

  private String loadedText(LonePrometheus prometheus) throws IOException {
    return get(prometheus, "/api/v1/status/config").at("/yaml").asText();
  }

  /** One Prometheus, all jobs, all pods. */
  private final class Comparison {
    private final Binary binary;
    private final PrometheusVersion version;
    private final RelabelModel model;
    private int targets;
    private int unpredictable;

    Comparison(Binary binary, PrometheusVersion version, RelabelModel model) {
      this.binary = binary;
      this.version = version;
      this.model = model;
    }

    void compare(LonePrometheus prometheus) throws IOException {
      targets = 0;
      unpredictable = 0;
      var differences = new ArrayList<String>();
      var all = byPool() ? MissingNode.getInstance() : get(prometheus, ACTIVE);
      for (var job : model.podJobs()) {
        var answer = byPool() ? get(prometheus, ACTIVE + "&scrapePool=" + encode(job)) : all;
        compare(job, answer).forEach(difference -> differences.add(job + ": " + difference));
      }
      assertThat(differences.stream().limit(DIFFERENCES_SHOWN))
          .as("seed %d, %s: %d differences", SEED, binary, differences.size())
          .isEmpty();
    }

    /** Before 2.42 all come at once, and name their pool by the label that they begin with. */
    private boolean byPool() {
      return version.atLeast(2, 42);
    }

    private List<String> compare(String job, JsonNode answer) {
      // duplicates become one in a job, also those of several pods
      var predicted = new LinkedHashMap<PredictedTarget, String>();
      var unknown = new TreeSet<String>();
      for (var pod : pods) {
        var prediction = model.predict(job, pod);
        if (prediction instanceof Prediction.Certain certain) {
          certain.targets().forEach(target -> predicted.putIfAbsent(target, name(pod)));
        } else {
          unpredictable++;
          unknown.add(name(pod));
        }
      }
      var expected = new Bag();
      predicted.forEach((target, pod) -> expected.add(text(target, version), pod));
      var seen = new Bag();
      var differences = new ArrayList<String>();
      for (var target : answer.path("activeTargets")) {
        var discovered = target.path("discoveredLabels");
        if (!byPool() && !discovered.path("job").asText().equals(job)) {
          continue;
        }
        var pod =
            discovered.path("__meta_kubernetes_namespace").asText()
                + "/"
                + discovered.path("__meta_kubernetes_pod_name").asText();
        seen.add(text(target), pod);
        targets++;
      }
      seen.minus(expected)
          .forEach(
              (text, pod) -> {
                if (!unknown.contains(pod)) {
                  differences.add("only Prometheus has " + text + " of " + pod);
                }
              });
      expected
          .minus(seen)
          .forEach((text, pod) -> differences.add("only the model has " + text + " of " + pod));
      return differences;
    }
  }

  /** Targets and one pod of each, equal ones counted. */
  private static final class Bag {
    private final Map<String, List<String>> pods = new TreeMap<>();

    void add(String text, String pod) {
      pods.computeIfAbsent(text, key -> new ArrayList<>()).add(pod);
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

  private static String name(Pod pod) {
    return pod.namespace() + "/" + pod.name();
  }

  private static String text(PredictedTarget target, PrometheusVersion version) {
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

  /** The rule that drops, as Prometheus itself tells it step by step (3.8 and later). */
  private int compareDrops(LonePrometheus prometheus, RelabelModel model)
      throws IOException, UnparsableConfig {
    var compared = 0;
    for (var job : model.podJobs()) {
      var dropped =
          get(prometheus, "/api/v1/targets?state=dropped&scrapePool=" + encode(job))
              .path("droppedTargets");
      for (var i = 0; i < Math.min(DROPPED_PER_JOB, dropped.size()); i++) {
        // not always the same pods
        var labels = dropped.get((i * 31 + job.length()) % dropped.size()).path("discoveredLabels");
        var drop = predictedDrop(model, job, labels);
        if (drop.isPresent()) {
          assertThat(drop.get().number())
              .as("seed %d, job %s, %s: %s", SEED, job, labels, drop.get().sentence())
              .isEqualTo(droppingStep(prometheus, job, labels));
          compared++;
        }
      }
    }
    return compared;
  }

  private Optional<Drop.ByRule> predictedDrop(RelabelModel model, String job, JsonNode labels) {
    var pod =
        pods.stream()
            .filter(each -> each.uid().equals(labels.path("__meta_kubernetes_pod_uid").asText()))
            .findFirst()
            .orElseThrow();
    return model.predict(job, pod) instanceof Prediction.Certain certain
            && PodDiscovery.collisions(pod.labels()).isEmpty()
            && PodDiscovery.collisions(pod.annotations()).isEmpty()
        ? certain.drops().stream()
            .filter(Drop.ByRule.class::isInstance)
            .map(Drop.ByRule.class::cast)
            .filter(drop -> drop.address().equals(labels.path("__address__").asText()))
            .filter(
                drop ->
                    drop.container()
                        .equals(labels.path("__meta_kubernetes_pod_container_name").asText()))
            .findFirst()
        : Optional.empty();
  }

  private int droppingStep(LonePrometheus prometheus, String job, JsonNode labels)
      throws IOException {
    var steps =
        get(
                prometheus,
                "/api/v1/targets/relabel_steps?scrapePool="
                    + encode(job)
                    + "&labels="
                    + encode(labels.toString()))
            .path("steps");
    for (var i = 0; i < steps.size(); i++) {
      if (!steps.get(i).path("keep").asBoolean()) {
        return i + 1;
      }
    }
    return 0;
  }

  private JsonNode get(LonePrometheus prometheus, String path) throws IOException {
    try {
      var response =
          http.send(
              HttpRequest.newBuilder(URI.create(prometheus.base() + path)).build(),
              HttpResponse.BodyHandlers.ofInputStream());
      try (var body = response.body()) {
        return JSON.readTree(body).path("data");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
