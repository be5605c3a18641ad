package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.relabel.Shard;
import io.appmetrics.operator.scrapeconfig.PrometheusVersion;
import io.appmetrics.operator.scrapeconfig.PrometheusYaml;
import io.appmetrics.operator.scrapeconfig.ScrapeBlock;
import io.appmetrics.operator.scrapeconfig.SlotJobs;
import io.appmetrics.operator.scrapeconfig.UnparsableConfig;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where our jobs stand in the ConfigMap, and the write that puts them there.
 *
 * @param facts what to tell the AppMetrics
 * @param action the write, or nothing
 */
record ConfigDecision(ConfigFacts facts, Action action) {

  /** The API server takes 1 MiB of data; some room is left for the user's own next edit. */
  static final int MOST_BYTES = 1024 * 1024 - 16 * 1024;

  static ConfigDecision of(InstallationObservation seen) {
    if (seen.discovery().isEmpty()) {
      return inTheWay(
          ConfigFacts.State.INSTALLATION_NOT_FOUND,
          "%s does not exist: name the workload that runs the mesh's Prometheus in APPMETRICS_PROMETHEUS"
              .formatted(seen.workload()));
    }
    Discovery discovery = seen.discovery().get();
    if (discovery instanceof Undiscovered undiscovered) {
      return inTheWay(ConfigFacts.State.INSTALLATION_UNSUPPORTED, undiscovered.problem());
    }
    Installation installation = (Installation) discovery;
    Optional<String> unsupported = unsupported(seen, installation);
    if (unsupported.isPresent()) {
      return inTheWay(ConfigFacts.State.INSTALLATION_UNSUPPORTED, unsupported.get());
    }
    String place =
        "ConfigMap %s/%s (key %s)"
            .formatted(
                seen.workload().namespace(), installation.configMap(), installation.configKey());
    if (seen.configMap().isEmpty()) {
      return inTheWay(
          ConfigFacts.State.MISSING,
          "%s does not exist, and %s reads its configuration from there; the operator edits it but never creates it: apply the Prometheus manifest again"
              .formatted(place, seen.workload()));
    }
    try {
      return new Edit(seen, installation, place, seen.configMap().get()).decide();
    } catch (UnparsableConfig e) {
      return inTheWay(ConfigFacts.State.UNPARSABLE, place + " cannot be edited: " + e.getMessage());
    }
  }

  private static ConfigDecision inTheWay(ConfigFacts.State state, String message) {
    return new ConfigDecision(
        new ConfigFacts(state, "", message, SlotJobs.none(), null), new Action.None());
  }

  private static Optional<String> unsupported(
      InstallationObservation seen, Installation installation) {
    boolean never = seen.policy().when() == RestartPolicy.When.NEVER;
    if (never && !installation.projected()) {
      return Optional.of(
          "%s mounts its configuration by subPath, which the kubelet never updates (kubernetes#50345): mount the whole ConfigMap as a directory, or let the operator restart it (APPMETRICS_RESTARTS)"
              .formatted(seen.workload()));
    }
    if (never && !installation.lifecycle() && installation.reloader() == null) {
      return Optional.of(
          "Nothing makes %s load a changed configuration: add the argument --web.enable-lifecycle, or a config-reloader container, or let the operator restart it (APPMETRICS_RESTARTS)"
              .formatted(seen.workload()));
    }
    long running = seen.replicas().stream().filter(r -> r.container().running()).count();
    if (seen.url() != null && running > 1) {
      return Optional.of(
          "%s has %d pods that run, and APPMETRICS_PROMETHEUS_URL names one address for all of them, so that nobody can tell which one answers: run the operator in the cluster without that setting, or scale the Deployment to 1"
              .formatted(seen.workload(), running));
    }
    return OldestPrometheus.answered(seen.replicas())
        .filter(version -> version.compareTo(OldestPrometheus.SERVED) < 0)
        .map(
            version ->
                "%s runs Prometheus %s, and this release of the operator serves %s and later: update its image"
                    .formatted(seen.workload(), version, OldestPrometheus.SERVED));
  }

  /** The text as it stands, and as it should. */
  private static final class Edit {
    private final InstallationObservation seen;
    private final Installation installation;
    private final String place;
    private final ConfigText text;
    private final PrometheusYaml yaml;
    private final SlotJobs standing;
    private final SlotJobs wanted;

    Edit(InstallationObservation seen, Installation installation, String place, ConfigText text)
        throws UnparsableConfig {
      this.seen = seen;
      this.installation = installation;
      this.place = place;
      this.text = text;
      this.yaml = text.yaml();
      this.standing = SlotJobs.named(yaml.blockJobs());
      Demand demand = seen.demand();
      this.wanted = demand.complete() ? demand.jobs() : standing.and(demand.jobs());
    }

    ConfigDecision decide() throws UnparsableConfig {
      if (wanted.isEmpty()) {
        return write(yaml.without());
      }
      Optional<PrometheusVersion> version =
          OldestPrometheus.reading(
              seen.replicas(), installation.image(), yaml.blockDigest().isPresent());
      Optional<Shard> shard = standing.contains(wanted) ? Optional.empty() : shard();
      if (shard.isPresent()) {
        return stays(
            ConfigFacts.State.SHARDED,
            "%s divides the pods with others: %s. A job of the operator's would have it scrape every pod that takes part; if it may, set APPMETRICS_SHARDS=ScrapeAll"
                .formatted(seen.workload(), shard.get().sentence()));
      }
      if (version.isEmpty()) {
        return standing.contains(wanted)
            ? stays(ConfigFacts.State.WRITTEN, place)
            : stays(
                ConfigFacts.State.PENDING,
                "The jobs are written to %s once %s answers: its version decides which keys it understands"
                    .formatted(place, seen.workload()));
      }
      return write(
          yaml.with(
              ScrapeBlock.render(
                  wanted,
                  version.get(),
                  seen.certificates().source().map(CertificateFiles::files).orElse(null),
                  certificates(version.get()))));
    }

    /**
     * Old versions make another client only for another text, so that the text names the
     * certificates; where nobody loads a changed text without a restart, the symptom alone decides.
     * Certificates that are gone change nothing: such a Prometheus has them in its memory.
     */
    private @Nullable String certificates(PrometheusVersion version) {
      if (version.atLeast(2, 9) || !Healing.Means.of(installation).loadText()) {
        return null;
      }
      return seen.certificates()
          .secret()
          .flatMap(secret -> Optional.ofNullable(secret.fingerprint()))
          .or(yaml::blockCertificates)
          .orElse(null);
    }

    private Optional<Shard> shard() {
      return seen.sharded() == ShardedPolicy.SCRAPE_ALL
          ? Optional.empty()
          : seen.replicas().stream()
              .flatMap(replica -> Optional.ofNullable(replica.answer()).stream())
              .flatMap(answer -> answer.model().shards().stream())
              .findFirst();
    }

    private ConfigDecision write(String target) {
      if (target.equals(text.text())) {
        return stays(ConfigFacts.State.WRITTEN, place);
      }
      int bytes = target.getBytes(StandardCharsets.UTF_8).length + text.otherBytes();
      if (bytes > MOST_BYTES && target.length() > text.text().length()) {
        return stays(
            ConfigFacts.State.TOO_LARGE,
            "%s would hold %d bytes with the jobs in it, more than the %d that the API server leaves room for: move alerting rules or dashboards out of it"
                .formatted(place, bytes, MOST_BYTES));
      }
      InstallationObservation.Refusal refusal = seen.refusal();
      if (refusal != null && refusal.text().equals(target)) {
        return stays(
            ConfigFacts.State.REFUSED,
            "The API server refused to write %s: %s".formatted(place, refusal.words()));
      }
      return new ConfigDecision(
          facts(ConfigFacts.State.PENDING, "The jobs are being written to " + place),
          new Action.WriteConfig(
              target, text.resourceVersion(), "jobs %s become %s".formatted(standing, wanted)));
    }

    private ConfigDecision stays(ConfigFacts.State state, String message) {
      return new ConfigDecision(facts(state, message), new Action.None());
    }

    private ConfigFacts facts(ConfigFacts.State state, String message) {
      return new ConfigFacts(state, place, message, standing, yaml.blockDigest().orElse(null));
    }
  }
}
