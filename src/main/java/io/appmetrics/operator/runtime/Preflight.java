package io.appmetrics.operator.runtime;

import io.appmetrics.operator.api.AppMetrics;
import io.appmetrics.operator.appmetrics.MeshPolicies;
import io.appmetrics.operator.prometheus.WorkloadRef;
import io.fabric8.kubernetes.api.model.APIGroup;
import io.fabric8.kubernetes.api.model.GroupVersionForDiscovery;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.authentication.SelfSubjectReviewBuilder;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReviewBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What has to hold before the operator starts; what it lacks later on, the chain tells of. Without
 * this a missing right shows as an informer that retries for ever.
 */
public final class Preflight {
  /** The client's code for a failure below HTTP. */
  private static final int NO_ANSWER = -1;

  private final KubernetesClient client;
  private final OperatorConfig config;
  private final Function<Deployment, Optional<InstallationFiles>> discovery;

  /**
   * What the operator reads and writes by name in the namespace of Prometheus.
   *
   * @param configMap holds the scrape configuration
   * @param secrets may hold the mesh's certificates
   */
  public record InstallationFiles(String configMap, List<String> secrets) {}

  /**
   * Prepares the checks.
   *
   * @param discovery what a Prometheus' workload says of its files; empty when it says nothing
   */
  public Preflight(
      KubernetesClient client,
      OperatorConfig config,
      Function<Deployment, Optional<InstallationFiles>> discovery) {
    this.client = client;
    this.config = config;
    this.discovery = discovery;
  }

  /**
   * Asks the API server.
   *
   * @throws CannotStart for the first of these that does not hold: it answers, it serves the
   *     resource, the operator has every right
   */
  public void check() throws CannotStart {
    try {
      client.getKubernetesVersion();
      checkResource();
      checkRights();
    } catch (KubernetesClientException e) {
      throw unusable(e);
    }
  }

  private void checkResource() throws CannotStart {
    APIGroup group = client.getApiGroup(AppMetrics.GROUP);
    if (group == null) {
      throw new CannotStart(
          "the CustomResourceDefinition appmetrics.appmetrics.io is missing at %s; apply it:"
                  .formatted(server())
              + " kubectl apply -f crds/");
    }
    List<String> served =
        group.getVersions().stream().map(GroupVersionForDiscovery::getVersion).toList();
    if (!served.contains(AppMetrics.VERSION)) {
      throw new CannotStart(
          "the CustomResourceDefinition appmetrics.appmetrics.io at %s serves %s and not %s; apply"
                  .formatted(server(), String.join(", ", served), AppMetrics.VERSION)
              + " that of this release: kubectl apply -f crds/");
    }
  }

  private void checkRights() throws CannotStart {
    List<Right> needed = new ArrayList<>(Right.neededFor(config));
    if (client.getApiGroup(MeshPolicies.ALPHA) != null) {
      needed.addAll(Right.neededForAlphaPolicies(config));
    }
    List<Right> missing = missing(needed);
    if (missing.isEmpty()) {
      missing = missing(rightsToFiles());
    }
    if (!missing.isEmpty()) {
      throw new CannotStart(
          "%s may not %s; grant it with: kubectl apply -k deploy/"
                  .formatted(
                      whoAmI(),
                      missing.stream().map(Right::toString).collect(Collectors.joining("; ")))
              + (config.installations().size() == 1
                  ? " (another Prometheus: deploy/examples/another-installation)"
                  : " (several Prometheis: deploy/examples/several-installations)"));
    }
  }

  private List<Right> rightsToFiles() {
    return config.installations().stream()
        .flatMap(installation -> rightsToFiles(installation.workload()).stream())
        .distinct()
        .toList();
  }

  private List<Right> rightsToFiles(WorkloadRef prometheus) {
    // No such workload is no reason not to start: the chain says so until there is one.
    return Optional.ofNullable(
            client
                .apps()
                .deployments()
                .inNamespace(prometheus.namespace())
                .withName(prometheus.name())
                .get())
        .flatMap(discovery)
        .map(files -> Right.neededFor(prometheus.namespace(), files))
        .orElse(List.of());
  }

  private List<Right> missing(List<Right> needed) {
    List<Right> missing = new ArrayList<>();
    for (Right right : needed) {
      List<String> refused =
          right.verbs().stream().filter(verb -> !isAllowed(right, verb)).toList();
      if (!refused.isEmpty()) {
        missing.add(right.withVerbs(refused));
      }
    }
    return missing;
  }

  private boolean isAllowed(Right right, String verb) {
    return Boolean.TRUE.equals(
        client
            .authorization()
            .v1()
            .selfSubjectAccessReview()
            .create(
                new SelfSubjectAccessReviewBuilder()
                    .withNewSpec()
                    .withResourceAttributes(right.attributes(verb))
                    .endSpec()
                    .build())
            .getStatus()
            .getAllowed());
  }

  private String whoAmI() {
    try {
      return client
          .resource(new SelfSubjectReviewBuilder().build())
          .create()
          .getStatus()
          .getUserInfo()
          .getUsername();
    } catch (KubernetesClientException e) {
      return "this user"; // before Kubernetes 1.28 nobody can ask
    }
  }

  private String server() {
    return client.getMasterUrl().toString().replaceAll("/$", "");
  }

  private CannotStart unusable(KubernetesClientException failure) {
    String text =
        switch (failure.getCode()) {
          case 401 -> "does not accept these credentials (401); log in again, or set KUBECONFIG";
          case 403 -> "refuses (403): " + oneLine(failure.getMessage());
          case NO_ANSWER, 0 ->
              "cannot be reached: " + why(failure) + "; is it up, and is KUBECONFIG right?";
          default -> "answers %d: %s".formatted(failure.getCode(), oneLine(failure.getMessage()));
        };
    return new CannotStart("the API server at " + server() + " " + text, failure);
  }

  /** The innermost cause that says something. */
  private static String why(Throwable failure) {
    String why = oneLine(failure.getMessage());
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (String.valueOf(cause.getMessage()).contains("GOAWAY")) {
        return "it closes the connection, as it does on credentials that it does not accept";
      }
      if (cause instanceof UnresolvedAddressException || cause instanceof UnknownHostException) {
        return "its name does not resolve";
      }
      if (cause.getMessage() != null) {
        why = oneLine(cause.getMessage());
      } else if (cause instanceof ConnectException) {
        why = "connection refused"; // what the JDK's HTTP client says by saying nothing
      }
    }
    return why;
  }

  private static String oneLine(@Nullable String message) {
    return message == null ? "no reason given" : message.strip().replaceAll("\\s+", " ");
  }
}
