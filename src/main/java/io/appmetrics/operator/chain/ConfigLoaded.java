package io.appmetrics.operator.chain;

import io.appmetrics.operator.prometheus.Prognosis;
import io.appmetrics.operator.prometheus.ReplicaFacts;
import io.appmetrics.operator.prometheus.ScrapeFacts;
import io.appmetrics.operator.relabel.RelabelModel;
import java.util.Comparator;
import java.util.Objects;
import java.util.Optional;

/** Does every Prometheus replica run the jobs. */
final class ConfigLoaded {
  private static final String LOOK =
      "see its log and events, and whether a NetworkPolicy keeps the operator from it; outside of the cluster the operator needs APPMETRICS_PROMETHEUS_URL";

  private ConfigLoaded() {}

  static Finding check(Evidence evidence) {
    ScrapeFacts facts = Objects.requireNonNull(evidence.facts(), "ConfigWritten holds");
    if (facts.replicas().isEmpty()) {
      return Finding.broken(
          Reason.PROMETHEUS_UNREACHABLE,
          "%s has no pod that runs, so nothing can be said of its targets: kubectl -n %s describe deployment %s"
              .formatted(
                  facts.installation(),
                  facts.installation().namespace(),
                  facts.installation().name()));
    }
    for (ReplicaFacts replica : facts.replicas()) {
      if (!replica.reachable()) {
        return Finding.broken(
            Reason.PROMETHEUS_UNREACHABLE,
            "Prometheus pod %s does not answer: %s%s; %s"
                .formatted(replica.pod(), problem(replica), lastKnown(replica, evidence), LOOK));
      }
      if (!replica.answered()) {
        return Finding.broken(
            Reason.PROMETHEUS_UNREACHABLE,
            "Prometheus pod %s has not answered yet: %s; %s"
                .formatted(replica.pod(), problem(replica), LOOK));
      }
      if (!replica.loaded().contains(evidence.share().demand())) {
        return replica.rejection() == null
            ? pending(replica, facts.config().place())
            : Finding.broken(
                Reason.CONFIG_REJECTED,
                "Prometheus pod %s refuses the configuration of %s: %s; correct it there"
                    .formatted(replica.pod(), facts.config().place(), replica.rejection()));
      }
      Optional<Finding> lacking = lacking(replica, evidence, facts.config().place());
      if (lacking.isPresent()) {
        return lacking.get();
      }
    }
    return Finding.holds("Every Prometheus replica runs the jobs");
  }

  /** One of several may not have loaded what the user has added for them all. */
  private static Optional<Finding> lacking(ReplicaFacts replica, Evidence evidence, String place) {
    RelabelModel model = replica.model();
    return model == null
        ? Optional.empty()
        : evidence.share().userJobs().stream()
            .filter(job -> !model.podJobs().contains(job))
            .min(Comparator.naturalOrder())
            .map(
                job ->
                    replica.rejection() == null
                        ? Finding.broken(
                            Reason.PROPAGATION_PENDING,
                            "Prometheus pod %s does not run job %s of %s yet"
                                .formatted(replica.pod(), job, place))
                        : Finding.broken(
                            Reason.CONFIG_REJECTED,
                            "Prometheus pod %s does not run job %s: its last reload of %s failed: %s; correct it there"
                                .formatted(replica.pod(), job, place, replica.rejection())));
  }

  private static Finding pending(ReplicaFacts replica, String place) {
    String symptom =
        "Prometheus pod %s does not run the configuration of %s yet"
            .formatted(replica.pod(), place);
    Prognosis prognosis = replica.prognosis();
    if (prognosis == null) {
      return Finding.broken(Reason.PROPAGATION_PENDING, symptom);
    }
    return switch (prognosis.kind()) {
      case UNDER_WAY -> Finding.broken(Reason.PROPAGATION_PENDING, symptom);
      case RESTARTING ->
          Finding.broken(Reason.PROPAGATION_PENDING, symptom + ": " + prognosis.words());
      case BUDGET_EXHAUSTED ->
          Finding.broken(Reason.RESTART_BUDGET_EXHAUSTED, symptom + ": " + prognosis.words());
      case DISABLED -> Finding.broken(Reason.RESTARTS_DISABLED, symptom + ": " + prognosis.words());
      case IMPOSSIBLE ->
          Finding.broken(Reason.RESTART_IMPOSSIBLE, symptom + ": " + prognosis.words());
    };
  }

  private static String problem(ReplicaFacts replica) {
    return Objects.requireNonNullElse(replica.problem(), "nothing more is known");
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
