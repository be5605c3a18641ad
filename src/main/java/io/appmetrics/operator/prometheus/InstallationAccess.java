package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.apiserver.ApiFailure;
import io.appmetrics.operator.apiserver.Deeds;
import io.appmetrics.operator.prometheus.InstallationObservation.Certificates;
import io.appmetrics.operator.scrapeconfig.IncludedFile;
import io.appmetrics.operator.scrapeconfig.ScrapeLimits;
import io.appmetrics.operator.scrapeconfig.UnparsableConfig;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The edge of an installation loop: what it reads and writes of the cluster and of Prometheus. */
public final class InstallationAccess implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(InstallationAccess.class);

  /** The field manager of nudges; one manager for each purpose, or two purposes undo each other. */
  static final String NUDGE_MANAGER = "appmetrics-operator-nudge";

  /** The field manager of the annotation that rolls Prometheus. */
  static final String CERTIFICATES_MANAGER = "appmetrics-operator-certificates";

  private static final Duration REFUSED = Duration.ofSeconds(60);

  private static final String NUDGE = "appmetrics.io/nudge";

  /**
   * What the admin says of an installation.
   *
   * @param workload the Deployment that runs it
   * @param url where Prometheus is asked instead of at its pods' addresses, or null
   * @param certificates the directory of the mesh's certificates in its container, or null
   * @param stateNamespace where the operator keeps what must outlive a crash
   * @param restarts when it may be restarted
   * @param sharded what to do where it divides the pods with others
   * @param limits what one scrape of a job of ours may bring
   * @param federate the installation from which it pulls, in place of scraping; null: it scrapes
   */
  public record Settings(
      WorkloadRef workload,
      @Nullable URI url,
      @Nullable String certificates,
      String stateNamespace,
      RestartPolicy restarts,
      ShardedPolicy sharded,
      ScrapeLimits limits,
      @Nullable Federate federate) {

    /** Of one that scrapes, without limits. */
    public Settings(
        WorkloadRef workload,
        @Nullable URI url,
        @Nullable String certificates,
        String stateNamespace,
        RestartPolicy restarts,
        ShardedPolicy sharded) {
      this(workload, url, certificates, stateNamespace, restarts, sharded, ScrapeLimits.NONE, null);
    }

    /** The ConfigMap of the state: a dot, so that no two installations have the same. */
    public static String stateName(WorkloadRef workload) {
      return "appmetrics-%s.%s".formatted(workload.namespace(), workload.name());
    }
  }

  /**
   * From where an installation pulls.
   *
   * @param from the installation
   * @param url where that answers; null: at its pods
   */
  public record Federate(WorkloadRef from, @Nullable URI url) {}

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
  private final List<WorkloadRef> earlier;
  private final Clock clock;
  private final Deeds deeds;
  private final ReplicaPoll poll;
  private final Watches watches;
  private final Map<String, URI> bases = new HashMap<>();
  private @Nullable ConfigMap configMap;
  private @Nullable ConfigText configText;

  /** What the state is known to be: we are its only writer, and a write on an older one fails. */
  private @Nullable StateReading state;

  /** When it is to be read again all the same. */
  private Instant stateUntil = Instant.MAX;

  private @Nullable ConfigMap stateMap;

  /** Whether something else stood there the last time that it was read. */
  private boolean foreign;

  /**
   * Connects an installation to the cluster.
   *
   * @param earlier those of its namespace that are served before it
   */
  public InstallationAccess(
      KubernetesClient client,
      PrometheusApi api,
      Settings settings,
      List<WorkloadRef> earlier,
      Clock clock,
      Deeds deeds) {
    this.client = client;
    this.deeds = deeds;
    this.api = api;
    this.settings = settings;
    this.earlier = List.copyOf(earlier);
    this.clock = clock;
    this.poll = new ReplicaPoll(api, settings.workload().namespace(), clock);
    this.watches = new Watches(client, settings.workload().namespace());
  }

  WorkloadRef workload() {
    return settings.workload();
  }

  ShardedPolicy sharded() {
    return settings.sharded();
  }

  ScrapeLimits limits() {
    return settings.limits();
  }

  RestartPolicy restarts() {
    return settings.restarts();
  }

  @Nullable URI url() {
    return settings.url();
  }

  void watch(Runnable wake) {
    watches.start(wake, settings.workload().name());
  }

  Optional<Discovery> discover() throws Unreadable {
    Optional<Discovery> found = deployment(workload()).map(Installation::of);
    for (WorkloadRef first : earlier) {
      if (found.orElse(null) instanceof Installation own
          && deployment(first).map(Installation::of).orElse(null) instanceof Installation served
          && served.configMap().equals(own.configMap())) {
        found = Optional.of(own.beside(served, data(configMap(own))));
      }
    }
    return found;
  }

  private Optional<Deployment> deployment(WorkloadRef named) throws Unreadable {
    Deployment found =
        read(
            named.toString(),
            "get, list and watch on deployments",
            () ->
                client
                    .apps()
                    .deployments()
                    .inNamespace(named.namespace())
                    .withName(named.name())
                    .get());
    return Optional.ofNullable(found);
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
    ConfigMap found = configMap(installation);
    configMap = found;
    Map<String, String> data = data(found);
    String text = data.get(installation.configKey());
    if (found == null || text == null) {
      return Optional.empty();
    }
    ConfigText known = configText;
    String version = found.getMetadata().getResourceVersion();
    boolean sameText = known != null && known.text().equals(text);
    if (known != null && sameText && known.resourceVersion().equals(version)) {
      return Optional.of(known); // nothing is hashed again that nobody has written
    }
    String included = included(installation, data);
    ConfigText.Stands stands =
        new ConfigText.Stands(
            version,
            included,
            OtherText.hash(data, installation.configKey()),
            bytes(found) - new ConfigValues(text, included).bytes(),
            files(installation, data),
            Writer.of(found, installation.configKey()),
            Writer.of(found, IncludedFile.NAME));
    configText = known != null && sameText ? known.among(stands) : new ConfigText(text, stands);
    return Optional.of(configText);
  }

  private @Nullable ConfigMap configMap(Installation installation) throws Unreadable {
    return read(
        name("ConfigMap", installation.configMap()),
        named("get, list, watch and update", "configmaps", installation.configMap()),
        () ->
            client
                .configMaps()
                .inNamespace(workload().namespace())
                .withName(installation.configMap())
                .get());
  }

  private static Map<String, String> data(@Nullable ConfigMap found) {
    return found == null || found.getData() == null ? Map.of() : found.getData();
  }

  /** Null where that key holds the configuration itself. */
  private static @Nullable String included(Installation installation, Map<String, String> data) {
    return installation.configKey().equals(IncludedFile.NAME) ? null : data.get(IncludedFile.NAME);
  }

  private static Map<String, String> files(Installation installation, Map<String, String> data) {
    Map<String, String> files = new TreeMap<>(data);
    files.remove(installation.configKey());
    files.remove(IncludedFile.NAME);
    return files;
  }

  /** As the API server counts them against its limit: also what is not text. */
  static int bytes(ConfigMap configMap) {
    Map<String, String> text = configMap.getData();
    Map<String, String> binary = configMap.getBinaryData();
    return (text == null ? 0 : text.values().stream().mapToInt(ConfigValues::bytes).sum())
        + (binary == null
            ? 0
            : binary.values().stream()
                .mapToInt(value -> Base64.getDecoder().decode(value).length)
                .sum());
  }

  List<ReplicaReading> ask(Installation installation, Optional<ConfigText> text, Demand demand)
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
    return poll.ask(
        replicas,
        text.flatMap(ConfigText::blockIfReadable).orElse(null),
        text.map(stands -> List.copyOf(stands.usersFiles(installation.included()).values()))
            .orElse(List.of()),
        demand.userJobs(),
        demand.agents(),
        demand.federating().jobs());
  }

  /** The demand, with where to pull from; also while nothing is wanted yet, for it may stand. */
  Demand sourced(Demand demand) throws Unreadable {
    Federate federate = settings.federate();
    if (federate == null) {
      return demand;
    }
    URI url = federate.url();
    return demand.pulling(
        url != null
            ? demand.federating().from(FederationSource.at(url))
            : FederationSource.of(federate.from(), deployment(federate.from()))
                .into(demand.federating()));
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
          : SecretContent.read(decoded(secret), source.keys())
              .at(created(secret), SecretTimes.written(secret));
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

  private static @Nullable Instant created(Secret secret) {
    String created = secret.getMetadata().getCreationTimestamp();
    return created == null ? null : Instant.parse(created);
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
    String included = write.values().included();
    ConfigMap edited =
        (included == null
                ? from.edit().removeFromData(IncludedFile.NAME)
                : from.edit().addToData(IncludedFile.NAME, included))
            .addToData(installation.configKey(), write.values().text())
            .build();
    try {
      deeds.run(Deeds.Deed.CONFIG, () -> client.resource(edited).update());
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
    return attempted(Deeds.Deed.NUDGE, () -> apply(patch, NUDGE_MANAGER));
  }

  /** Forced: it is nobody's but ours, and a rollout that was undone moves it to another manager. */
  private HasMetadata apply(HasMetadata patch, String manager) {
    return client
        .resource(patch)
        .patch(
            new PatchContext.Builder()
                .withPatchType(PatchType.SERVER_SIDE_APPLY)
                .withFieldManager(manager)
                .withForce(true)
                .build());
  }

  private Outcome attempted(Deeds.Deed deed, Supplier<HasMetadata> write) {
    try {
      deeds.run(deed, write);
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

  /** What was done before, by this process or another; read again only when it may be another. */
  StateReading state() {
    StateReading known = state;
    if (known != null && clock.instant().isBefore(stateUntil)) {
      return known;
    }
    String name = Settings.stateName(workload());
    String full = "ConfigMap %s/%s".formatted(settings.stateNamespace(), name);
    try {
      ConfigMap found =
          client.configMaps().inNamespace(settings.stateNamespace()).withName(name).get();
      stateMap = found;
      known =
          StateReading.of(
              found == null || found.getData() == null
                  ? InstallationState.NONE
                  : InstallationState.decode(found.getData()));
    } catch (IllegalArgumentException e) {
      if (!foreign) { // not once more with every pass
        log.warn("{} is none of ours: {}", full, e.getMessage());
      }
      foreign = true;
      return StateReading.unreadable(
          "%s holds something else than the operator has written; see what was done, and delete it"
              .formatted(full)); // looked at again: somebody may mend it
    } catch (KubernetesClientException e) {
      return StateReading.unreadable(
          "%s cannot be read (%s)".formatted(full, ApiFailure.of(e).words()));
    }
    foreign = false;
    state = known;
    stateUntil = Instant.MAX;
    return known;
  }

  /** Writes what must outlive a crash; only when that is done, anything may be done. */
  Outcome remember(InstallationState next) {
    ConfigMap from = stateMap;
    ConfigMap written =
        (from == null
                ? new ConfigMapBuilder()
                    .withNewMetadata()
                    .withNamespace(settings.stateNamespace())
                    .withName(Settings.stateName(workload()))
                    .endMetadata()
                : new ConfigMapBuilder(from))
            .withData(next.encode())
            .build();
    StateReading known = state;
    state = null; // whatever comes of it, what is known is no longer so
    try {
      ConfigMap stored =
          deeds.run(
              Deeds.Deed.STATE,
              () ->
                  from == null
                      ? client.resource(written).create()
                      : client.resource(written).update());
      stateMap = stored;
      state = StateReading.of(next);
      return Outcome.DONE;
    } catch (KubernetesClientException e) {
      ApiFailure failure = ApiFailure.of(e);
      return switch (failure.kind()) {
        case OVERTAKEN -> Outcome.OVERTAKEN;
        case REFUSED -> {
          state = unwritable(known, failure.words());
          stateUntil = clock.instant().plus(REFUSED);
          yield Outcome.refused(failure.words());
        }
        case UNAVAILABLE -> Outcome.unavailable(failure.words());
      };
    }
  }

  /** It would be refused again: until then, what needs a memory is not done. */
  private StateReading unwritable(@Nullable StateReading known, String words) {
    return StateReading.unwritable(
        known == null ? InstallationState.NONE : known.state(),
        "ConfigMap %s/%s cannot be written (%s); apply the manifests of this release"
            .formatted(settings.stateNamespace(), Settings.stateName(workload()), words));
  }

  /** Restarts as it was decided. */
  Outcome restart(Installation installation, Action.Restart restart) {
    return switch (restart.restart().way()) {
      case QUIT -> quit(restart.replica());
      case TEMPLATE -> rollOut(installation, restart.restart().cause());
    };
  }

  private Outcome quit(ReplicaReading replica) {
    URI base = bases.get(replica.uid());
    if (base == null) {
      return Outcome.OVERTAKEN; // the pod is gone
    }
    deeds.at(Deeds.Deed.QUIT, Deeds.Moment.BEFORE);
    try {
      api.quit(base);
    } catch (ReloadRejected e) {
      return Outcome.refused(String.valueOf(e.getMessage()));
    } catch (PrometheusUnreachable e) {
      return Outcome.unavailable(String.valueOf(e.getMessage()));
    }
    deeds.at(Deeds.Deed.QUIT, Deeds.Moment.AFTER);
    return Outcome.DONE;
  }

  private Outcome rollOut(Installation installation, String cause) {
    Deployment patch =
        new DeploymentBuilder()
            .withNewMetadata()
            .withNamespace(workload().namespace())
            .withName(workload().name())
            .withUid(installation.uid()) // one that is gone is not created
            .withResourceVersion(installation.rollout().resourceVersion())
            .endMetadata()
            .withNewSpec()
            .withNewTemplate()
            .withNewMetadata()
            .addToAnnotations(Installation.CERTIFICATES, cause)
            .endMetadata()
            .endTemplate()
            .endSpec()
            .build();
    return attempted(Deeds.Deed.RESTART, () -> apply(patch, CERTIFICATES_MANAGER));
  }

  Optional<String> reload(Action.Reload reload) {
    URI base = bases.get(reload.replica().uid());
    if (base == null) {
      return Optional.of("the pod is gone");
    }
    deeds.at(Deeds.Deed.RELOAD, Deeds.Moment.BEFORE);
    try {
      api.reload(base);
      deeds.at(Deeds.Deed.RELOAD, Deeds.Moment.AFTER);
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
