package io.appmetrics.operator.appmetrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.api.TargetKind;
import io.appmetrics.operator.chain.Workload;
import io.appmetrics.operator.chain.Workload.DeclaredPort;
import io.appmetrics.operator.chain.Workload.Rollout;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Deployments as the API server gives them, unwrapped. */
class DeploymentReadingTest {
  private static final String CART =
      """
      apiVersion: apps/v1
      kind: Deployment
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

  private static Deployment deployment(String more) {
    return Serialization.unmarshal(CART + more, Deployment.class);
  }

  private static Deployment bare() {
    return Serialization.unmarshal(
        """
        metadata: {name: cart, namespace: shop, uid: 8d5c, resourceVersion: "7", generation: 1}
        spec:
          selector: {matchLabels: {app: cart}}
          template:
            spec: {containers: [{name: app}]}
        """,
        Deployment.class);
  }

  @Test
  void unwrapsADeployment() {
    assertThat(DeploymentReading.of(deployment("")))
        .isEqualTo(
            new Workload(
                TargetKind.DEPLOYMENT,
                "shop",
                "cart",
                "8d5c",
                "7",
                "app=cart",
                Map.of("appmetrics.io/managed", "port-1", "other", "x"),
                List.of(
                    new DeclaredPort("http", 8080),
                    new DeclaredPort(null, 9000),
                    new DeclaredPort("admin", 9001)),
                new Rollout(2, false, null),
                "Rollout cart"));
    assertThat(DeploymentReading.marked(deployment(""))).isTrue();
  }

  @Test
  void unwrapsWhatIsNotThere() {
    Workload bare = DeploymentReading.of(bare());

    assertThat(bare.template()).isEmpty();
    assertThat(bare.ports()).isEmpty();
    assertThat(bare.controller()).isNull();
    assertThat(bare.rollout()).isEqualTo(new Rollout(1, false, null));
    assertThat(DeploymentReading.marked(bare())).isFalse();
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
            new Rollout(2, false, null)),
        new Row(
            "an old pod is left",
            "{observedGeneration: 3, replicas: 3, updatedReplicas: 2}",
            new Rollout(2, false, null)),
        new Row(
            "under way",
            "{observedGeneration: 3, replicas: 2, updatedReplicas: 1}",
            new Rollout(2, false, null)),
        new Row(
            "the status is of an older template",
            "{observedGeneration: 2, replicas: 2, updatedReplicas: 2}",
            new Rollout(2, false, null)),
        new Row(
            "past its deadline",
            """
            {observedGeneration: 3, replicas: 2, updatedReplicas: 1, conditions: [
              {type: Available, status: "False", message: not this},
              {type: Progressing, status: "False", message: has timed out progressing}]}""",
            new Rollout(2, false, "has timed out progressing")),
        new Row(
            "a quota forbids pods",
            """
            {observedGeneration: 3, conditions: [
              {type: Progressing, status: "True", message: not this},
              {type: ReplicaFailure, status: "True", message: exceeded quota}]}""",
            new Rollout(2, false, "exceeded quota")),
        new Row(
            "the deadline is of an older template",
            """
            {observedGeneration: 2, conditions: [
              {type: Progressing, status: "False", message: has timed out progressing}]}""",
            new Rollout(2, false, null)));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void tellsHowFarTheRolloutIs(Row row) {
    assertThat(DeploymentReading.of(deployment("status: " + row.status() + "\n")).rollout())
        .isEqualTo(row.rollout());
  }

  @Test
  void tellsThatTheRolloutIsPaused() {
    Deployment paused = bare();
    paused.getSpec().setPaused(true);
    assertThat(DeploymentReading.of(paused).rollout().paused()).isTrue();
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

    assertThat(DeploymentReading.selector(selector))
        .isEqualTo("app=cart,tier in (front,back),env notin (test),owner,!legacy");
    assertThat(DeploymentReading.selector(new LabelSelector())).isEmpty();
  }
}
