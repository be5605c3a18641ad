package io.appmetrics.operator.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.appmetrics.operator.api.AppMetrics;
import io.appmetrics.operator.api.AppMetricsStatus;
import io.appmetrics.operator.api.Condition;
import io.appmetrics.operator.api.EndpointStatus;
import io.appmetrics.operator.cluster.TestNamespace;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** An AppMetrics as its user sees it. */
final class Declared {
  private final TestNamespace namespace;
  private final String name;

  private Declared(TestNamespace namespace, String name) {
    this.namespace = namespace;
    this.name = name;
  }

  /**
   * Applies an AppMetrics for one Deployment; ports as in the spec, such as {@code {port: 8080}}.
   */
  static Declared apply(TestNamespace namespace, String name, String deployment, String... ports) {
    namespace.apply(
        """
        apiVersion: appmetrics.io/v1alpha1
        kind: AppMetrics
        metadata: {name: %s}
        spec:
          targets:
          - name: %s
            ports: [%s]
        """
            .formatted(name, deployment, String.join(", ", ports)));
    return new Declared(namespace, name);
  }

  /** One that was applied before. */
  static Declared named(TestNamespace namespace, String name) {
    return new Declared(namespace, name);
  }

  /** Applies an AppMetrics for targets, as in the spec. */
  static Declared targets(TestNamespace namespace, String name, String... targets) {
    namespace.apply(
        """
        apiVersion: appmetrics.io/v1alpha1
        kind: AppMetrics
        metadata: {name: %s}
        spec: {targets: [%s]}
        """
            .formatted(name, String.join(", ", targets)));
    return new Declared(namespace, name);
  }

  Resource<AppMetrics> resource() {
    return namespace.appMetrics(name);
  }

  Optional<AppMetricsStatus> status() {
    return Optional.ofNullable(resource().get()).map(AppMetrics::getStatus);
  }

  Optional<Condition> condition(String type) {
    return status()
        .flatMap(status -> Optional.ofNullable(status.conditions()))
        .orElse(List.of())
        .stream()
        .filter(condition -> condition.type().equals(type))
        .findFirst();
  }

  /** What the status says of the first endpoint. */
  EndpointStatus endpoint() {
    return Objects.requireNonNull(status().orElseThrow().endpoints()).get(0);
  }

  boolean isReady() {
    return condition("Ready").filter(c -> c.status().equals("True")).isPresent();
  }

  /** Waits until Ready is True for the spec as it is. */
  void awaitReady(Duration atMost) {
    await(namespace.name() + "/" + name + " to be Ready")
        .atMost(atMost)
        .untilAsserted(
            () -> {
              AppMetrics now = resource().get();
              assertThat(now.getStatus()).as("status").isNotNull();
              assertThat(now.getStatus().observedGeneration())
                  .isEqualTo(now.getMetadata().getGeneration());
              assertThat(condition("Ready"))
                  .get()
                  .satisfies(
                      ready -> assertThat(ready.status()).as(ready.message()).isEqualTo("True"));
            });
  }

  /** Waits until a link says this reason; returns its message. */
  String awaitReason(String link, String reason, Duration atMost) {
    await(namespace.name() + "/" + name + " to say " + reason)
        .atMost(atMost)
        .untilAsserted(
            () ->
                assertThat(condition(link))
                    .as("condition %s of %s", link, condition("Ready"))
                    .get()
                    .extracting(Condition::reason)
                    .isEqualTo(reason));
    return condition(link).orElseThrow().message();
  }

  /** Sets {@code spec.suspend}, whatever is applied otherwise. */
  void suspend(boolean suspend) {
    resource()
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            "{\"spec\": {\"suspend\": %s}}".formatted(suspend));
  }

  void delete() {
    resource().delete();
  }
}
