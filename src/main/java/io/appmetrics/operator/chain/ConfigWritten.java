package io.appmetrics.operator.chain;

import io.appmetrics.operator.prometheus.ConfigFacts;
import io.appmetrics.operator.prometheus.ScrapeFacts;

/** Do the jobs that the routes need stand in the ConfigMap. */
final class ConfigWritten {
  private ConfigWritten() {}

  static Finding check(Evidence evidence) {
    ScrapeFacts facts = evidence.facts();
    if (facts == null) { // not False: before the restart it may have been True
      return Finding.broken(
          Reason.PROMETHEUS_UNREACHABLE,
          "The operator has just started, and has not asked Prometheus yet");
    }
    ConfigFacts config = facts.config();
    if (evidence.share().demand().isEmpty() && config.needsNoEdit()) {
      return Finding.holds("The jobs that are there already serve every endpoint");
    }
    if (stands(config, evidence.share())) {
      return Finding.holds("The jobs " + evidence.share().demand() + " stand in " + config.place());
    }
    return switch (config.state()) {
      case WRITTEN ->
          Finding.broken(
              Reason.WRITE_PENDING,
              "The jobs %s are about to be written to %s"
                  .formatted(evidence.share().demand(), config.place()));
      case PENDING -> Finding.broken(Reason.WRITE_PENDING, config.message());
      case INSTALLATION_NOT_FOUND ->
          Finding.broken(Reason.INSTALLATION_NOT_FOUND, config.message());
      case INSTALLATION_UNSUPPORTED ->
          Finding.broken(Reason.INSTALLATION_UNSUPPORTED, config.message());
      case UNREADABLE -> Finding.broken(Reason.INSTALLATION_UNREADABLE, config.message());
      case MISSING -> Finding.broken(Reason.CONFIG_MAP_MISSING, config.message());
      case UNPARSABLE -> Finding.broken(Reason.CONFIG_UNPARSABLE, config.message());
      case SHARDED -> Finding.broken(Reason.SHARDED_UNSUPPORTED, config.message());
      case REVERTED -> Finding.broken(Reason.REVERTED, config.message());
      case REJECTED -> Finding.broken(Reason.CONFIG_REJECTED, config.message());
      case TOO_LARGE -> Finding.broken(Reason.CONFIG_TOO_LARGE, config.message());
      case REFUSED -> Finding.broken(Reason.WRITE_REFUSED, config.message());
    };
  }

  /** The name of the job that pulls does not tell what: it stands when all does. */
  private static boolean stands(ConfigFacts config, Share share) {
    return share.pulls()
        ? config.jobs().contains(share.demand()) && config.state() == ConfigFacts.State.WRITTEN
        : config.jobs().contains(share.demand()) && !config.isInTheWay();
  }
}
