package io.appmetrics.operator.relabel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertAll;

import com.fasterxml.jackson.databind.JsonNode;
import io.appmetrics.operator.appmetrics.DiscoveredPod;
import io.appmetrics.operator.cluster.Cluster;
import io.appmetrics.operator.cluster.ClusterTest;
import io.appmetrics.operator.cluster.program.Binary;
import io.appmetrics.operator.prometheus.LonePrometheus;
import io.appmetrics.operator.scrapeconfig.PrometheusVersion;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The model against real Prometheis of all versions: pods by a seed at a real API server, every job
 * of Istio's that discovers pods, jobs that divide the pods, and jobs by the seed; not one target
 * may differ.
 *
 * <p>{@code -Plong} takes more of each and other seeds every time, which it prints; {@code
 * -Drelabel.seed=} takes one again, {@code -Drelabel.seeds=}, {@code -Drelabel.pods=} and {@code
 * -Drelabel.jobs=} how many.
 */
@ClusterTest
class RelabelModelIT {

  private static final int SEEDS = Integer.getInteger("relabel.seeds", 1);
  private static final int PODS = Integer.getInteger("relabel.pods", 200);
  private static final int JOBS = Integer.getInteger("relabel.jobs", 40);
  private static final String SEED = System.getProperty("relabel.seed", "20261122");
  private static final int DROPPED_PER_JOB = 8;
  private static final int PROMTOOL_SECONDS = 2;

  /** One after the other, for promtool takes its seconds for each, whatever there is. */
  private static final List<String> PROMTOOL_JOBS =
      List.of(
          "all",
          "ISTIO_1_0/kubernetes-pods-istio-secure",
          "MODERN/kubernetes-pods",
          "random-0",
          "random-1",
          "random-2");

  private static final List<Binary> PROMETHEIS =
      List.of(
          Binary.PROMETHEUS_2_5, Binary.PROMETHEUS_2_37, Binary.PROMETHEUS_2, Binary.PROMETHEUS_3);

  static LongStream seeds() {
    var first = SEED.equals("any") ? System.currentTimeMillis() : Long.parseLong(SEED);
    return LongStream.range(first, first + SEEDS);
  }

  private record Running(
      Binary binary,
      PrometheusVersion version,
      ModelConfig config,
      LonePrometheus prometheus,
      Path file) {}

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void saysWhatRealPrometheisDo(long seed, Cluster cluster, @TempDir Path directory)
      throws IOException {
    var namespaces =
        Stream.of("shop", "bank").map(name -> cluster.namespace("relabel-" + name).name()).toList();
    var pods = createPods(seed, cluster, namespaces);
    var access = access(cluster, namespaces.get(0), directory);
    var running = new ArrayList<Running>();
    try {
      // all at once: each takes its time to discover, and little else
      for (var binary : PROMETHEIS) {
        var version = PrometheusVersion.parse(binary.version());
        var config = ModelConfig.of(seed, JOBS, version, access, namespaces);
        var own = Files.createDirectory(directory.resolve(binary.version()));
        running.add(
            new Running(
                binary,
                version,
                config,
                LonePrometheus.start(binary, own, config.text()),
                own.resolve("prometheus.yml")));
      }
      assertAll(running.stream().map(one -> () -> compare(one, seed, pods)));
    } finally {
      running.forEach(one -> one.prometheus().close());
    }
  }

  /** On a node that nobody serves: what the test says of its pods stays. */
  private static List<Pod> createPods(long seed, Cluster cluster, List<String> namespaces) {
    var node = "relabel-" + namespaces.get(0);
    cluster.apply(
        List.of(new NodeBuilder().withNewMetadata().withName(node).endMetadata().build()));
    var random = new RandomPods(seed, namespaces, node);
    var pods = IntStream.range(0, PODS).mapToObj(random::pod).toList();
    pods.parallelStream()
        .forEach(
            pod -> {
              var created = cluster.client().resource(pod).create();
              created.setStatus(pod.getStatus());
              cluster.client().resource(created).updateStatus();
            });
    return namespaces.stream()
        .flatMap(name -> cluster.client().pods().inNamespace(name).list().getItems().stream())
        .map(DiscoveredPod::of)
        .toList();
  }

  /** How a Prometheus outside of the cluster gets in. */
  private static Map<String, Object> access(Cluster cluster, String namespace, Path directory)
      throws IOException {
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
            .formatted(namespace));
    var account = cluster.as(namespace, "prometheus");
    var token = Files.writeString(directory.resolve("token"), account.token());
    var authority = Files.writeString(directory.resolve("ca"), account.authorityPem());
    return Map.of(
        "role",
        "pod",
        "api_server",
        account.server(),
        "bearer_token_file",
        token.toString(),
        "tls_config",
        Map.of("ca_file", authority.toString()));
  }

  private static void compare(Running one, long seed, List<Pod> pods) throws Exception {
    var real = new RealTargets(one.prometheus());
    var written = RelabelModel.ofFile(one.config().text(), one.version(), "");
    var comparison = new TargetComparison(one.version(), written, pods);

    await("the targets of " + one.binary() + " to be those predicted")
        .atMost(Duration.ofSeconds(60 + PODS / 20))
        .pollInterval(Duration.ofSeconds(1))
        .untilAsserted(() -> comparison.compare(real, "seed " + seed + ", " + one.binary()));
    one.config().sharded().forEach(comparison::compareShares);

    var loaded = RelabelModel.ofLoaded(real.loadedText(), one.version(), "");
    assertThat(loaded.podJobs()).isEqualTo(written.podJobs());
    assertThat(loaded.shards()).isEqualTo(written.shards());
    for (var pod : pods) {
      assertThat(loaded.predict(pod)).as(pod.name()).isEqualTo(written.predict(pod));
    }
    var drops = one.version().atLeast(3, 8) ? compareDrops(real, written, pods, seed) : 0;
    if (one.binary().version().equals(Binary.PROMTOOL.version())) {
      PROMTOOL_JOBS.forEach(
          job ->
              await("promtool to make of job " + job + " what is predicted")
                  .atMost(Duration.ofSeconds(60))
                  .pollDelay(Duration.ZERO)
                  .untilAsserted(() -> comparePromtool(one, job, written, pods)));
    }
    System.err.printf(
        "%s: %d pods x %d jobs, seed %d: %d targets equal, %d unpredictable, %d drops equal%n",
        one.binary(),
        pods.size(),
        written.podJobs().size(),
        seed,
        comparison.targets(),
        comparison.unpredictable(),
        drops);
    assertThat(comparison.targets()).isGreaterThan(PODS);
  }

  /** What promtool makes of a job, hidden labels and refusals included, which no API tells. */
  private static void comparePromtool(Running one, String job, RelabelModel model, List<Pod> pods) {
    var unpredictable = new TreeSet<String>();
    var expected = new TreeSet<String>();
    for (var pod : pods) {
      if (model.predict(job, pod) instanceof Prediction.Certain certain) {
        certain.targets().forEach(target -> expected.add(made(target)));
        certain.drops().stream()
            .filter(Drop.Refused.class::isInstance)
            .map(Drop.Refused.class::cast)
            .forEach(drop -> expected.add("refused " + drop.container() + " " + drop.address()));
      } else {
        unpredictable.add(pod.name());
      }
    }
    var seen = new TreeSet<String>();
    for (var result : Promtool.discovery(one.file(), job, PROMTOOL_SECONDS)) {
      var discovered = result.path("discoveredLabels");
      if (unpredictable.contains(discovered.path("__meta_kubernetes_pod_name").asText())) {
        continue;
      }
      if (result.has("error")) {
        seen.add(
            "refused "
                + discovered.path("__meta_kubernetes_pod_container_name").asText()
                + " "
                + discovered.path("__address__").asText());
      } else if (!result.path("labels").isEmpty()) {
        seen.add(labels(result.path("labels")).toString());
      }
    }
    assertThat(seen).as("promtool on %s", job).isEqualTo(expected);
  }

  private static String made(PredictedTarget target) {
    var labels = new TreeMap<>(target.labels());
    labels.putAll(target.hidden());
    return labels.toString();
  }

  private static Map<String, String> labels(JsonNode node) {
    var labels = new TreeMap<String, String>();
    node.properties().forEach(label -> labels.put(label.getKey(), label.getValue().asText()));
    return labels;
  }

  /** The rule that drops, as Prometheus itself tells it step by step. */
  private static int compareDrops(RealTargets real, RelabelModel model, List<Pod> pods, long seed)
      throws IOException {
    var compared = 0;
    for (var job : model.podJobs()) {
      var dropped = real.dropped(job);
      for (var i = 0; i < Math.min(DROPPED_PER_JOB, dropped.size()); i++) {
        // not always the same pods
        var labels = dropped.get((i * 31 + job.length()) % dropped.size()).path("discoveredLabels");
        var drop = predictedDrop(model, job, labels, pods);
        if (drop.isPresent()) {
          assertThat(drop.get().number())
              .as("seed %d, job %s, %s: %s", seed, job, labels, drop.get().sentence())
              .isEqualTo(real.droppingRule(job, labels));
          compared++;
        }
      }
    }
    return compared;
  }

  private static Optional<Drop.ByRule> predictedDrop(
      RelabelModel model, String job, JsonNode labels, List<Pod> pods) {
    var pod =
        pods.stream()
            .filter(each -> each.uid().equals(labels.path("__meta_kubernetes_pod_uid").asText()))
            .findFirst()
            .orElseThrow();
    return model.predict(job, pod) instanceof Prediction.Certain certain
            && Spellings.collisions(pod.labels()).isEmpty()
            && Spellings.collisions(pod.annotations()).isEmpty()
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
}
