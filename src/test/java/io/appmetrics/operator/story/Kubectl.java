package io.appmetrics.operator.story;

import io.appmetrics.operator.cluster.TestNamespace;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.HttpURLConnection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What people, and programs other than the operator, do in one namespace. */
final class Kubectl {
  private static final String PROMETHEUS_YML = "prometheus.yml";

  private final TestNamespace namespace;
  private final String manager;

  private Kubectl(TestNamespace namespace, String manager) {
    this.namespace = namespace;
    this.manager = manager;
  }

  /** Somebody at a terminal. */
  static Kubectl in(TestNamespace namespace) {
    return new Kubectl(namespace, "kubectl-edit");
  }

  /** The same as another field manager. */
  Kubectl as(String otherManager) {
    return new Kubectl(namespace, otherManager);
  }

  /** A merge patch of a Deployment. */
  void patch(String deployment, String json) {
    client()
        .apps()
        .deployments()
        .inNamespace(namespace.name())
        .withName(deployment)
        .patch(
            new PatchContext.Builder()
                .withPatchType(PatchType.JSON_MERGE)
                .withFieldManager(manager)
                .build(),
            json);
  }

  /** Sets one annotation of a Deployment's pod template, or takes it away. */
  void annotateTemplate(String deployment, String key, @Nullable String value) {
    Map<String, @Nullable String> annotations = new TreeMap<>();
    annotations.put(key, value);
    annotateTemplate(deployment, annotations);
  }

  /** Sets annotations of a Deployment's pod template; null takes one away. */
  void annotateTemplate(String deployment, Map<String, @Nullable String> annotations) {
    patch(
        deployment,
        client()
            .getKubernetesSerialization()
            .asJson(
                Map.of(
                    "spec",
                    Map.of("template", Map.of("metadata", Map.of("annotations", annotations))))));
  }

  /** A Deployment as a chart would render it: what the cluster has added is not in it. */
  Deployment manifest(String deployment) {
    Deployment now = namespace.deployment(deployment);
    return new DeploymentBuilder()
        .withNewMetadata()
        .withNamespace(namespace.name())
        .withName(deployment)
        .withLabels(now.getMetadata().getLabels())
        .endMetadata()
        .withSpec(now.getSpec())
        .build();
  }

  /**
   * {@code kubectl apply}, or an upgrade by helm 3: a strategic merge of what the manifest says;
   * what it said before and says no more would go, too.
   */
  void apply(Deployment manifest) {
    client()
        .apps()
        .deployments()
        .inNamespace(namespace.name())
        .withName(manifest.getMetadata().getName())
        .patch(
            new PatchContext.Builder()
                .withPatchType(PatchType.STRATEGIC_MERGE)
                .withFieldManager(manager)
                .build(),
            client().getKubernetesSerialization().asJson(manifest));
  }

  /** {@code kubectl apply --server-side --force-conflicts}, or an upgrade by helm 4. */
  void applyServerSide(Deployment manifest) {
    client().resource(manifest).fieldManager(manager).forceConflicts().serverSideApply();
  }

  /** {@code kubectl replace}: what the manifest does not say is gone. */
  void replace(Deployment manifest) {
    client().resource(manifest).update();
  }

  /**
   * {@code kubectl rollout undo}: the template of the revision before takes the place of this one
   * (source: kubectl {@code pkg/polymorphichelpers/rollback.go}).
   */
  void rolloutUndo(String deployment) {
    Deployment now = namespace.deployment(deployment);
    ReplicaSet before =
        client()
            .apps()
            .replicaSets()
            .inNamespace(namespace.name())
            .withLabelSelector(now.getSpec().getSelector())
            .list()
            .getItems()
            .stream()
            .filter(set -> revision(set) < revision(now))
            .max(Comparator.comparing(Kubectl::revision))
            .orElseThrow();
    PodTemplateSpec template = before.getSpec().getTemplate();
    template.getMetadata().getLabels().remove("pod-template-hash");
    client()
        .apps()
        .deployments()
        .inNamespace(namespace.name())
        .withName(deployment)
        .patch(
            new PatchContext.Builder()
                .withPatchType(PatchType.JSON)
                .withFieldManager("kubectl-rollout")
                .build(),
            client()
                .getKubernetesSerialization()
                .asJson(
                    List.of(Map.of("op", "replace", "path", "/spec/template", "value", template))));
  }

  private static long revision(HasMetadata object) {
    return Long.parseLong(
        object.getMetadata().getAnnotations().get("deployment.kubernetes.io/revision"));
  }

  /** The annotations of a workload's pod template. */
  Map<String, String> templateAnnotations(String workload) {
    return namespace.workload(workload).templateAnnotations();
  }

  /** How often its spec has changed: a template that is written rolls its pods. */
  long generation(String deployment) {
    Deployment now = namespace.deployment(deployment);
    return now.getMetadata().getGeneration();
  }

  void scale(String deployment, int replicas) {
    patch(deployment, "{\"spec\": {\"replicas\": %d}}".formatted(replicas));
  }

  /** The ConfigMap of Prometheus. */
  ConfigMap configMap() {
    return client().configMaps().inNamespace(namespace.name()).withName("prometheus").require();
  }

  void deleteConfigMap() {
    client().configMaps().inNamespace(namespace.name()).withName("prometheus").delete();
  }

  /** Makes the ConfigMap of Prometheus again, after its deletion. */
  void restore(ConfigMap was) {
    client()
        .resource(
            was.edit()
                .editMetadata()
                .withResourceVersion(null)
                .withUid(null)
                .withManagedFields()
                .endMetadata()
                .build())
        .create();
  }

  /** The text that Prometheus is to load. */
  String configuration() {
    return text(configMap());
  }

  /** The text that Prometheus is to load, in this version of its ConfigMap. */
  static String text(ConfigMap configMap) {
    return Objects.requireNonNull(configMap.getData().get(PROMETHEUS_YML));
  }

  /** Writes that text as an editor does: whatever stood there. */
  void configuration(String text) {
    data(Map.of(PROMETHEUS_YML, text));
  }

  /** Writes keys of the ConfigMap of Prometheus, whatever stood there, and no others. */
  void data(Map<String, String> data) {
    client()
        .configMaps()
        .inNamespace(namespace.name())
        .withName("prometheus")
        .patch(
            new PatchContext.Builder()
                .withPatchType(PatchType.JSON_MERGE)
                .withFieldManager(manager)
                .build(),
            client().getKubernetesSerialization().asJson(Map.of("data", data)));
  }

  /** Changes that text as {@code kubectl edit} does: again when somebody else was faster. */
  void edit(UnaryOperator<String> change) {
    while (true) {
      ConfigMap now = configMap();
      try {
        client()
            .resource(now.edit().addToData(PROMETHEUS_YML, change.apply(text(now))).build())
            .update();
        return;
      } catch (KubernetesClientException e) {
        if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
          throw e;
        }
      }
    }
  }

  /** The Events of this reason. */
  List<Event> events(String reason) {
    return client().v1().events().inNamespace(namespace.name()).list().getItems().stream()
        .filter(event -> event.getReason().equals(reason))
        .toList();
  }

  private KubernetesClient client() {
    return namespace.cluster().client();
  }
}
