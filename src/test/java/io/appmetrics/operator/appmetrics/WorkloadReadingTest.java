package io.appmetrics.operator.appmetrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.api.TargetKind;
import io.appmetrics.operator.chain.Obstacle;
import io.appmetrics.operator.chain.Workload;
import io.appmetrics.operator.chain.Workload.DeclaredPort;
import io.appmetrics.operator.chain.Workload.Rollout;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Workloads as the API server gives them, unwrapped. */
class WorkloadReadingTest {
  private static final String CART =
      """
      metadata:
        name: cart
        namespace: shop
        uid: 8d5c
        resourceVersion: "7"
        generation: 3
        ownerReferences:
        - {kind: Application, name: shop, apiVersion: v1, uid: a}
        - {kind: Rollout, name: cart, apiVersion: v1, uid: b, controller: true}
      spec:
        replicas: 2
        selector:
          matchLabels: {app: cart}
        template:
          metadata:
            labels: {app: cart}
            annotations: {appmetrics.io/managed: port-1, other: x}
          spec:
            containers:
            - name: app
              ports:
              - {name: http, containerPort: 8080}
              - {containerPort: 9000}
            - name: helper
              ports:
              - {name: admin, containerPort: 9001}
            - name: silent
      """;

  /** As a StatefulSet or DaemonSet, too: they differ in the rest of the spec, and in the status. */
  private static final String BARE =
      """
      metadata: {name: cart, namespace: shop, uid: 8d5c, resourceVersion: "7", generation: 3}
      spec:
        selector: {matchLabels: {app: cart}}
        template:
          spec: {containers: [{name: app}]}
      """;

  private static Workload read(TargetKind kind, String yaml) {
    return read(WorkloadKind.of(kind), yaml);
  }

  private static <T extends HasMetadata> Workload read(WorkloadKind<T> kind, String yaml) {
    return kind.read(Serialization.unmarshal(yaml, kind.type()));
  }

  private static <T extends HasMetadata> boolean marked(WorkloadKind<T> kind, String yaml) {
    return kind.marked(Serialization.unmarshal(yaml, kind.type()));
  }

  @ParameterizedTest
  @EnumSource
  void unwrapsAWorkload(TargetKind kind) {
    assertThat(read(kind, CART))
        .isEqualTo(
            new Workload(
                kind,
                "shop",
                "cart",
                "8d5c",
                "7",
                "app=cart",
                Map.of("app", "cart"),
                Map.of("appmetrics.io/managed", "port-1", "other", "x"),
                List.of(
                    new DeclaredPort("http", 8080),
                    new DeclaredPort(null, 9000),
                    new DeclaredPort("admin", 9001)),
                new Rollout(kind == TargetKind.DAEMON_SET ? 1 : 2, null),
                "Rollout cart"));
    assertThat(marked(WorkloadKind.of(kind), CART)).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void unwrapsWhatIsNotThere(TargetKind kind) {
    Workload bare = read(kind, BARE);

    assertThat(bare.labels()).isEmpty();
    assertThat(bare.template()).isEmpty();
    assertThat(bare.ports()).isEmpty();
    assertThat(bare.controller()).isNull();
    assertThat(bare.rollout()).isEqualTo(new Rollout(1, null));
    assertThat(marked(WorkloadKind.of(kind), BARE)).isFalse();
  }

  /** What runs to its end has no port by the time anybody calls; the app's own names go first. */
  @ParameterizedTest
  @EnumSource
  void knowsThePortsOfNativeSidecars(TargetKind kind) {
    assertThat(
            read(
                    kind,
                    CART
                        + """
                              initContainers:
                              - name: first
                                ports: [{name: never, containerPort: 1}]
                              - name: exporter
                                restartPolicy: Always
                                ports: [{name: metrics, containerPort: 9090}]
                        """)
                .ports())
        .containsExactly(
            new DeclaredPort("http", 8080),
            new DeclaredPort(null, 9000),
            new DeclaredPort("admin", 9001),
            new DeclaredPort("metrics", 9090));
  }

  record Row(String what, String status, Rollout rollout) {
    @Override
    public String toString() {
      return what;
    }
  }

  static Stream<Row> rows() {
    return Stream.of(
        new Row(
            "complete",
            "{observedGeneration: 3, replicas: 2, updatedReplicas: 2}",
            new Rollout(2, null)),
        new Row(
            "an old pod is left",
            "{observedGeneration: 3, replicas: 3, updatedReplicas: 2}",
            new Rollout(2, null)),
        new Row(
            "under way",
            "{observedGeneration: 3, replicas: 2, updatedReplicas: 1}",
            new Rollout(2, null)),
        new Row(
            "the status is of an older template",
            "{observedGeneration: 2, replicas: 2, updatedReplicas: 2}",
            new Rollout(2, null)),
        new Row(
            "past its deadline",
            """
            {observedGeneration: 3, replicas: 2, updatedReplicas: 1, conditions: [
              {type: Available, status: "False", message: not this},
              {type: Progressing, status: "False", message: has timed out progressing}]}""",
            new Rollout(2, new Obstacle.Failing("has timed out progressing"))),
        new Row(
            "a quota forbids pods",
            """
            {observedGeneration: 3, conditions: [
              {type: Progressing, status: "True", message: not this},
              {type: ReplicaFailure, status: "True", message: exceeded quota}]}""",
            new Rollout(2, new Obstacle.Failing("exceeded quota"))),
        new Row(
            "the deadline is of an older template",
            """
            {observedGeneration: 2, conditions: [
              {type: Progressing, status: "False", message: has timed out progressing}]}""",
            new Rollout(2, null)));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void tellsHowFarTheRolloutIs(Row row) {
    assertThat(read(TargetKind.DEPLOYMENT, CART + "status: " + row.status() + "\n").rollout())
        .isEqualTo(row.rollout());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "DEPLOYMENT   | paused: true",
        "STATEFUL_SET | updateStrategy: {type: OnDelete}",
        "DAEMON_SET   | updateStrategy: {type: OnDelete}",
      })
  void tellsWhatSomebodyHasSaid(TargetKind kind, String spec) {
    assertThat(read(kind, BARE + "  " + spec + "\n").rollout())
        .isEqualTo(
            new Rollout(
                1,
                kind == TargetKind.DEPLOYMENT ? new Obstacle.Paused() : new Obstacle.OnDelete()));
  }

  static Stream<Row> partitions() {
    Rollout moving = new Rollout(3, null);
    Rollout held = new Rollout(3, new Obstacle.Partition(2));
    return Stream.of(
        new Row("not seen yet", "{observedGeneration: 2, updatedReplicas: 3}", moving),
        new Row("the last pod is of the older template", "{observedGeneration: 3}", moving),
        new Row("what may be done is done", "{observedGeneration: 3, updatedReplicas: 1}", held),
        new Row("all were made anew", "{observedGeneration: 3, updatedReplicas: 3}", held));
  }

  @ParameterizedTest
  @MethodSource("partitions")
  void tellsThatAPartitionHoldsPodsBack(Row row) {
    assertThat(
            read(
                    TargetKind.STATEFUL_SET,
                    BARE
                        + """
                          replicas: 3
                          updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: 2}}
                        status: %s
                        """
                            .formatted(row.status()))
                .rollout())
        .isEqualTo(row.rollout());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{observedGeneration: 3, desiredNumberScheduled: 4} | 4",
        "{observedGeneration: 3, desiredNumberScheduled: 0} | 0",
        "{observedGeneration: 2, desiredNumberScheduled: 0} | 1",
      })
  void countsTheNodesOfADaemonSet(String status, int desired) {
    assertThat(read(TargetKind.DAEMON_SET, BARE + "status: " + status + "\n").rollout())
        .isEqualTo(new Rollout(desired, null));
  }

  @ParameterizedTest
  @EnumSource
  void keepsOfAWorkloadOnlyWhatIsRead(TargetKind kind) {
    keepsWhatIsRead(WorkloadKind.of(kind));
  }

  private static <T extends HasMetadata> void keepsWhatIsRead(WorkloadKind<T> kind) {
    T full =
        Serialization.unmarshal(
            CART
                + """
                        image: cart:1
                        env: [{name: A, value: b}]
                      initContainers:
                      - {name: first, ports: [{name: never, containerPort: 1}]}
                      - {name: exporter, image: exporter:1, restartPolicy: Always, ports: [{name: metrics, containerPort: 9090}]}
                      volumes: [{name: data}]
                status: {observedGeneration: 3}
                """,
            kind.type());
    full.getMetadata().setAnnotations(Map.of("last-applied", "all of it"));

    T pruned = kind.pruned(full);

    assertThat(kind.read(pruned)).isEqualTo(kind.read(full));
    assertThat(kind.read(pruned).ports()).contains(new DeclaredPort("metrics", 9090));
    assertThat(Serialization.asYaml(pruned))
        .doesNotContain("image", "env", "first", "volumes", "last-applied");
  }

  @Test
  void writesSelectorsAsKubectlTakesThem() {
    LabelSelector selector =
        new LabelSelectorBuilder()
            .addToMatchLabels("app", "cart")
            .addToMatchExpressions(
                new LabelSelectorRequirement("tier", "In", List.of("front", "back")))
            .addToMatchExpressions(new LabelSelectorRequirement("env", "NotIn", List.of("test")))
            .addToMatchExpressions(new LabelSelectorRequirement("owner", "Exists", List.of()))
            .addToMatchExpressions(
                new LabelSelectorRequirement("legacy", "DoesNotExist", List.of()))
            .build();

    assertThat(WorkloadReading.selector(selector))
        .isEqualTo("app=cart,tier in (front,back),env notin (test),owner,!legacy");
    assertThat(WorkloadReading.selector(new LabelSelector())).isEmpty();
  }
}
