package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.relabel.IncludedJobs;
import io.appmetrics.operator.relabel.RelabelModel;
import io.appmetrics.operator.scrapeconfig.BlockText;
import io.appmetrics.operator.scrapeconfig.IncludedFile;
import io.appmetrics.operator.scrapeconfig.LoadedConfig;
import io.appmetrics.operator.scrapeconfig.PrometheusVersion;
import io.appmetrics.operator.scrapeconfig.ScrapeBlock;
import io.appmetrics.operator.scrapeconfig.SlotJobs;
import io.appmetrics.operator.scrapeconfig.UnparsableConfig;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Asks the replicas of an installation, and remembers what each said last; for one thread. */
final class ReplicaPoll {
  private final PrometheusApi api;
  private final String namespace;
  private final Clock clock;
  private final Map<String, ReplicaReading> last = new HashMap<>();

  private final Map<String, Shown> shown = new HashMap<>();

  private final Map<String, ErrorWords> words = new HashMap<>();
  private final Map<String, Map<Duration, AgentFailures>> failures = new HashMap<>();

  /**
   * What a replica shows as loaded.
   *
   * @param text as it is shown
   * @param config the same, read; without what it includes
   * @param included what the model has of that
   */
  private record Shown(String text, LoadedConfig config, IncludedJobs included) {
    static Shown of(String text) throws UnparsableConfig {
      return new Shown(text, LoadedConfig.parse(text), IncludedJobs.NONE);
    }

    Shown with(IncludedJobs jobs) {
      return new Shown(text, config, jobs);
    }
  }

  /**
   * Asks by this API.
   *
   * @param namespace of the replicas
   */
  ReplicaPoll(PrometheusApi api, String namespace, Clock clock) {
    this.api = api;
    this.namespace = namespace;
    this.clock = clock;
  }

  /**
   * A Prometheus pod.
   *
   * @param container its Prometheus container
   * @param base where it is asked; null while it does not run
   */
  record Replica(String pod, String uid, PrometheusContainer container, @Nullable URI base) {}

  /**
   * Asks every replica.
   *
   * @param block our jobs as they stand in the ConfigMap, or null
   * @param userJobs the jobs of the user's own whose targets are looked at, too
   * @param agents those of them that scrape Istio's agents, with the time between two scrapes
   */
  List<ReplicaReading> ask(
      List<Replica> replicas,
      @Nullable BlockText block,
      Set<String> userJobs,
      Map<String, Duration> agents) {
    return ask(replicas, block, List.of(), userJobs, agents, Map.of());
  }

  /**
   * The same of an installation that includes files of the user's, or pulls from another.
   *
   * @param included the texts of these files
   * @param federated the label {@code job} of what it pulls, with the time between two scrapes
   *     there
   */
  List<ReplicaReading> ask(
      List<Replica> replicas,
      @Nullable BlockText block,
      List<String> included,
      Set<String> userJobs,
      Map<String, Duration> agents,
      Map<String, Duration> federated) {
    Asked asked = Asked.of(block, included, userJobs, agents, federated);
    List<ReplicaReading> readings = new ArrayList<>();
    for (Replica replica : replicas) {
      readings.add(ask(replica, asked));
    }
    last.clear();
    readings.forEach(reading -> last.put(reading.uid(), reading));
    words.keySet().retainAll(last.keySet());
    shown.keySet().retainAll(last.keySet());
    failures.keySet().retainAll(last.keySet());
    return readings;
  }

  private ReplicaReading ask(Replica replica, Asked asked) {
    ReplicaReading before = last.get(replica.uid());
    ReplicaReading.Answer known = before == null ? null : before.answer();
    URI base = replica.base();
    if (base == null) {
      return silent(replica, before, "it does not run");
    }
    try {
      return new ReplicaReading(
          replica.pod(),
          replica.uid(),
          replica.container(),
          answer(replica, base, known, asked),
          null,
          null,
          0);
    } catch (PrometheusUnreachable | UnparsableConfig e) {
      return silent(replica, before, String.valueOf(e.getMessage()));
    }
  }

  private ReplicaReading.Answer answer(
      Replica replica, URI base, ReplicaReading.@Nullable Answer known, Asked asked)
      throws PrometheusUnreachable, UnparsableConfig {
    Optional<RuntimeInfo> told = api.runtimeInfo(base);
    // what the API of older ones does not tell
    SelfMetrics self =
        told.isEmpty() || (known != null && !tellsPools(known.version()))
            ? selfMetrics(replica, base)
            : null;
    RuntimeInfo runtime = told.orElseGet(() -> Objects.requireNonNull(self).runtime());
    boolean sameProcess = known != null && known.runtime().startTime().equals(runtime.startTime());
    PrometheusVersion version =
        known != null && sameProcess
            ? known.version()
            : told.isPresent() ? api.version(base) : Objects.requireNonNull(self).version();
    // The text can be large: it is asked for again only when it may have changed.
    boolean settled =
        known != null
            && known.runtime().equals(runtime)
            && known.config().markerDigests().equals(asked.digests());
    Shown before = settled ? shown.get(replica.uid()) : null;
    Shown shows = before == null ? Shown.of(api.config(base)) : before;
    LoadedConfig own = shows.config();
    Set<String> pools = new TreeSet<>();
    if (tellsPools(version)) {
      pools.addAll(api.scrapePools(base));
    } else {
      pools.addAll((self == null ? selfMetrics(replica, base) : self).pools());
      // the oldest go on counting for a job that is gone
      pools.retainAll(own.jobNames());
    }
    IncludedJobs included =
        asked.included().isEmpty() ? IncludedJobs.NONE : new IncludedJobs(asked.included(), pools);
    RelabelModel model =
        known != null && before != null && before.included().equals(included)
            ? known.model()
            : RelabelModel.ofLoaded(shows.text(), included, version, namespace);
    shown.put(replica.uid(), shows.with(included));
    LoadedConfig runs = before == null ? asItRuns(own, model, asked) : own;
    LoadedConfig config = runs.including(pools, asked.digests(), asked.jobs());
    List<ActiveTarget> found =
        targets(
            base,
            version,
            lookedAt(pools, asked.userJobs()),
            agentFailures(replica, base, runtime.startTime(), asked.agents()));
    Map<String, List<ActiveTarget>> targets =
        words.computeIfAbsent(replica.uid(), uid -> new ErrorWords()).steady(found).stream()
            .collect(Collectors.groupingBy(ActiveTarget::podUid));
    return new ReplicaReading.Answer(
        version,
        runtime,
        config,
        model,
        pools,
        targets,
        arrivals(base, asked.federated(), config.globalScrapeInterval(), known));
  }

  /**
   * A job of ours that somebody has edited is still marked by its digest, also while Prometheus
   * runs it after the text is ours again.
   */
  private LoadedConfig asItRuns(LoadedConfig own, RelabelModel model, Asked asked)
      throws UnparsableConfig {
    ScrapeBlock written = asked.written();
    return written == null
            || !own.markerDigests().contains(written.digest())
            || model.runs(
                RelabelModel.ofFile(IncludedFile.with(written), model.version(), namespace))
        ? own
        : own.withoutMarkers();
  }

  /** Where queries are refused, what was known stays, for ignorance flips no status. */
  private Arrivals arrivals(
      URI base,
      Map<String, Duration> federated,
      Duration own,
      ReplicaReading.@Nullable Answer known) {
    if (federated.isEmpty()) {
      return Arrivals.NONE;
    }
    try {
      return new Arrivals(
          federated.keySet(), new HashSet<>(api.query(base, Arrivals.query(federated, own))));
    } catch (PrometheusUnreachable e) {
      return new Arrivals(federated.keySet(), known == null ? Set.of() : known.arrivals().series());
    }
  }

  /**
   * What every replica is asked for.
   *
   * @param digests of our jobs, as they should be loaded
   * @param jobs these jobs
   * @param written the same, where they stand as they were written
   * @param included the texts of the user's files that the configuration includes
   */
  private record Asked(
      Set<String> digests,
      List<String> jobs,
      @Nullable ScrapeBlock written,
      List<String> included,
      Set<String> userJobs,
      Map<String, Duration> agents,
      Map<String, Duration> federated) {
    static Asked of(
        @Nullable BlockText block,
        List<String> included,
        Set<String> userJobs,
        Map<String, Duration> agents,
        Map<String, Duration> federated) {
      return block == null
          ? new Asked(Set.of(), List.of(), null, included, userJobs, agents, federated)
          : new Asked(
              block.digest().map(Set::of).orElse(Set.of()),
              block.jobs(),
              ScrapeBlock.standing(block).orElse(null),
              included,
              userJobs,
              agents,
              federated);
    }
  }

  private SelfMetrics selfMetrics(Replica replica, URI base) throws PrometheusUnreachable {
    return api.selfMetrics(base, replica.container().startedAt());
  }

  static boolean tellsPools(PrometheusVersion version) {
    return version.atLeast(2, 42);
  }

  /** By job. One question does for all whose agents are scraped equally often. */
  private Map<String, AgentFailures> agentFailures(
      Replica replica, URI base, Instant started, Map<String, Duration> agents) {
    Map<Duration, AgentFailures> before = failures.getOrDefault(replica.uid(), Map.of());
    Map<Duration, AgentFailures> now = new HashMap<>();
    for (Duration interval : agents.values()) {
      now.computeIfAbsent(
          interval,
          key ->
              agentFailures(base, started, key)
                  .orElse(before.getOrDefault(key, AgentFailures.NONE)));
    }
    failures.put(replica.uid(), now);
    Map<String, AgentFailures> byJob = new HashMap<>();
    agents.forEach(
        (job, interval) -> byJob.put(job, now.getOrDefault(interval, AgentFailures.NONE)));
    return byJob;
  }

  /** Empty where queries are refused: what was known stays, for ignorance flips no status. */
  private Optional<AgentFailures> agentFailures(URI base, Instant started, Duration interval) {
    try {
      return Optional.of(
          new AgentFailures(
              api.query(base, AgentFailures.query(interval)),
              AgentFailures.isYoung(started, interval, clock.instant())));
    } catch (PrometheusUnreachable e) {
      return Optional.empty();
    }
  }

  private List<ActiveTarget> targets(
      URI base, PrometheusVersion version, Set<String> pools, Map<String, AgentFailures> failing)
      throws PrometheusUnreachable {
    if (!tellsPools(version)) {
      return pools.isEmpty() ? List.of() : api.activeTargets(base, pools, failing);
    }
    List<ActiveTarget> found = new ArrayList<>();
    for (String pool : pools) {
      found.addAll(api.activeTargets(base, pool, failing.getOrDefault(pool, AgentFailures.NONE)));
    }
    return found;
  }

  private static Set<String> lookedAt(Set<String> pools, Set<String> userJobs) {
    Set<String> lookedAt = new TreeSet<>(userJobs);
    lookedAt.retainAll(pools);
    lookedAt.addAll(SlotJobs.named(pools).names());
    return lookedAt;
  }

  private ReplicaReading silent(Replica replica, @Nullable ReplicaReading before, String why) {
    Silence silent = Silence.again(before == null ? null : before.silent(), clock.instant());
    return new ReplicaReading(
        replica.pod(),
        replica.uid(),
        replica.container(),
        before == null ? null : before.answer(),
        why,
        silent.since(),
        silent.times());
  }
}
