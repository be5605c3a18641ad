package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.scrapeconfig.IncludedFile;
import io.appmetrics.operator.scrapeconfig.PrometheusYaml;
import io.appmetrics.operator.scrapeconfig.TlsFiles;
import io.appmetrics.operator.scrapeconfig.UnparsableConfig;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStrategy;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A Prometheus installation as its workload's pod template describes it: discovered, not
 * configured.
 *
 * @param workload which workload this is
 * @param uid the identity of that Deployment; empty where nobody gave it one
 * @param selector the label selector of its pods
 * @param container the container that runs Prometheus
 * @param image the image of that container
 * @param configMap the ConfigMap that holds the configuration, in the workload's namespace
 * @param configKey the key of the configuration in it
 * @param included our own file beside the configuration; null where it would not be seen
 * @param projected false where the file is a subPath mount, which the kubelet never updates
 *     (kubernetes#50345)
 * @param port the port that Prometheus listens on
 * @param routePrefix the path below which its API lives; empty or beginning with a slash
 * @param lifecycle whether {@code POST /-/reload} is enabled
 * @param reloader who reloads after a change of the file, for a message; null where nobody does
 * @param mounts what is mounted into that container, longest path first
 * @param outputCerts the directory into which an Istio agent writes certificates, if one does
 * @param rollout how its pods would be replaced
 */
public record Installation(
    WorkloadRef workload,
    String uid,
    LabelSelector selector,
    String container,
    String image,
    String configMap,
    String configKey,
    @Nullable OwnFile included,
    boolean projected,
    int port,
    String routePrefix,
    boolean lifecycle,
    @Nullable String reloader,
    List<Mount> mounts,
    Optional<String> outputCerts,
    Rollout rollout)
    implements Discovery {

  /**
   * The annotation of the pod template that is written to roll the pods, with what they are rolled
   * for. That it is absent says nothing: a rollout is undone, a chart applied again.
   */
  public static final String CERTIFICATES = "appmetrics.io/certificates";

  private static final int DEFAULT_PORT = 9090;
  private static final Pattern OUTPUT_CERTS =
      Pattern.compile("[\"']?OUTPUT_CERTS[\"']?\\s*:\\s*[\"']?([^\"'\\s,}]+)");

  /**
   * A volume in the Prometheus container.
   *
   * @param path where it is mounted
   * @param secret the Secret behind it, or null
   * @param items for a Secret with items: the key behind each relative path; else empty
   */
  public record Mount(String path, @Nullable String secret, Map<String, String> items) {

    boolean holds(String file) {
      return file.startsWith(withSlash(path));
    }

    boolean isAt(String directory) {
      return withSlash(path).equals(withSlash(directory));
    }

    boolean looksLikeIstios() {
      return secret != null
          && (secret.startsWith("istio.") || path.matches(".*/(istio|prom)-certs/?"));
    }

    /** The key of the Secret that a file of this mount shows. */
    String keyOf(String file) {
      String relative = file.substring(withSlash(path).length());
      return items.getOrDefault(relative, relative);
    }
  }

  /**
   * Where Prometheus sees another key of its ConfigMap.
   *
   * @param path of the file
   * @param configDirectory where relative patterns of the configuration begin
   * @param items the file name behind each key, where the volume shows chosen keys only; else empty
   */
  public record OwnFile(String path, String configDirectory, Map<String, String> items) {

    /** Of a volume that shows every key. */
    public OwnFile(String path, String configDirectory) {
      this(path, configDirectory, Map.of());
    }

    /** The path of the file that shows a key; empty where it is not shown. */
    Optional<String> of(String key) {
      String name = items.isEmpty() ? key : items.get(key);
      return Optional.ofNullable(name)
          .map(file -> path.substring(0, path.length() - ownName().length()) + file);
    }

    private String ownName() {
      return items.getOrDefault(IncludedFile.NAME, IncludedFile.NAME);
    }
  }

  /**
   * How the pods of an installation are replaced when its pod template changes.
   *
   * @param resourceVersion of the Deployment
   * @param generation of the Deployment: it changes with its spec, and not with its status
   * @param certificates the value of {@link #CERTIFICATES} in the pod template; null without it
   * @param obstacle why that would not work, or do harm, and what to do; null where it works
   */
  public record Rollout(
      String resourceVersion,
      long generation,
      @Nullable String certificates,
      @Nullable String obstacle) {}

  /**
   * Whether this can be served beside one that is served already: each writes its own jobs, and two
   * in one place would write each other's over for ever.
   *
   * @param first that one, in the same namespace
   * @param data of the ConfigMap of this
   */
  Discovery beside(Installation first, Map<String, String> data) {
    if (!configMap.equals(first.configMap)) {
      return this;
    }
    String place = "ConfigMap %s/%s".formatted(workload.namespace(), configMap);
    if (configKey.equals(first.configKey)) {
      return new Undiscovered(
          "%s reads the key %s of %s, which the operator writes for %s already: give each a key of its own"
              .formatted(workload, configKey, place, first.workload));
    }
    return includesOwn(data) || first.includesOwn(data)
        ? new Undiscovered(
            "%s and %s read %s, and the key %s of it is one for both: give each a ConfigMap of its own, or leave that key out of scrape_config_files of both"
                .formatted(workload, first.workload, place, IncludedFile.NAME))
        : this;
  }

  private boolean includesOwn(Map<String, String> data) {
    String text = data.get(configKey);
    if (included == null || text == null) {
      return false;
    }
    try {
      return PrometheusYaml.parse(text)
              .includes()
              .matching(included.configDirectory(), included.path())
          > 0;
    } catch (UnparsableConfig e) {
      return false; // nothing is written into it
    }
  }

  /** Reads an installation off its Deployment. */
  public static Discovery of(Deployment deployment) {
    WorkloadRef ref =
        new WorkloadRef(
            deployment.getMetadata().getNamespace(), deployment.getMetadata().getName());
    Optional<String> owner =
        deployment.getMetadata().getOwnerReferences().stream()
            .filter(o -> Boolean.TRUE.equals(o.getController()))
            .map(o -> o.getKind() + " " + o.getName())
            .findFirst();
    if (owner.isPresent()) {
      return new Undiscovered(
          ref
              + " is run by "
              + owner.get()
              + ", which writes its configuration: declare a PodMonitor there, or name another"
              + " Prometheus in APPMETRICS_PROMETHEUS");
    }
    PodSpec pod = deployment.getSpec().getTemplate().getSpec();
    for (Container container : pod.getContainers()) {
      Optional<String> file = flag(container, "config.file");
      if (file.isPresent()) {
        return of(deployment, ref, pod, container, file.get());
      }
    }
    return new Undiscovered(
        "No container of "
            + ref
            + " has the argument --config.file, so the operator cannot tell which ConfigMap holds"
            + " its configuration; add the argument, or name another workload in"
            + " APPMETRICS_PROMETHEUS");
  }

  private static Discovery of(
      Deployment deployment, WorkloadRef ref, PodSpec pod, Container container, String file) {
    Map<String, Volume> volumes =
        pod.getVolumes().stream().collect(Collectors.toMap(Volume::getName, v -> v, (a, b) -> a));
    Optional<VolumeMount> mount =
        container.getVolumeMounts().stream()
            .filter(m -> file.equals(m.getMountPath()) || holds(m.getMountPath(), file))
            .max(Comparator.comparingInt(m -> m.getMountPath().length()));
    Optional<Volume> volume = mount.map(m -> volumes.get(m.getName()));
    if (volume.isEmpty() || volume.get().getConfigMap() == null) {
      return new Undiscovered(
          ref
              + " reads its configuration from "
              + file
              + ", which is not on a volume of a ConfigMap: the operator edits a ConfigMap and"
              + " nothing else; mount one there");
    }
    String routePrefix = routePrefix(container);
    if (!isPath(routePrefix)) {
      return new Undiscovered(
          "%s has the route prefix %s, which is no path of a URL: correct --web.route-prefix or --web.external-url"
              .formatted(ref, routePrefix));
    }
    Map<String, String> keys = keys(volume.get().getConfigMap().getItems());
    boolean subPath = mount.get().getSubPath() != null && !mount.get().getSubPath().isEmpty();
    String relative =
        subPath ? mount.get().getSubPath() : file.substring(mount.get().getMountPath().length());
    String key = relative.startsWith("/") ? relative.substring(1) : relative;
    Map<String, String> annotations =
        deployment.getSpec().getTemplate().getMetadata() == null
            ? Map.of()
            : Optional.ofNullable(deployment.getSpec().getTemplate().getMetadata().getAnnotations())
                .orElse(Map.of());
    return new Installation(
        ref,
        Optional.ofNullable(deployment.getMetadata().getUid()).orElse(""),
        deployment.getSpec().getSelector(),
        container.getName(),
        Optional.ofNullable(container.getImage()).orElse(""),
        volume.get().getConfigMap().getName(),
        keys.getOrDefault(key, key),
        subPath ? null : ownFile(mount.get(), keys, file),
        !subPath,
        flag(container, "web.listen-address").map(Installation::portOf).orElse(DEFAULT_PORT),
        routePrefix,
        isSet(container, "web.enable-lifecycle"),
        reloader(pod, container),
        mounts(container, volumes),
        outputCerts(pod, annotations),
        rollout(deployment, ref, container, volumes, annotations.get(CERTIFICATES)));
  }

  /** Null where the volume shows chosen keys only, and ours is none of them. */
  private static @Nullable OwnFile ownFile(
      VolumeMount mount, Map<String, String> keys, String configFile) {
    String name =
        keys.isEmpty()
            ? IncludedFile.NAME
            : keys.entrySet().stream()
                .filter(item -> item.getValue().equals(IncludedFile.NAME))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(null);
    return name == null || configFile.endsWith("/" + name)
        ? null
        : new OwnFile(
            withSlash(mount.getMountPath()) + name,
            configFile.substring(0, configFile.lastIndexOf('/')),
            keys.entrySet().stream()
                .collect(
                    Collectors.toMap(
                        Map.Entry::getValue, Map.Entry::getKey, (first, second) -> first)));
  }

  private static Rollout rollout(
      Deployment deployment,
      WorkloadRef ref,
      Container container,
      Map<String, Volume> volumes,
      @Nullable String certificates) {
    return new Rollout(
        Optional.ofNullable(deployment.getMetadata().getResourceVersion()).orElse(""),
        Optional.ofNullable(deployment.getMetadata().getGeneration()).orElse(0L),
        certificates,
        obstacle(deployment, ref, container, volumes).orElse(null));
  }

  private static Optional<String> obstacle(
      Deployment deployment, WorkloadRef ref, Container container, Map<String, Volume> volumes) {
    if (Boolean.TRUE.equals(deployment.getSpec().getPaused())) {
      return Optional.of(
          "%s is paused, so that it replaces no pod: kubectl -n %s rollout resume deployment %s"
              .formatted(ref, ref.namespace(), ref.name()));
    }
    if (!oldAndNewRunTogether(deployment)) {
      return Optional.empty();
    }
    return container.getVolumeMounts().stream()
        .map(VolumeMount::getName)
        .flatMap(name -> Stream.ofNullable(volumes.get(name)))
        .filter(volume -> volume.getPersistentVolumeClaim() != null)
        .map(Volume::getName)
        .findFirst()
        .map(
            volume ->
                "the old and the new pod of its rolling update would both hold volume %s, which is a PersistentVolumeClaim: set the strategy of %s to Recreate, or add the argument --web.enable-lifecycle"
                    .formatted(volume, ref));
  }

  private static boolean oldAndNewRunTogether(Deployment deployment) {
    DeploymentStrategy strategy = deployment.getSpec().getStrategy();
    if (strategy != null && "Recreate".equals(strategy.getType())) {
      return false;
    }
    IntOrString surge =
        strategy == null || strategy.getRollingUpdate() == null
            ? null
            : strategy.getRollingUpdate().getMaxSurge();
    return surge == null || !List.of("0", "0%").contains(String.valueOf(surge.getValue()));
  }

  /**
   * Where the certificates of a mutual TLS job come from, if from anywhere.
   *
   * @param files the files that the job names
   */
  public CertificateSource sourceOf(TlsFiles files) {
    List<String> paths = List.of(files.caFile(), files.certFile(), files.keyFile());
    Optional<Mount> mount = mounts.stream().filter(m -> m.holds(files.certFile())).findFirst();
    if (mount.isPresent()
        && mount.get().secret() != null
        && paths.stream().allMatch(mount.get()::holds)) {
      return new CertificateSource.FromSecret(
          mount.get().secret(), paths.stream().map(mount.get()::keyOf).distinct().toList());
    }
    return new CertificateSource.FromDirectory(
        files.certFile().substring(0, Math.max(1, files.certFile().lastIndexOf('/'))));
  }

  /**
   * The files that this pod template offers for mutual TLS: a directory that an Istio agent fills,
   * or a mounted Secret that looks like Istio's.
   */
  public Optional<TlsFiles> offeredCertificates() {
    Stream<String> filled =
        outputCerts.stream().filter(dir -> mounts.stream().anyMatch(m -> m.isAt(dir)));
    Stream<String> mounted = mounts.stream().filter(Mount::looksLikeIstios).map(Mount::path);
    return Stream.concat(filled, mounted).findFirst().map(Installation::istioFiles);
  }

  /** The Secrets that the operator has to read: those that look like Istio's. */
  public List<String> certificateSecrets() {
    return mounts.stream()
        .filter(Mount::looksLikeIstios)
        .flatMap(mount -> Stream.ofNullable(mount.secret()))
        .distinct()
        .toList();
  }

  /** The file names that Istio's agent and Citadel use, in a directory. */
  public static TlsFiles istioFiles(String directory) {
    String dir = withSlash(directory);
    return new TlsFiles(dir + "root-cert.pem", dir + "cert-chain.pem", dir + "key.pem");
  }

  private static boolean holds(String directory, String file) {
    return file.startsWith(withSlash(directory));
  }

  private static String withSlash(String directory) {
    return directory.endsWith("/") ? directory : directory + "/";
  }

  private static Map<String, String> keys(@Nullable List<KeyToPath> items) {
    Map<String, String> keys = new HashMap<>();
    for (KeyToPath item : items == null ? List.<KeyToPath>of() : items) {
      keys.put(item.getPath(), item.getKey());
    }
    return keys;
  }

  private static List<Mount> mounts(Container container, Map<String, Volume> volumes) {
    List<Mount> mounts = new ArrayList<>();
    for (VolumeMount mount : container.getVolumeMounts()) {
      Volume volume = volumes.get(mount.getName());
      boolean whole = mount.getSubPath() == null || mount.getSubPath().isEmpty();
      mounts.add(
          volume != null && volume.getSecret() != null && whole
              ? new Mount(
                  mount.getMountPath(),
                  volume.getSecret().getSecretName(),
                  new TreeMap<>(keys(volume.getSecret().getItems())))
              : new Mount(mount.getMountPath(), null, Map.of()));
    }
    mounts.sort(Comparator.comparingInt((Mount m) -> m.path().length()).reversed());
    return mounts;
  }

  private static Optional<String> outputCerts(PodSpec pod, Map<String, String> annotations) {
    Stream<String> fromAgent =
        Stream.concat(pod.getInitContainers().stream(), pod.getContainers().stream())
            .flatMap(c -> c.getEnv().stream())
            .filter(env -> env.getName().equals("OUTPUT_CERTS") && env.getValue() != null)
            .map(env -> env.getValue());
    Matcher proxyConfig =
        OUTPUT_CERTS.matcher(annotations.getOrDefault("proxy.istio.io/config", ""));
    Stream<String> fromConfig = proxyConfig.find() ? Stream.of(proxyConfig.group(1)) : Stream.of();
    return Stream.concat(fromAgent, fromConfig).filter(dir -> !dir.isEmpty()).findFirst();
  }

  private static @Nullable String reloader(PodSpec pod, Container prometheus) {
    if (isSet(prometheus, "config.auto-reload")) {
      return "Prometheus itself (--config.auto-reload)";
    }
    return pod.getContainers().stream()
        .filter(c -> flag(c, "reload-url").or(() -> flag(c, "webhook-url")).isPresent())
        .map(c -> "container " + c.getName())
        .findFirst()
        .orElse(null);
  }

  private static String routePrefix(Container container) {
    String given =
        flag(container, "web.route-prefix")
            .or(() -> flag(container, "web.external-url").map(Installation::pathOf))
            .orElse("");
    String trimmed = given.replaceAll("^/+|/+$", "");
    return trimmed.isEmpty() ? "" : "/" + trimmed;
  }

  private static boolean isPath(String routePrefix) {
    try {
      return new URI("http://prometheus" + routePrefix + "/")
          .getRawPath()
          .equals(routePrefix + "/");
    } catch (URISyntaxException e) {
      return false;
    }
  }

  /** Without a route prefix, Prometheus serves below the path of its external URL. */
  private static String pathOf(String externalUrl) {
    return externalUrl.replaceFirst("^[a-z]+://[^/]*", "");
  }

  private static int portOf(String address) {
    Matcher port = Pattern.compile(":(\\d+)$").matcher(address);
    return port.find() ? Integer.parseInt(port.group(1)) : DEFAULT_PORT;
  }

  private static Stream<String> words(Container container) {
    return Stream.concat(
        Optional.ofNullable(container.getCommand()).orElse(List.of()).stream(),
        Optional.ofNullable(container.getArgs()).orElse(List.of()).stream());
  }

  private static Optional<String> flag(Container container, String name) {
    List<String> words = words(container).toList();
    for (int i = 0; i < words.size(); i++) {
      Matcher flag =
          Pattern.compile("--?" + Pattern.quote(name) + "(?:=(.*))?").matcher(words.get(i));
      if (flag.matches()) {
        String value = flag.group(1);
        return Optional.ofNullable(
            value != null ? value : i + 1 < words.size() ? words.get(i + 1) : null);
      }
    }
    return Optional.empty();
  }

  private static boolean isSet(Container container, String name) {
    return words(container)
        .anyMatch(word -> word.equals("--" + name) || word.equals("--" + name + "=true"));
  }
}
