package io.appmetrics.operator.cluster;

import static org.awaitility.Awaitility.await;

import io.appmetrics.operator.api.AppMetrics;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.api.model.rbac.Subject;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** A namespace that belongs to one test. */
public final class TestNamespace {

  private static final Duration READY = Duration.ofSeconds(60);
  private static final Duration POLL = Duration.ofMillis(50);

  private final Cluster cluster;
  private final String name;

  TestNamespace(Cluster cluster, String name) {
    this.cluster = cluster;
    this.name = name;
  }

  /** Its full name. */
  public String name() {
    return name;
  }

  /** The cluster that it is in. */
  public Cluster cluster() {
    return cluster;
  }

  /** Changes a Deployment, as one who edits it by hand does. */
  public void edit(String deployment, UnaryOperator<Deployment> change) {
    client().apps().deployments().inNamespace(name).withName(deployment).edit(change);
  }

  /** An AppMetrics in this namespace. */
  public Resource<AppMetrics> appMetrics(String resource) {
    return client().resources(AppMetrics.class).inNamespace(name).withName(resource);
  }

  /** Applies a manifest, server-side, its objects moved into this namespace. */
  public List<HasMetadata> apply(String yaml) {
    return apply(cluster.parse(yaml));
  }

  /**
   * Applies objects, server-side, moved into this namespace; cluster roles get names of their own.
   */
  public List<HasMetadata> apply(List<? extends HasMetadata> objects) {
    var own = new ArrayList<HasMetadata>();
    var shared = new ArrayList<HasMetadata>();
    for (var object : objects) {
      if (object instanceof ClusterRole || object instanceof ClusterRoleBinding) {
        shared.add(moved(object));
      } else {
        own.add(moved(object));
      }
    }
    var results = new ArrayList<>(cluster.apply(shared));
    own.forEach(object -> results.add(cluster.applyShared(object)));
    return results;
  }

  private HasMetadata moved(HasMetadata object) {
    if (object instanceof ClusterRole role) {
      role.getMetadata().setName(unique(role.getMetadata().getName()));
    } else if (object instanceof ClusterRoleBinding binding) {
      binding.getMetadata().setName(unique(binding.getMetadata().getName()));
      binding.getRoleRef().setName(unique(binding.getRoleRef().getName()));
      binding.getSubjects().forEach(this::move);
    } else {
      if (object instanceof RoleBinding binding) {
        binding.getSubjects().forEach(this::move);
      }
      object.getMetadata().setNamespace(name);
    }
    return object;
  }

  private void move(Subject subject) {
    if ("ServiceAccount".equals(subject.getKind())) {
      subject.setNamespace(name);
    }
  }

  private String unique(String clusterScoped) {
    return clusterScoped + "-" + name;
  }

  /** Installs Prometheus and waits until it is ready. */
  public PrometheusProbe prometheus(Addon addon) {
    apply(addon.objects(cluster));
    awaitReady("prometheus");
    return PrometheusProbe.of(this, pod("prometheus"));
  }

  /**
   * From now on Istio gives each new pod a sidecar that merges metrics, unless {@link
   * AppManifest#outsideMesh} or the annotation {@code prometheus.istio.io/merge-metrics} says
   * otherwise.
   */
  public void injectsSidecars() {
    cluster.closes(SidecarInjector.start(this));
  }

  /** Deploys a demo app and waits until it is ready. */
  public DemoAppProbe app(AppManifest manifest) {
    return apps(List.of(manifest)).get(0);
  }

  /** Deploys demo apps and waits until all are ready. */
  public List<DemoAppProbe> apps(List<AppManifest> manifests) {
    for (var manifest : manifests) {
      var certificate = cluster.mesh().issue(name, manifest.name());
      apply(List.of(certificate.asSecret(manifest.name() + "-certs")));
      apply(manifest.yaml());
    }
    return manifests.stream()
        .map(
            manifest -> {
              awaitReady(manifest.name());
              return new DemoAppProbe(this, manifest.name());
            })
        .toList();
  }

  /** The certificates of Istio's old Secret appear. */
  public void istioDefaultAppears() {
    secret(cluster.mesh().issue(name, "prometheus").asSecret("istio.default"));
  }

  /** Applies a Secret. */
  public void secret(Secret secret) {
    apply(List.of(secret));
  }

  /** The deployment, as it is now. */
  public Deployment deployment(String deployment) {
    return client().apps().deployments().inNamespace(name).withName(deployment).require();
  }

  /** The workload of any kind, as it is now. */
  public AppWorkload workload(String workload) {
    return AppWorkload.of(client(), name, workload);
  }

  /** Waits until the workload's latest template runs everywhere and is ready, and nothing else. */
  public void awaitReady(String workload) {
    await(workload + " in " + name + " to be ready")
        .atMost(READY)
        .pollInterval(POLL)
        .until(
            () ->
                workload(workload).isReady()
                    && pods(workload).size() == workload(workload).replicas());
  }

  /** The pods that the workload's selector names and that are not being deleted, oldest first. */
  public List<Pod> pods(String workload) {
    return client()
        .pods()
        .inNamespace(name)
        .withLabelSelector(workload(workload).selector())
        .list()
        .getItems()
        .stream()
        .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
        .sorted(Comparator.comparing(pod -> pod.getMetadata().getCreationTimestamp()))
        .toList();
  }

  /** The workload's only pod. */
  public Pod pod(String workload) {
    var pods = pods(workload);
    if (pods.size() != 1) {
      throw new IllegalStateException(workload + " has " + pods.size() + " pods, not one");
    }
    return pods.get(0);
  }

  /** The pod of this name, as it is now. */
  public Pod podNamed(String pod) {
    return client().pods().inNamespace(name).withName(pod).require();
  }

  /** Waits until the pod of this name is as wanted, and returns it as it is then. */
  public Pod awaitPod(String pod, String what, Predicate<Pod> wanted) {
    var seen = new AtomicReference<Pod>();
    await(pod + " in " + name + " to be " + what)
        .atMost(READY)
        .pollInterval(POLL)
        .until(
            () -> {
              seen.set(client().pods().inNamespace(name).withName(pod).get());
              return seen.get() != null && wanted.test(seen.get());
            });
    return Objects.requireNonNull(seen.get());
  }

  /** Writes an annotation on a pod, as {@code kubectl annotate pod} does. */
  public void annotate(Pod pod, String key, String value) {
    var patch = Map.of("metadata", Map.of("annotations", Map.of(key, value)));
    client()
        .pods()
        .inNamespace(name)
        .withName(pod.getMetadata().getName())
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            client().getKubernetesSerialization().asJson(patch));
  }

  /** True when the pod's condition Ready is. */
  public static boolean isReady(Pod pod) {
    return pod.getStatus().getConditions().stream()
        .filter(condition -> condition.getType().equals("Ready"))
        .map(PodCondition::getStatus)
        .anyMatch("True"::equals);
  }

  String describe() {
    var text = new StringBuilder("namespace " + name + "\n");
    for (var pod : client().pods().inNamespace(name).list().getItems()) {
      text.append(
          "  pod %s %s %s\n"
              .formatted(
                  pod.getMetadata().getName(),
                  pod.getStatus().getPhase(),
                  pod.getStatus().getPodIP()));
      for (var status : pod.getStatus().getContainerStatuses()) {
        text.append(
            "    %s ready=%s restarts=%d %s\n"
                .formatted(
                    status.getName(),
                    status.getReady(),
                    status.getRestartCount(),
                    status.getState()));
        cluster.log(pod, status.getName()).lines().toList().stream()
            .skip(Math.max(0, cluster.log(pod, status.getName()).lines().count() - 15))
            .forEach(line -> text.append("      | ").append(line).append('\n'));
      }
    }
    for (var event : client().v1().events().inNamespace(name).list().getItems()) {
      text.append(
          "  event %s %s %s: %s\n"
              .formatted(
                  event.getInvolvedObject().getName(),
                  event.getType(),
                  event.getReason(),
                  event.getMessage()));
    }
    return text.toString();
  }

  void removePods() {
    client().pods().inNamespace(name).withGracePeriod(0).delete();
    await("end of the pods in " + name)
        .atMost(READY)
        .pollInterval(POLL)
        .until(
            () -> {
              var pods = client().pods().inNamespace(name);
              if (pods.list().getItems().isEmpty()) {
                return true;
              }
              // a controller may have made another before its own end
              pods.withGracePeriod(0).delete();
              return false;
            });
  }

  private KubernetesClient client() {
    return cluster.client();
  }
}
