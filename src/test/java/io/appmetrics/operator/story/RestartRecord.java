package io.appmetrics.operator.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.appmetrics.operator.cluster.TestNamespace;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/** What there is to see of the restarts of one Prometheus. */
record RestartRecord(TestNamespace istio) {
  private static final String CERTIFICATES = "appmetrics.io/certificates";

  /** Those that the operator remembers, a line each; one that has not cured ends with a dash. */
  List<String> remembered() {
    ConfigMap state = state();
    return state == null
        ? List.of()
        : state.getData().getOrDefault("restarts", "").lines().toList();
  }

  /** Waits until so many are remembered, and each has cured. */
  void awaitCured(int count, Duration atMost) {
    await(count + " restarts that have cured")
        .atMost(atMost)
        .untilAsserted(
            () ->
                assertThat(remembered())
                    .hasSize(count)
                    .noneMatch(restart -> restart.endsWith(" -")));
  }

  /** Where the operator keeps it; null while there is nothing to keep. */
  ConfigMap state() {
    return istio
        .cluster()
        .client()
        .configMaps()
        .inNamespace("appmetrics-system")
        .withName("appmetrics-" + istio.name() + ".prometheus")
        .get();
  }

  /** What its pod template says that it was restarted for; empty for nothing. */
  String annotation() {
    return istio.workload("prometheus").templateAnnotations().getOrDefault(CERTIFICATES, "");
  }

  /** How many pod templates there were, each of which has rolled it. */
  int templates() {
    return (int)
        istio
            .cluster()
            .client()
            .apps()
            .replicaSets()
            .inNamespace(istio.name())
            .list()
            .getItems()
            .stream()
            .filter(
                set ->
                    set.getMetadata().getOwnerReferences().stream()
                        .anyMatch(owner -> owner.getName().equals("prometheus")))
            .count();
  }

  /** How often the containers of a pod were started again. */
  static int inPlace(Pod pod) {
    return pod.getStatus().getContainerStatuses().stream()
        .mapToInt(container -> Objects.requireNonNull(container.getRestartCount()))
        .sum();
  }
}
