package io.appmetrics.operator.cluster;

import static org.awaitility.Awaitility.await;

import io.appmetrics.operator.cluster.node.LocalNode;
import io.appmetrics.operator.cluster.node.Timing;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** One test's view of a cluster: what is made through it goes when it is closed. */
public final class Cluster implements AutoCloseable {

  /** Who applies the manifests: no operator's field manager. */
  static final String FIELD_MANAGER = "kubectl-test";

  private static final long TOKEN_SECONDS = Duration.ofHours(1).toSeconds();

  private final Kubeconfig admin;
  private final KubernetesClient client;
  private final @Nullable LocalNode node;
  private final MeshCa mesh = new MeshCa();
  private final String suffix = UUID.randomUUID().toString().substring(0, 6);
  private final List<TestNamespace> namespaces = new ArrayList<>();
  private final List<HasMetadata> applied = new ArrayList<>();
  private final List<AutoCloseable> open = new ArrayList<>();
  private Timing timing = Timing.QUICK;

  private Cluster(Kubeconfig admin, KubernetesClient client, @Nullable LocalNode node) {
    this.admin = admin;
    this.client = client;
    this.node = node;
  }

  /** A view of a local cluster. */
  public static Cluster of(LocalCluster local) {
    var config = local.admin().config("kubectl/test");
    return new Cluster(
        local.admin(), new KubernetesClientBuilder().withConfig(config).build(), local.node());
  }

  /** A view of any cluster; the user must be its administrator. */
  public static Cluster of(Config config) {
    return new Cluster(
        Kubeconfig.of(config), new KubernetesClientBuilder().withConfig(config).build(), null);
  }

  /** The administrator's client. */
  public KubernetesClient client() {
    return client;
  }

  /** The administrator. */
  public Kubeconfig admin() {
    return admin;
  }

  /** True when the node is LocalNode; else delays cannot be set. */
  public boolean isLocal() {
    return node != null;
  }

  /** The test's own mesh. */
  public MeshCa mesh() {
    return mesh;
  }

  /** The service account, with a token for an hour. */
  public Kubeconfig as(String namespace, String serviceAccount) {
    var token =
        client
            .serviceAccounts()
            .inNamespace(namespace)
            .withName(serviceAccount)
            .tokenRequest(
                new TokenRequestBuilder()
                    .withNewSpec()
                    .withExpirationSeconds(TOKEN_SECONDS)
                    .endSpec()
                    .build())
            .getStatus()
            .getToken();
    return admin.withToken(token);
  }

  /** A client as the service account, with its rights and no others. */
  public KubernetesClient clientAs(String namespace, String serviceAccount) {
    var config = as(namespace, serviceAccount).config("test-as-" + serviceAccount);
    var other = new KubernetesClientBuilder().withConfig(config).build();
    open.add(other);
    return other;
  }

  /** How slow LocalNode is to project, from now on, in this test's namespaces. */
  public void propagation(Duration duration) {
    timing(t -> t.withPropagation(duration));
  }

  /** Changes how slow LocalNode is in this test's namespaces. */
  public void timing(UnaryOperator<Timing> change) {
    timing = change.apply(timing);
    if (node != null) {
      namespaces.forEach(namespace -> node.timing(namespace.name(), timing));
    }
  }

  /** A new namespace of this name and a suffix that no other test has. */
  public TestNamespace namespace(String name) {
    return namespace(name + "-" + suffix, true);
  }

  /** A new namespace of exactly this name, where another name would change the meaning. */
  public TestNamespace namespaceExactly(String name) {
    return namespace(name, false);
  }

  private TestNamespace namespace(String name, boolean unique) {
    var created = new NamespaceBuilder().withNewMetadata().withName(name).endMetadata().build();
    if (!unique) {
      // the one that an earlier test has left may still be going
      await("end of an older namespace " + name)
          .atMost(Duration.ofSeconds(60))
          .until(() -> client.namespaces().withName(name).get() == null);
    }
    client.resource(created).create();
    var namespace = new TestNamespace(this, name);
    namespaces.add(namespace);
    if (node != null) {
      node.timing(name, timing);
    }
    // pods are refused before the service account is there
    await("service account of " + name)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> client.serviceAccounts().inNamespace(name).withName("default").get() != null);
    return namespace;
  }

  /** Applies a manifest as it is, server-side; it goes when the test ends, all its parts. */
  public List<HasMetadata> apply(String yaml) {
    return apply(parse(yaml));
  }

  /** Applies objects as they are, server-side; they go when the test ends. */
  public List<HasMetadata> apply(List<? extends HasMetadata> objects) {
    var results = new ArrayList<HasMetadata>();
    for (var object : objects) {
      results.add(applyShared(object));
      applied.add(object);
    }
    return results;
  }

  /** Applies an object that stays, such as a CRD, whose deletion and return costs seconds. */
  public HasMetadata applyShared(HasMetadata object) {
    return client.resource(object).fieldManager(FIELD_MANAGER).forceConflicts().serverSideApply();
  }

  /** The objects of a manifest. */
  public List<HasMetadata> parse(String yaml) {
    return client.load(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8))).items();
  }

  /** Records, from now on, who writes what Prometheus discovers, anywhere in the cluster. */
  public Changes changes() {
    var changes = watched();
    open.add(changes);
    return changes;
  }

  /**
   * Waits until nothing that Prometheus discovers has changed for so long: any change heals it by
   * chance.
   */
  public void awaitQuiet(Duration duration) {
    try (var changes = watched()) {
      await("a quiet cluster")
          .atMost(duration.plusSeconds(120))
          .untilAsserted(() -> changes.assertNone(duration));
    }
  }

  /** {@link Addon} discovers no nodes where a kubelet writes them every five minutes. */
  private Changes watched() {
    return isLocal() ? Changes.ofPodsAndNodes(client) : Changes.ofPods(client);
  }

  /** What a container has printed, all its starts. */
  public String log(Pod pod, String container) {
    var metadata = pod.getMetadata();
    try {
      return node != null
          ? node.log(metadata.getNamespace(), metadata.getName(), container)
          : client
              .pods()
              .inNamespace(metadata.getNamespace())
              .withName(metadata.getName())
              .inContainer(container)
              .getLog();
    } catch (java.io.IOException | KubernetesClientException e) {
      return "no log: " + e;
    }
  }

  /** The pods of this test with their states, events and the ends of their logs. */
  public String describe() {
    var text = new StringBuilder();
    namespaces.forEach(namespace -> text.append(namespace.describe()));
    return text.toString();
  }

  Optional<LocalNode> node() {
    return Optional.ofNullable(node);
  }

  /** Is closed with the test. */
  void closes(AutoCloseable closeable) {
    open.add(closeable);
  }

  /** Deletes what the test has made; returns when no pod of it runs any more. */
  @Override
  public void close() {
    for (var closeable : open) {
      try {
        closeable.close();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
    Collections.reverse(applied);
    applied.forEach(object -> client.resource(object).delete());
    namespaces.forEach(namespace -> client.namespaces().withName(namespace.name()).delete());
    // at once, and awaited: an end of a pod during the next test would wake that test's Prometheus
    namespaces.forEach(TestNamespace::removePods);
    client.close();
  }
}
