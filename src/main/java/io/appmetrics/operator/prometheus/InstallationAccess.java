package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.apiserver.ApiFailure;
import io.appmetrics.operator.prometheus.InstallationObservation.Certificates;
import io.appmetrics.operator.scrapeconfig.UnparsableConfig;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The edge of an installation loop: what it reads and writes of the cluster and of Prometheus. */
public final class InstallationAccess implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(InstallationAccess.class);

  /** The field manager of nudges; one manager for each purpose, or two purposes undo each other. */
  static final String NUDGE_MANAGER = "appmetrics-operator-nudge";

  private static final String NUDGE = "appmetrics.io/nudge";

  /**
   * What the admin says of an installation.
   *
   * @param workload the Deployment that runs it
   * @param url where Prometheus is asked instead of at its pods' addresses, or null
   * @param certificates the directory of the mesh's certificates in its container, or null
   */
  public record Settings(WorkloadRef workload, @Nullable URI url, @Nullable String certificates) {}

  /**
   * What became of a write.
   *
   * @param outcome how it ended
   * @param refusal the API server's words where it would refuse again; null otherwise
   */
  record Written(Outcome outcome, @Nullable String refusal) {}

  private final KubernetesClient client;
  private final PrometheusApi api;
  private final Settings settings;
  private final Clock clock;
  private final ReplicaPoll poll;
  private final Watches watches;
  private final Map<String, URI> bases = new HashMap<>();
  private @Nullable ConfigMap configMap;
  private @Nullable ConfigText configText;

  /** Connects an installation to the cluster. */
  public InstallationAccess(
      KubernetesClient client, PrometheusApi api, Settings settings, Clock clock) {
    this.client = client;
    this.api = api;
    this.settings = settings;
    this.clock = clock;
    this.poll = new ReplicaPoll(api, settings.workload().namespace(), clock);
    this.watches = new Watches(client, settings.workload().namespace());
  }

  WorkloadRef workload() {
    return settings.workload();
  }

  @Nullable URI url() {
    return settings.url();
  }

  void watch(Runnable wake) {
    watches.start(wake, settings.workload().name());
  }

  Optional<Discovery> discover() throws Unreadable {
    Deployment found =
        read(
            workload().toString(),
            "get, list and watch on deployments",
            () ->
                client
                    .apps()
                    .deployments()
                    .inNamespace(workload().namespace())
                    .withName(workload().name())
                    .get());
    return Optional.ofNullable(found).map(Installation::of);
  }

  /** Without this a right that is missing would end each pass before anything of it is told. */
  private <T extends @Nullable Object> T read(String what, String grant, Supplier<T> request)
      throws Unreadable {
    try {
      return request.get();
    } catch (KubernetesClientException e) {
      throw Unreadable.of(workload(), what, grant, ApiFailure.of(e), e);
    }
  }

  private String name(String kind, String name) {
    return "%s %s/%s".formatted(kind, workload().namespace(), name);
  }

  private static String named(String verbs, String resource, String name) {
    return "%s on %s with resourceNames [%s]".formatted(verbs, resource, name);
  }

  Optional<ConfigText> configText(Installation installation) throws Unreadable {
    watches.configMap(installation.configMap());
    ConfigMap found =
        read(
            name("ConfigMap", installation.configMap()),
            named("get, list, watch and update", "configmaps", installation.configMap()),
            () ->
                client
                    .configMaps()
                    .inNamespace(workload().namespace())
                    .withName(installation.configMap())
                    .get());
    configMap = found;
    Map<String, String> data =
        found == null || found.getData() == null ? Map.of() : found.getData();
    String text = data.get(installation.configKey());
    if (found == null || text == null) {
      return Optional.empty();
    }
    ConfigText known = configText;
    if (known == null || !known.text().equals(text)) {
      known = new ConfigText("", text, 0);
    }
    configText = known.at(found.getMetadata().getResourceVersion(), bytes(data) - bytes(text));
    return Optional.of(configText);
  }

  private static int bytes(Map<String, String> data) {
    return data.values().stream().mapToInt(InstallationAccess::bytes).sum();
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  List<ReplicaReading> ask(
      Installation installation, Optional<ConfigText> text, Set<String> userJobs)
      throws Unreadable {
    watches.pods(installation.selector());
    List<Pod> found =
        read(
            "the pods of " + workload(),
            "list and watch on pods",
            () ->
                client
                    .pods()
                    .inNamespace(workload().namespace())
                    .withLabelSelector(installation.selector())
                    .list()
                    .getItems());
    List<Pod> pods =
        found.stream()
            .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
            .filter(pod -> !List.of("Succeeded", "Failed").contains(phase(pod)))
            .sorted(Comparator.comparing(pod -> pod.getMetadata().getName()))
            .toList();
    bases.clear();
    List<ReplicaPoll.Replica> replicas =
        pods.stream()
            .map(
                pod -> {
                  PrometheusContainer container =
                      PrometheusContainer.of(pod, installation.container());
                  URI base = container.running() ? base(installation, pod) : null;
                  if (base != null) {
                    bases.put(pod.getMetadata().getUid(), base);
                  }
                  return new ReplicaPoll.Replica(
                      pod.getMetadata().getName(), pod.getMetadata().getUid(), container, base);
                })
            .toList();
    return poll.ask(replicas, text.flatMap(InstallationAccess::digest).orElse(null), userJobs);
  }

  private @Nullable URI base(Installation installation, Pod pod) {
    if (settings.url() != null) {
      return settings.url();
    }
    String ip = pod.getStatus() == null ? null : pod.getStatus().getPodIP();
    if (ip == null) {
      return null;
    }
    String host = ip.contains(":") ? "[" + ip + "]" : ip;
    return URI.create(
        "http://" + host + ":" + installation.port() + installation.routePrefix() + "/");
  }

  private static String phase(Pod pod) {
    return pod.getStatus() == null ? "" : String.valueOf(pod.getStatus().getPhase());
  }

  private static Optional<String> digest(ConfigText text) {
    try {
      return text.yaml().blockDigest();
    } catch (UnparsableConfig e) {
      return Optional.empty(); // the decision parses it, too, and says so
    }
  }

  Certificates certificates(Installation installation, Optional<ConfigText> text)
      throws Unreadable {
    if (text.isEmpty()) {
      return Certificates.NONE;
    }
    Optional<CertificateFiles> files;
    try {
      files = CertificateFiles.find(installation, text.get().yaml(), settings.certificates());
    } catch (UnparsableConfig e) {
      return Certificates.NONE; // the decision parses it, too, and says so
    }
    return files.map(CertificateFiles::source).orElse(null)
            instanceof CertificateSource.FromSecret source
        ? new Certificates(files, Optional.of(secret(source)))
        : new Certificates(files, Optional.empty());
  }

  private SecretReading secret(CertificateSource.FromSecret source) throws Unreadable {
    try {
      Secret secret =
          client.secrets().inNamespace(workload().namespace()).withName(source.name()).get();
      watches.secret(source.name());
      return secret == null
          ? new SecretReading(true, false, source.keys(), null, null)
          : SecretContent.read(decoded(secret), source.keys());
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_FORBIDDEN) {
        return new SecretReading(false, false, source.keys(), null, null);
      }
      throw Unreadable.of(
          workload(),
          name("Secret", source.name()),
          named("get, list and watch", "secrets", source.name()),
          ApiFailure.of(e),
          e);
    }
  }

  private static Map<String, byte[]> decoded(Secret secret) {
    Map<String, byte[]> data = new HashMap<>();
    if (secret.getData() != null) {
      secret.getData().forEach((key, value) -> data.put(key, Base64.getDecoder().decode(value)));
    }
    return data;
  }

  Written write(Installation installation, Action.WriteConfig write) {
    ConfigMap from = configMap;
    if (from == null || !write.resourceVersion().equals(from.getMetadata().getResourceVersion())) {
      return new Written(Outcome.OVERTAKEN, null);
    }
    ConfigMap edited = from.edit().addToData(installation.configKey(), write.text()).build();
    try {
      client.resource(edited).update();
      return new Written(Outcome.DONE, null);
    } catch (KubernetesClientException e) {
      ApiFailure failure = ApiFailure.of(e);
      return switch (failure.kind()) {
        case OVERTAKEN -> new Written(Outcome.OVERTAKEN, null);
        case REFUSED -> {
          log.warn("{}: the ConfigMap was not written: {}", workload(), failure.words());
          yield new Written(Outcome.refused(failure.words()), failure.words());
        }
        case UNAVAILABLE -> new Written(Outcome.unavailable(failure.words()), null);
      };
    }
  }

  Outcome nudge(Action.Nudge nudge) {
    Pod patch =
        new PodBuilder()
            .withNewMetadata()
            .withNamespace(workload().namespace())
            .withName(nudge.replica().pod())
            .withUid(nudge.replica().uid()) // a pod that was replaced meanwhile is not created
            // a value that stands there already, from an earlier life of ours, would change nothing
            .addToAnnotations(NUDGE, clock.instant() + ": " + nudge.cause().id())
            .endMetadata()
            .build();
    try {
      client
          .resource(patch)
          .patch(
              new PatchContext.Builder()
                  .withPatchType(PatchType.SERVER_SIDE_APPLY)
                  .withFieldManager(NUDGE_MANAGER)
                  .withForce(true)
                  .build());
      return Outcome.DONE;
    } catch (KubernetesClientException e) {
      ApiFailure failure = ApiFailure.of(e);
      return switch (failure.kind()) {
        case OVERTAKEN -> Outcome.OVERTAKEN;
        case REFUSED -> Outcome.refused(failure.words());
        case UNAVAILABLE -> Outcome.unavailable(failure.words());
      };
    }
  }

  Optional<String> reload(Action.Reload reload) {
    URI base = bases.get(reload.replica().uid());
    if (base == null) {
      return Optional.of("the pod is gone");
    }
    try {
      api.reload(base);
      return Optional.empty();
    } catch (PrometheusUnreachable | ReloadRejected e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void close() {
    watches.close();
  }
}
