package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.prometheus.InstallationObservation.ConfigText;
import io.appmetrics.operator.scrapeconfig.LoadedConfig;
import io.appmetrics.operator.scrapeconfig.PrometheusVersion;
import io.appmetrics.operator.scrapeconfig.PrometheusYaml;
import io.appmetrics.operator.scrapeconfig.ScrapeBlock;
import io.appmetrics.operator.scrapeconfig.SlotJobs;
import io.appmetrics.operator.scrapeconfig.TlsFiles;
import io.appmetrics.operator.scrapeconfig.UnparsableConfig;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What one pass of the installation loop does and says: a pure function of what it saw.
 *
 * @param action the one thing to do
 * @param facts what to tell the AppMetrics
 * @param again when something is due; null when nothing is
 */
record InstallationDecision(Action action, ScrapeFacts facts, @Nullable Instant again) {

  /** {@code /api/v1/scrape_pools} is what proves a load and a pool. */
  private static final PrometheusVersion OLDEST = new PrometheusVersion(2, 42, 0);

  /** The API server takes 1 MiB of data; some room is left for the user's own next edit. */
  private static final int MOST_BYTES = 1024 * 1024 - 16 * 1024;

  private static final int SILENT_POLLS = 3;
  private static final Duration SILENT = Duration.ofSeconds(30);
  private static final Duration DEFAULT_INTERVAL = Duration.ofMinutes(1);

  static InstallationDecision of(InstallationObservation seen, Attempts attempts, Instant now) {
    return new Deliberation(seen, attempts, now).decide();
  }

  /** The working state of one decision. */
  private static final class Deliberation {
    private final InstallationObservation seen;
    private final Attempts attempts;
    private final Instant now;
    private Action action = new Action.None();
    private @Nullable Instant again;

    Deliberation(InstallationObservation seen, Attempts attempts, Instant now) {
      this.seen = seen;
      this.attempts = attempts;
      this.now = now;
    }

    InstallationDecision decide() {
      ConfigFacts config = config();
      CertificateFacts certificates = certificates();
      if (action instanceof Action.None
          && config.state() == ConfigFacts.State.WRITTEN
          && seen.discovery().orElse(null) instanceof Installation installation) {
        heal(installation, config, certificates);
      }
      return new InstallationDecision(
          action,
          new ScrapeFacts(seen.workload(), config, certificates, replicas(), scrapeInterval()),
          again);
    }

    // --- the text ---

    private ConfigFacts config() {
      if (seen.discovery().isEmpty()) {
        return notServed(
            ConfigFacts.State.INSTALLATION_NOT_FOUND,
            seen.workload()
                + " does not exist: name the workload that runs the mesh's Prometheus in"
                + " APPMETRICS_PROMETHEUS");
      }
      if (seen.discovery().get() instanceof Undiscovered undiscovered) {
        return notServed(ConfigFacts.State.INSTALLATION_UNSUPPORTED, undiscovered.problem());
      }
      Installation installation = (Installation) seen.discovery().get();
      Optional<String> unsupported = unsupported(installation);
      if (unsupported.isPresent()) {
        return notServed(ConfigFacts.State.INSTALLATION_UNSUPPORTED, unsupported.get());
      }
      String place = place(installation);
      if (seen.configMap().isEmpty()) {
        return notServed(
            ConfigFacts.State.MISSING,
            place
                + ", from which "
                + seen.workload()
                + " reads its configuration, does not exist;"
                + " the operator edits it but never creates it: apply the Prometheus manifest again");
      }
      try {
        return config(place, seen.configMap().get());
      } catch (UnparsableConfig e) {
        return notServed(
            ConfigFacts.State.UNPARSABLE, place + " cannot be edited: " + e.getMessage());
      }
    }

    private ConfigFacts config(String place, ConfigText text) throws UnparsableConfig {
      PrometheusYaml yaml = PrometheusYaml.parse(text.text());
      SlotJobs standing = jobsIn(text.text());
      SlotJobs wanted =
          seen.demand().complete() ? seen.demand().jobs() : standing.and(seen.demand().jobs());
      ConfigFacts written =
          new ConfigFacts(
              ConfigFacts.State.WRITTEN, place, place, standing, yaml.blockDigest().orElse(null));
      String target;
      if (wanted.isEmpty()) {
        target = yaml.without();
      } else {
        Optional<PrometheusVersion> version = oldestVersion();
        if (version.isEmpty()) {
          return standing.contains(wanted)
              ? written
              : pending(
                  place,
                  "the jobs are written to "
                      + place
                      + " once "
                      + seen.workload()
                      + " answers: its version decides which keys it understands",
                  standing,
                  yaml);
        }
        target = yaml.with(ScrapeBlock.render(wanted, version.get(), tlsFiles().orElse(null)));
      }
      if (target.equals(text.text())) {
        return written;
      }
      int bytes = target.getBytes(StandardCharsets.UTF_8).length + text.otherBytes();
      if (bytes > MOST_BYTES && target.length() > text.text().length()) {
        return new ConfigFacts(
            ConfigFacts.State.TOO_LARGE,
            place,
            place
                + " would hold "
                + bytes
                + " bytes with the jobs in it, more than the "
                + MOST_BYTES
                + " that the API server leaves room for: move alerting rules or"
                + " dashboards out of it",
            standing,
            yaml.blockDigest().orElse(null));
      }
      if (seen.refusal() != null) {
        return new ConfigFacts(
            ConfigFacts.State.REFUSED,
            place,
            "the API server refused to write " + place + ": " + seen.refusal(),
            standing,
            yaml.blockDigest().orElse(null));
      }
      action = new Action.WriteConfig(target, text.resourceVersion(), describe(standing, wanted));
      return pending(place, "the jobs are being written to " + place, standing, yaml);
    }

    private static String describe(SlotJobs standing, SlotJobs wanted) {
      return "jobs " + standing + " become " + wanted;
    }

    private static ConfigFacts pending(
        String place, String message, SlotJobs standing, PrometheusYaml yaml) {
      return new ConfigFacts(
          ConfigFacts.State.PENDING, place, message, standing, yaml.blockDigest().orElse(null));
    }

    private static ConfigFacts notServed(ConfigFacts.State state, String message) {
      return new ConfigFacts(state, "", message, SlotJobs.none(), null);
    }

    private Optional<String> unsupported(Installation installation) {
      if (!installation.projected()) {
        return Optional.of(
            seen.workload()
                + " mounts its configuration by subPath, which the kubelet never"
                + " updates (kubernetes#50345): mount the whole ConfigMap as a directory");
      }
      if (!installation.lifecycle() && installation.reloader() == null) {
        return Optional.of(
            "nothing makes "
                + seen.workload()
                + " load a changed configuration: add the argument"
                + " --web.enable-lifecycle, or a config-reloader container");
      }
      return oldestVersion()
          .filter(version -> version.compareTo(OLDEST) < 0)
          .map(
              version ->
                  seen.workload()
                      + " runs Prometheus "
                      + version
                      + "; this release of the operator"
                      + " serves "
                      + OLDEST
                      + " and later: update its image");
    }

    private static String place(Installation installation) {
      return "ConfigMap "
          + installation.workload().namespace()
          + "/"
          + installation.configMap()
          + " (key "
          + installation.configKey()
          + ")";
    }

    /** The replicas share one text: it may hold only what the oldest of them knows. */
    private Optional<PrometheusVersion> oldestVersion() {
      return seen.replicas().stream()
          .map(ReplicaReading::answer)
          .flatMap(Stream::ofNullable)
          .map(ReplicaReading.Answer::version)
          .min(PrometheusVersion::compareTo);
    }

    private Optional<TlsFiles> tlsFiles() {
      return seen.certificates().source().map(CertificateFiles::files);
    }

    private static SlotJobs jobsIn(String text) throws UnparsableConfig {
      return SlotJobs.named(LoadedConfig.parse(text).jobNames());
    }

    // --- the certificates ---

    private CertificateFacts certificates() {
      Optional<CertificateFiles> files = seen.certificates().source();
      if (files.isEmpty()) {
        return new CertificateFacts(
            CertificateFacts.State.NOT_CONFIGURED,
            "nothing in "
                + seen.workload()
                + " says where the mesh's certificates are: no job with"
                + " a tls_config, no OUTPUT_CERTS, no Secret at /etc/istio-certs",
            null);
      }
      if (files.get().source() instanceof CertificateSource.FromDirectory directory) {
        return new CertificateFacts(
            CertificateFacts.State.UNSEEN,
            "another container of the Prometheus pod writes them to " + directory.path(),
            null);
      }
      CertificateSource.FromSecret source = (CertificateSource.FromSecret) files.get().source();
      String name = "Secret " + seen.workload().namespace() + "/" + source.name();
      SecretReading secret = seen.certificates().secret().orElse(null);
      if (secret == null || !secret.readable()) {
        return new CertificateFacts(
            CertificateFacts.State.FORBIDDEN,
            "the operator may not read "
                + name
                + ", so it cannot tell when the certificates"
                + " appear: allow get, list and watch on secrets with resourceNames ["
                + source.name()
                + "] in a Role of namespace "
                + seen.workload().namespace(),
            null);
      }
      if (!secret.present()) {
        return new CertificateFacts(
            CertificateFacts.State.MISSING,
            name + " does not exist yet: Prometheus has no certificate to show the mesh",
            null);
      }
      if (!secret.missingKeys().isEmpty()) {
        return new CertificateFacts(
            CertificateFacts.State.MISSING,
            name + " lacks " + String.join(", ", secret.missingKeys()),
            null);
      }
      Instant expires = secret.expires();
      if (expires != null && expires.isBefore(now)) {
        return new CertificateFacts(
            CertificateFacts.State.EXPIRED,
            "the certificate in "
                + name
                + " expired at "
                + expires
                + ": the mesh refuses it;"
                + " renew the Secret",
            secret.fingerprint());
      }
      return new CertificateFacts(
          CertificateFacts.State.PRESENT, name + " has them", secret.fingerprint());
    }

    // --- the replicas ---

    private void heal(
        Installation installation, ConfigFacts config, CertificateFacts certificates) {
      for (ReplicaReading replica : seen.replicas()) {
        ReplicaReading.Answer answer = replica.answer();
        if (!replica.answers() || answer == null) {
          continue; // nothing is known, and so nothing is done
        }
        if (!runs(answer, config.digest())) {
          String id = config.digest() == null ? "no block" : config.digest();
          Action.Cause cause =
              new Action.Cause(
                  "config " + id, "its configuration is not the one in " + config.place());
          take(
              replica,
              cause,
              Healing.forText(
                  attempts.of(replica.uid(), cause.id()),
                  installation.lifecycle(),
                  installation.reloader() != null,
                  now));
        } else {
          healPools(installation, config, certificates, replica, answer);
        }
      }
    }

    private void healPools(
        Installation installation,
        ConfigFacts config,
        CertificateFacts certificates,
        ReplicaReading replica,
        ReplicaReading.Answer answer) {
      Set<String> missing = new TreeSet<>();
      for (int slot : config.jobs().mutual()) {
        if (!answer.pools().contains(SlotJobs.mutualJob(slot))) {
          missing.add(SlotJobs.mutualJob(slot));
        }
      }
      boolean certain = certificates.state() == CertificateFacts.State.PRESENT;
      boolean possible =
          certain
              || certificates.state() == CertificateFacts.State.UNSEEN
              || certificates.state() == CertificateFacts.State.FORBIDDEN;
      if (missing.isEmpty() || !possible) {
        return;
      }
      Action.Cause cause =
          new Action.Cause(
              "certificates " + certificates.fingerprint(),
              "it has no scrape pool for " + String.join(", ", missing));
      take(
          replica,
          cause,
          Healing.forPool(
              attempts.of(replica.uid(), cause.id()),
              certain,
              installation.lifecycle(),
              answer.runtime().lastConfigTime(),
              now));
    }

    private void take(ReplicaReading replica, Action.Cause cause, Healing.Step step) {
      if (step.kind() == Healing.Kind.WAIT) {
        again = again == null || step.again().isBefore(again) ? step.again() : again;
      } else if (action instanceof Action.None) {
        action =
            step.kind() == Healing.Kind.NUDGE
                ? new Action.Nudge(replica, cause)
                : new Action.Reload(replica, cause);
      }
    }

    private static boolean runs(ReplicaReading.Answer answer, @Nullable String digest) {
      return answer.config().markerDigests().equals(digest == null ? Set.of() : Set.of(digest));
    }

    private List<ReplicaFacts> replicas() {
      List<ReplicaFacts> facts = new ArrayList<>();
      for (ReplicaReading replica : seen.replicas()) {
        ReplicaReading.Answer answer = replica.answer();
        String pod = seen.workload().namespace() + "/" + replica.pod();
        facts.add(
            answer == null
                ? new ReplicaFacts(
                    pod,
                    !lost(replica),
                    false,
                    replica.silence(),
                    SlotJobs.none(),
                    null,
                    Set.of(),
                    Map.of())
                : new ReplicaFacts(
                    pod,
                    !lost(replica),
                    true,
                    replica.silence(),
                    SlotJobs.named(answer.config().jobNames()),
                    answer.runtime().reloadConfigSuccess() ? null : rejection(replica),
                    answer.pools(),
                    answer.targets()));
      }
      return facts;
    }

    private boolean lost(ReplicaReading replica) {
      Instant since = replica.silentSince();
      return since != null
          && replica.failedPolls() >= SILENT_POLLS
          && !now.isBefore(since.plus(SILENT));
    }

    /** Prometheus' own words where a reload of ours was answered with some. */
    private String rejection(ReplicaReading replica) {
      return attempts.byReplica().entrySet().stream()
          .filter(e -> e.getKey().podUid().equals(replica.uid()))
          .map(e -> e.getValue().rejection())
          .flatMap(Stream::ofNullable)
          .min(String::compareTo)
          .orElse("its last reload failed; its log says why");
    }

    private Duration scrapeInterval() {
      return seen.replicas().stream()
          .map(ReplicaReading::answer)
          .flatMap(Stream::ofNullable)
          .map(answer -> answer.config().globalScrapeInterval())
          .findFirst()
          .orElse(DEFAULT_INTERVAL);
    }
  }
}
