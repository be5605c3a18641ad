package io.appmetrics.operator.chain;

import io.appmetrics.operator.prometheus.ReplicaFacts;
import io.appmetrics.operator.prometheus.ScrapeFacts;
import java.util.Objects;

/** Does every Prometheus replica run the jobs. */
final class ConfigLoaded {
  private ConfigLoaded() {}

  static Finding check(Evidence evidence) {
    ScrapeFacts facts = Objects.requireNonNull(evidence.seen().facts(), "ConfigWritten holds");
    if (facts.replicas().isEmpty()) {
      return Finding.broken(
          Reason.PROMETHEUS_UNREACHABLE,
          facts.installation() + " has no pod that runs: nothing can be said of its targets");
    }
    for (ReplicaFacts replica : facts.replicas()) {
      if (!replica.reachable()) {
        return Finding.broken(
            Reason.PROMETHEUS_UNREACHABLE,
            "Prometheus pod %s does not answer: %s%s"
                .formatted(replica.pod(), replica.problem(), lastKnown(replica, evidence)));
      }
      if (!replica.answered()) {
        return Finding.broken(
            Reason.PROMETHEUS_UNREACHABLE,
            "Prometheus pod %s has not answered yet: %s"
                .formatted(replica.pod(), replica.problem()));
      }
      if (!replica.loaded().contains(evidence.plan().demand())) {
        return replica.rejection() == null
            ? Finding.broken(
                Reason.PROPAGATION_PENDING,
                "Prometheus pod %s does not run the configuration of %s yet"
                    .formatted(replica.pod(), facts.config().place()))
            : Finding.broken(
                Reason.CONFIG_REJECTED,
                "Prometheus pod %s refuses the configuration of %s: %s; correct it there"
                    .formatted(replica.pod(), facts.config().place(), replica.rejection()));
      }
    }
    return Finding.holds("Every Prometheus replica runs the jobs");
  }

  private static String lastKnown(ReplicaFacts replica, Evidence evidence) {
    return replica.answered()
        ? "; when it last did, %d of %d endpoints were scraped"
            .formatted(
                evidence.readings().stream().filter(EndpointReading::scraped).count(),
                evidence.readings().size())
        : "";
  }
}
