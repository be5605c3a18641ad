package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.prometheus.InstallationObservation.Certificates;
import io.appmetrics.operator.prometheus.InstallationObservation.Refusal;
import io.appmetrics.operator.prometheus.InstallationObservation.TakenBack;
import io.appmetrics.operator.relabel.RelabelModel;
import io.appmetrics.operator.scrapeconfig.BlockText;
import io.appmetrics.operator.scrapeconfig.LoadedConfig;
import io.appmetrics.operator.scrapeconfig.PrometheusVersion;
import io.appmetrics.operator.scrapeconfig.PrometheusYaml;
import io.appmetrics.operator.scrapeconfig.ScrapeBlock;
import io.appmetrics.operator.scrapeconfig.ScrapeLimits;
import io.appmetrics.operator.scrapeconfig.SlotJobs;
import io.appmetrics.operator.scrapeconfig.TlsFiles;
import io.appmetrics.operator.scrapeconfig.UnparsableConfig;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is seen of an installation whose ConfigMap holds what is wanted and whose one replica runs
 * it, certificates included, until a test says what is otherwise.
 */
final class SeenInstallation {
  static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  static final WorkloadRef WORKLOAD = new WorkloadRef("istio-system", "prometheus");
  static final String PLACE = "ConfigMap istio-system/prometheus (key prometheus.yml)";
  static final String IMAGE = "prom/prometheus:v3.16.0";
  static final PrometheusVersion TODAY = PrometheusVersion.parse("3.16.0");
  static final SlotJobs PLAIN = SlotJobs.named(List.of("appmetrics-1"));
  static final SlotJobs MUTUAL =
      SlotJobs.named(List.of("appmetrics-1", "appmetrics-1-istio-secure"));
  static final TlsFiles FILES = Installation.istioFiles("/etc/istio-certs");
  static final CertificateFiles FROM_SECRET =
      new CertificateFiles(
          FILES,
          new CertificateSource.FromSecret(
              "istio.default", List.of("root-cert.pem", "cert-chain.pem", "key.pem")));
  static final CertificateFiles FROM_DIRECTORY =
      new CertificateFiles(FILES, new CertificateSource.FromDirectory("/etc/istio-certs"));
  static final SecretReading SECRET =
      new SecretReading(true, true, List.of(), "c0ffee", NOW.plus(Duration.ofDays(1)));
  static final String USERS =
      """
      # the user's own
      global:
        scrape_interval: 15s
      scrape_configs:
      - job_name: kubernetes-pods
      """;

  /** What runs was loaded well. */
  static final InstallationState REMEMBERED =
      InstallationState.NONE.good(ScrapeBlock.render(MUTUAL, TODAY, FILES));

  Optional<Discovery> discovery = Optional.of(installation(true, null));
  @Nullable String text = withJobs(MUTUAL, FILES);
  @Nullable String included;
  Writer writer = new Writer("kubectl", NOW.minus(Duration.ofHours(1)));
  Writer includedWriter = Writer.NOBODY;
  String others = "0ther";
  int otherBytes;
  Map<String, String> otherKeys = Map.of();
  @Nullable URI url;

  /** The API server's words to a write of whatever is wanted. */
  @Nullable String refusal;

  /** What that write was; the one that is wanted now, unless said else. */
  @Nullable String refusedText;

  /** That another writer takes our jobs out. */
  @Nullable TakenBack takenBack;

  @Nullable CertificateFiles files = FROM_SECRET;
  @Nullable SecretReading secret = SECRET;
  ScrapeLimits limits = ScrapeLimits.NONE;
  Demand demand = new Demand(MUTUAL, true);
  StateReading state = StateReading.of(REMEMBERED);
  RestartPolicy policy = RestartPolicy.DEFAULT;
  ShardedPolicy sharded = ShardedPolicy.REFUSE;
  @Nullable ScrapeFacts before;
  final List<Replica> replicas = new ArrayList<>(List.of(new Replica("prometheus-1")));

  static SeenInstallation well() {
    return new SeenInstallation();
  }

  /** All is well, but for what {@code otherwise} does to it. */
  static SeenInstallation but(Consumer<SeenInstallation> otherwise) {
    SeenInstallation seen = new SeenInstallation();
    otherwise.accept(seen);
    return seen;
  }

  static Installation installation(boolean lifecycle, @Nullable String reloader) {
    return installation(lifecycle, reloader, true);
  }

  static Installation installation(
      boolean lifecycle, @Nullable String reloader, boolean projected) {
    return new Installation(
        WORKLOAD,
        "uid-of-the-deployment",
        new LabelSelectorBuilder().addToMatchLabels("app", "prometheus").build(),
        "prometheus-server",
        IMAGE,
        "prometheus",
        "prometheus.yml",
        projected
            ? new Installation.OwnFile("/etc/prometheus/appmetrics.yml", "/etc/prometheus")
            : null,
        projected,
        9090,
        "",
        lifecycle,
        reloader,
        List.of(),
        Optional.empty(),
        new Installation.Rollout("7", 3, null, null));
  }

  /** The user's text with these jobs in it, for the Prometheus of today. */
  static String withJobs(SlotJobs jobs, @Nullable TlsFiles tls) {
    return withJobs(jobs, TODAY, tls);
  }

  static String withJobs(SlotJobs jobs, PrometheusVersion version, @Nullable TlsFiles tls) {
    try {
      return PrometheusYaml.parse(USERS).with(ScrapeBlock.render(jobs, version, tls));
    } catch (UnparsableConfig e) {
      throw new IllegalStateException(e);
    }
  }

  /** Our jobs in a configuration. */
  static BlockText block(String configuration) {
    try {
      return BlockText.in(configuration).orElseThrow();
    } catch (UnparsableConfig e) {
      throw new IllegalStateException(e);
    }
  }

  private RelabelModel model(String text) {
    try {
      return RelabelModel.ofLoaded(text, replica().version, "istio-system");
    } catch (UnparsableConfig e) {
      throw new IllegalArgumentException(e);
    }
  }

  static LoadedConfig loaded(String text) {
    try {
      return LoadedConfig.parse(text);
    } catch (UnparsableConfig e) {
      throw new IllegalStateException(e);
    }
  }

  /** A Prometheus pod that has run what stands in the ConfigMap for an hour, unless said else. */
  final class Replica {
    final String pod;
    PrometheusVersion version = TODAY;
    @Nullable String running;
    boolean reloadSucceeded = true;
    Instant startedAt = NOW.minus(Duration.ofHours(2));

    /** What the kubelet says, where it is another process than the one that answered. */
    @Nullable Instant containerStartedAt;

    /** Since when its pod is ready; null while it is not. */
    @Nullable Instant readySince = NOW.minus(Duration.ofHours(2));

    @Nullable Instant podSince;

    Instant loadedAt = NOW.minus(Duration.ofHours(1));
    final Set<String> poolsMissing = new TreeSet<>();

    /** Beside those of the configuration. */
    final Set<String> poolsToo = new TreeSet<>();

    Map<String, List<ActiveTarget>> targets = Map.of();
    String image = IMAGE;
    boolean runs = true;
    boolean failing;
    boolean ambient;
    boolean everAnswered = true;
    PrometheusContainer.@Nullable End end;
    @Nullable String silence;
    @Nullable Instant silentSince;
    int failedPolls;

    Replica(String pod) {
      this.pod = pod;
    }

    Replica silent(int polls, Duration since) {
      silence = "cannot connect";
      silentSince = NOW.minus(since);
      failedPolls = polls;
      return this;
    }

    String uid() {
      return "uid-of-" + pod;
    }

    ReplicaReading reading() {
      return new ReplicaReading(
          pod,
          uid(),
          new PrometheusContainer(
              image, runs, failing, runs ? container() : null, ambient, end, readySince, podSince),
          everAnswered ? answer() : null,
          silence,
          silentSince,
          failedPolls);
    }

    private Instant container() {
      return containerStartedAt != null ? containerStartedAt : startedAt;
    }

    private ReplicaReading.Answer answer() {
      String runs = running != null ? running : text != null ? text : USERS;
      LoadedConfig config = loaded(runs);
      Set<String> pools = new TreeSet<>(config.jobNames());
      pools.addAll(poolsToo);
      pools.removeAll(poolsMissing);
      return new ReplicaReading.Answer(
          version,
          new RuntimeInfo(startedAt, reloadSucceeded, loadedAt),
          config.including(pools, Set.of(), List.of()),
          model(runs),
          pools,
          new TreeMap<>(targets));
    }
  }

  Replica replica() {
    return replicas.get(0);
  }

  Replica another(String pod) {
    Replica replica = new Replica(pod);
    replicas.add(replica);
    return replica;
  }

  /** No pool for the mutual TLS job: as when Prometheus started before its certificates. */
  SeenInstallation poolMissing() {
    replicas.forEach(replica -> replica.poolsMissing.add("appmetrics-1-istio-secure"));
    return this;
  }

  InstallationObservation observation() {
    return observation(text == null ? null : new ConfigText(text, stands()));
  }

  ConfigText.Stands stands() {
    return new ConfigText.Stands(
        "42", included, others, otherBytes, otherKeys, writer, includedWriter);
  }

  /** The same with a text that may have been looked at before. */
  InstallationObservation observation(@Nullable ConfigText configText) {
    return new InstallationObservation(
        WORKLOAD,
        discovery,
        Optional.ofNullable(configText),
        url,
        refusal == null ? null : new Refusal(new ConfigValues(refusedText(), null), refusal),
        takenBack,
        new Certificates(Optional.ofNullable(files), Optional.ofNullable(secret)),
        demand,
        replicas.stream().map(Replica::reading).toList(),
        state,
        policy,
        sharded,
        limits,
        before);
  }

  private String refusedText() {
    return refusedText != null
        ? refusedText
        : withJobs(demand.jobs(), files == null ? null : files.files());
  }

  InstallationDecision decide() {
    return InstallationDecision.of(observation(), Attempts.NONE, NOW);
  }
}
