package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.scrapeconfig.Federation;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.net.URI;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where a Prometheus that is pulled from answers.
 *
 * @param found null where that cannot be told
 * @param problem why not, and what to do; null where it can
 */
record FederationSource(Federation.@Nullable Source found, @Nullable String problem) {

  static Federation.Source at(URI url) {
    return new Federation.Address(
        String.valueOf(url.getScheme()), url.getRawAuthority(), url.getRawPath());
  }

  /** As its Deployment tells; with several replicas each series would come several times. */
  static FederationSource of(WorkloadRef from, Optional<Deployment> deployment) {
    if (deployment.isEmpty()) {
      return nowhere(
          "%s, from which it is to pull, does not exist: correct federate= in APPMETRICS_PROMETHEUS"
              .formatted(from));
    }
    Discovery discovery = Installation.of(deployment.get());
    if (discovery instanceof Undiscovered undiscovered) {
      return nowhere(undiscovered.problem());
    }
    Installation installation = (Installation) discovery;
    int replicas = Optional.ofNullable(deployment.get().getSpec().getReplicas()).orElse(1);
    if (replicas > 1) {
      return nowhere(
          "%s, from which it is to pull, has %d replicas, and each series would come from each of them: name a Service that picks one, by federate-url=http://<service>.%s:%d behind it in APPMETRICS_PROMETHEUS"
              .formatted(from, replicas, from.namespace(), installation.port()));
    }
    return new FederationSource(
        new Federation.Pods(
            from.namespace(),
            new TreeMap<>(
                Optional.ofNullable(installation.selector().getMatchLabels())
                    .orElseGet(TreeMap::new)),
            installation.port(),
            installation.routePrefix()),
        null);
  }

  private static FederationSource nowhere(String problem) {
    return new FederationSource(null, problem);
  }

  Federating into(Federating wanted) {
    return found == null ? wanted.fromNowhere(String.valueOf(problem)) : wanted.from(found);
  }
}
