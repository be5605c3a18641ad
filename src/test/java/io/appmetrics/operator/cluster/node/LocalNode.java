package io.appmetrics.operator.cluster.node;

import io.appmetrics.operator.cluster.program.Binaries;
import io.fabric8.kubernetes.api.model.BindingBuilder;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.NodeCondition;
import io.fabric8.kubernetes.api.model.NodeConditionBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A small kubelet, and the scheduler of its one node.
 *
 * <p>Not as on a real node: pods have no network namespace, but an address in 127.0.0.0/8, and
 * their programs listen on that in place of every address; there is no DNS and there are no
 * Services, KUBERNETES_SERVICE_HOST is the API server itself; a pod has at most one program with a
 * root of its own; users, resources, and the network are not limited; no image is pulled; {@code
 * exec}, logs and ephemeral containers through the API do not work; of the volumes there are
 * configMap, secret, projected, downwardAPI and emptyDir.
 */
public final class LocalNode implements AutoCloseable {

  /** The name of the node. */
  public static final String NAME = "local";

  private static final Logger log = LoggerFactory.getLogger(LocalNode.class);
  private static final int KUBELET_PORT = 10250;
  private static final int LEASE_SECONDS = 40;
  private static final int RENEW_SECONDS = 10;

  private final KubernetesClient client;
  private final Addresses addresses;
  private final Map<String, PodWorker> workers = new ConcurrentHashMap<>();
  private final Map<String, Thread> threads = new ConcurrentHashMap<>();
  private final Map<String, Timing> timings = new ConcurrentHashMap<>();
  private final ExecutorService binder = Executors.newSingleThreadExecutor(LocalNode::daemon);
  private final ExecutorService probes = Executors.newCachedThreadPool(LocalNode::daemon);
  private final ScheduledExecutorService heart =
      Executors.newSingleThreadScheduledExecutor(LocalNode::daemon);
  private final PodWorker.Node node;
  private final Path logs;
  private final List<SharedIndexInformer<?>> informers = new ArrayList<>();
  private volatile boolean closed;

  private LocalNode(
      KubernetesClient client, Addresses addresses, Images images, Path directory, int apiPort) {
    this.client = client;
    this.addresses = addresses;
    this.logs = directory.resolve("logs");
    var configMaps = client.configMaps().inAnyNamespace().inform();
    var secrets = client.secrets().inAnyNamespace().inform();
    informers.add(configMaps);
    informers.add(secrets);
    var api = new NodeApi(client, NAME);
    this.node =
        new PodWorker.Node(
            api,
            new Cached(configMaps, secrets, api),
            images,
            probes,
            addresses.node(),
            Map.of(
                "PATH",
                "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                "KUBERNETES_SERVICE_HOST",
                "127.0.0.1",
                "KUBERNETES_SERVICE_PORT",
                Integer.toString(apiPort),
                "KUBERNETES_SERVICE_PORT_HTTPS",
                Integer.toString(apiPort)),
            directory.resolve("pods"),
            logs);
    configMaps.addEventHandler(onSource());
    secrets.addEventHandler(onSource());
  }

  /**
   * Registers the node, and returns when pods can run on it.
   *
   * @throws IllegalStateException when this machine lets nobody change a program's root
   */
  public static LocalNode start(Config admin, int apiPort, Binaries binaries, Path directory)
      throws IOException {
    var root = Root.probe();
    Files.createDirectories(directory.resolve("pods"));
    Files.createDirectories(directory.resolve("logs"));
    var client = new KubernetesClientBuilder().withConfig(admin).build();
    var images = new Images(binaries, root);
    var node = new LocalNode(client, Addresses.claim(), images, directory, apiPort);
    node.register();
    node.informers.add(client.pods().inAnyNamespace().inform(node.onPod()));
    return node;
  }

  /** How slow the node is in a namespace. */
  public void timing(String namespace, Timing timing) {
    timings.put(namespace, timing);
  }

  /** How slow the node is in a namespace; {@link Timing#QUICK} unless set. */
  public Timing timing(String namespace) {
    return timings.getOrDefault(namespace, Timing.QUICK);
  }

  /** What a container has printed in all its starts, the first start first. */
  public String log(String namespace, String pod, String container) throws IOException {
    var text = new StringBuilder();
    for (int start = 0; ; start++) {
      var file = logs.resolve("%s_%s_%s_%d.log".formatted(namespace, pod, container, start));
      if (!Files.exists(file)) {
        return text.toString();
      }
      text.append(Files.readString(file));
    }
  }

  /** Ends every program on the node; the API server is not told. */
  @Override
  public void close() {
    closed = true;
    informers.forEach(SharedIndexInformer::stop);
    binder.shutdownNow();
    heart.shutdownNow();
    workers.values().forEach(PodWorker::stop);
    for (var thread : threads.values()) {
      try {
        thread.join(TimeUnit.SECONDS.toMillis(15));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    probes.shutdownNow();
    addresses.close();
    client.close();
  }

  private void register() {
    var now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    var capacity =
        Map.of(
            "cpu",
            new Quantity("64"),
            "memory",
            new Quantity("256Gi"),
            "pods",
            new Quantity("1000"));
    var created =
        new NodeBuilder()
            .withNewMetadata()
            .withName(NAME)
            .addToLabels("kubernetes.io/hostname", NAME)
            .addToLabels("kubernetes.io/os", "linux")
            .endMetadata()
            .withNewStatus()
            .withCapacity(capacity)
            .withAllocatable(capacity)
            .addNewAddress(addresses.node(), "InternalIP")
            .addNewAddress(NAME, "Hostname")
            .withNewDaemonEndpoints()
            .withNewKubeletEndpoint(KUBELET_PORT)
            .endDaemonEndpoints()
            .withConditions(
                condition("MemoryPressure", "False", "KubeletHasSufficientMemory", now),
                condition("DiskPressure", "False", "KubeletHasNoDiskPressure", now),
                condition("PIDPressure", "False", "KubeletHasSufficientPID", now),
                condition("Ready", "True", "KubeletReady", now))
            .endStatus()
            .build();
    client.resource(created).create();
    client
        .nodes()
        .withName(NAME)
        .subresource("status")
        .patch(
            // a merge patch, since the controller manager writes the node at the same time
            PatchContext.of(PatchType.JSON_MERGE),
            client.getKubernetesSerialization().asJson(Map.of("status", created.getStatus())));
    beat();
    var unused =
        heart.scheduleAtFixedRate(this::beat, RENEW_SECONDS, RENEW_SECONDS, TimeUnit.SECONDS);
    // the controller manager takes the taint away once it has seen the node ready; had a test begun
    // before, this would be the change that wakes its Prometheus
    client
        .nodes()
        .withName(NAME)
        .waitUntilCondition(
            n -> n != null && n.getSpec().getTaints().isEmpty(), 30, TimeUnit.SECONDS);
  }

  private static NodeCondition condition(String type, String status, String reason, String now) {
    return new NodeConditionBuilder()
        .withType(type)
        .withStatus(status)
        .withReason(reason)
        .withMessage(reason)
        .withLastHeartbeatTime(now)
        .withLastTransitionTime(now)
        .build();
  }

  /**
   * The heartbeat is a Lease: an update of the Node would wake discovery with {@code role: node}.
   */
  private void beat() {
    try {
      client
          .resource(
              new LeaseBuilder()
                  .withNewMetadata()
                  .withName(NAME)
                  .withNamespace("kube-node-lease")
                  .endMetadata()
                  .withNewSpec()
                  .withHolderIdentity(NAME)
                  .withLeaseDurationSeconds(LEASE_SECONDS)
                  .withRenewTime(Instant.now().atZone(ZoneOffset.UTC))
                  .endSpec()
                  .build())
          .forceConflicts()
          .serverSideApply();
    } catch (RuntimeException e) {
      if (!closed) {
        log.warn("heartbeat: {}", e.toString());
      }
    }
  }

  private ResourceEventHandler<Pod> onPod() {
    return new ResourceEventHandler<>() {
      @Override
      public void onAdd(Pod pod) {
        see(pod);
      }

      @Override
      public void onUpdate(Pod before, Pod pod) {
        if (!before.getMetadata().getUid().equals(pod.getMetadata().getUid())) {
          forget(before);
        }
        see(pod);
      }

      @Override
      public void onDelete(Pod pod, boolean unknown) {
        forget(pod);
      }
    };
  }

  private void see(Pod pod) {
    var uid = pod.getMetadata().getUid();
    var assigned = pod.getSpec().getNodeName();
    if (assigned == null || assigned.isEmpty()) {
      if (pod.getMetadata().getDeletionTimestamp() == null
          && pod.getSpec().getSchedulingGates().isEmpty()) {
        binder.execute(() -> bind(pod));
      }
      return;
    }
    if (!assigned.equals(NAME) || closed) {
      return;
    }
    var known = workers.get(uid);
    if (known != null) {
      known.changed(pod);
      return;
    }
    var namespace = pod.getMetadata().getNamespace();
    var worker = new PodWorker(pod, address(pod), node, () -> timing(namespace));
    workers.put(uid, worker);
    var thread =
        daemon(
            () -> {
              worker.run();
              workers.remove(uid);
              threads.remove(uid);
            });
    thread.setName("pod " + namespace + "/" + pod.getMetadata().getName());
    threads.put(uid, thread);
    thread.start();
  }

  /**
   * The next pod of a StatefulSet at its place gets the address of the one before it: nothing but
   * its uid tells the two apart.
   */
  private String address(Pod pod) {
    var metadata = pod.getMetadata();
    return metadata.getOwnerReferences().stream()
            .anyMatch(owner -> owner.getKind().equals("StatefulSet"))
        ? addresses.again(metadata.getNamespace() + "/" + metadata.getName())
        : addresses.next();
  }

  private void forget(Pod pod) {
    var worker = workers.get(pod.getMetadata().getUid());
    if (worker != null) {
      worker.gone();
    }
  }

  private void bind(Pod pod) {
    var metadata = pod.getMetadata();
    try {
      client
          .bindings()
          .inNamespace(metadata.getNamespace())
          .resource(
              new BindingBuilder()
                  .withNewMetadata()
                  .withName(metadata.getName())
                  .withUid(metadata.getUid())
                  .endMetadata()
                  .withNewTarget()
                  .withApiVersion("v1")
                  .withKind("Node")
                  .withName(NAME)
                  .endTarget()
                  .build())
          .create();
    } catch (KubernetesClientException e) {
      // bound already, or gone: both are seen in what the informer tells next
      if (e.getCode() != 404 && e.getCode() != 409) {
        log.warn("binding {}/{}: {}", metadata.getNamespace(), metadata.getName(), e.toString());
      }
    }
  }

  private <T extends HasMetadata> ResourceEventHandler<T> onSource() {
    return new ResourceEventHandler<>() {
      @Override
      public void onAdd(T source) {
        tell(source);
      }

      @Override
      public void onUpdate(T before, T source) {
        tell(source);
      }

      @Override
      public void onDelete(T source, boolean unknown) {
        tell(source);
      }
    };
  }

  private void tell(HasMetadata source) {
    for (var worker : workers.values()) {
      if (worker.namespace().equals(source.getMetadata().getNamespace())) {
        worker.changed(source);
      }
    }
  }

  private static Thread daemon(Runnable task) {
    var thread = new Thread(task, "local-node");
    thread.setDaemon(true);
    return thread;
  }

  private record Cached(
      SharedIndexInformer<ConfigMap> configMaps, SharedIndexInformer<Secret> secrets, NodeApi api)
      implements Sources {

    @Override
    public Optional<ConfigMap> configMap(String namespace, String name) {
      return Optional.ofNullable(configMaps.getStore().getByKey(namespace + "/" + name));
    }

    @Override
    public Optional<Secret> secret(String namespace, String name) {
      return Optional.ofNullable(secrets.getStore().getByKey(namespace + "/" + name));
    }

    @Override
    public String token(Pod pod, String audience, long expirationSeconds) {
      return api.token(pod, audience, expirationSeconds);
    }
  }
}
