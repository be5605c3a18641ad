package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.scrapeconfig.SlotJobs;
import io.appmetrics.operator.scrapeconfig.UnparsableConfig;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where our jobs stand in the ConfigMap, and the write that puts them there.
 *
 * @param facts what to tell the AppMetrics
 * @param action the write, or what is to be noted before it, or nothing
 * @param good what is to be noted once nothing else is to be done; null when nothing is
 * @param again when something is due; null when nothing is
 */
record ConfigDecision(
    ConfigFacts facts, Action action, Action.@Nullable NoteGood good, @Nullable Instant again) {
  ConfigDecision(ConfigFacts facts, Action action) {
    this(facts, action, null, null);
  }

  boolean isWritten() {
    return action instanceof Action.None && facts.state() == ConfigFacts.State.WRITTEN;
  }

  ConfigDecision againAt(@Nullable Instant when) {
    return new ConfigDecision(facts, action, good, when);
  }

  /** With what has been tried on the replicas: how they took the text that stands. */
  static ConfigDecision of(InstallationObservation seen, Attempts attempts, Instant now) {
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
    String place = place(seen, installation, installation.configKey());
    if (seen.configMap().isEmpty()) {
      return inTheWay(
          ConfigFacts.State.MISSING,
          "%s does not exist, and %s reads its configuration from there; the operator edits it but never creates it: apply the Prometheus manifest again"
              .formatted(place, seen.workload()));
    }
    try {
      return new ConfigEdit(seen, attempts, now, installation, place, seen.configMap().get())
          .decide();
    } catch (UnparsableConfig e) {
      return inTheWay(
          ConfigFacts.State.UNPARSABLE,
          e.key().map(key -> place(seen, installation, key)).orElse(place)
              + " cannot be edited: "
              + e.getMessage());
    }
  }

  static String place(InstallationObservation seen, Installation installation, String key) {
    return "ConfigMap %s/%s (key %s)"
        .formatted(seen.workload().namespace(), installation.configMap(), key);
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
}
