package io.appmetrics.operator.runtime;

import io.appmetrics.operator.appmetrics.MeshPolicies;
import io.appmetrics.operator.prometheus.InstallationAccess;
import io.appmetrics.operator.prometheus.RestartPolicy;
import io.appmetrics.operator.prometheus.WorkloadRef;
import io.fabric8.kubernetes.api.model.authorization.v1.ResourceAttributes;
import io.fabric8.kubernetes.api.model.authorization.v1.ResourceAttributesBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Something that the operator does to the API server, and therefore has to be allowed to.
 *
 * @param verbs as RBAC names them
 * @param group the API group; empty for the core
 * @param resource the plural, with {@code /subresource} where it is one
 * @param namespace null for all namespaces
 * @param name null for all objects
 */
record Right(
    List<String> verbs,
    String group,
    String resource,
    @Nullable String namespace,
    @Nullable String name) {

  /** Every right that the operator needs with these settings; {@code deploy/} grants no other. */
  static List<Right> neededFor(OperatorConfig config) {
    List<Right> rights = new ArrayList<>();
    if (config.namespaces().isEmpty()) {
      inNamespace(null, rights);
    } else {
      config.namespaces().forEach(namespace -> inNamespace(namespace, rights));
      SortedSet<String> more = new TreeSet<>(List.of(config.rootNamespace()));
      more.removeAll(config.namespaces());
      more.forEach(namespace -> rights.add(peerAuthentications(namespace)));
      config.installations().stream()
          .filter(one -> !config.namespaces().contains(one.workload().namespace()))
          .forEach(one -> elsewhere(one, rights));
    }
    for (InstallationAccess.Settings installation : config.installations()) {
      rights.add(of(installation.workload().namespace(), "", "pods", "list", "watch"));
    }
    rights.add(of(config.stateNamespace(), "", "configmaps", "create"));
    for (InstallationAccess.Settings installation : config.installations()) {
      rights.add(
          new Right(
              List.of("get", "update"),
              "",
              "configmaps",
              config.stateNamespace(),
              InstallationAccess.Settings.stateName(installation.workload())));
    }
    return rights.stream().distinct().toList();
  }

  /** What an installation takes in a namespace of which no workload is served. */
  private static void elsewhere(InstallationAccess.Settings installation, List<Right> rights) {
    WorkloadRef workload = installation.workload();
    rights.add(of(workload.namespace(), "apps", "deployments", "get", "list", "watch"));
    if (installation.restarts().when() != RestartPolicy.When.NEVER) {
      rights.add(
          new Right(
              List.of("patch"), "apps", "deployments", workload.namespace(), workload.name()));
    }
    rights.add(of(workload.namespace(), "", "pods", "patch"));
    rights.add(of(workload.namespace(), "", "events", "create"));
  }

  /** The rights to the policies of Istio 1.0 to 1.5, and to the Services that they are for. */
  static List<Right> neededForAlphaPolicies(OperatorConfig config) {
    List<@Nullable String> namespaces = new ArrayList<>(config.namespaces());
    if (namespaces.isEmpty()) {
      namespaces.add(null);
    }
    List<Right> rights = new ArrayList<>();
    for (String namespace : namespaces) {
      rights.add(of(namespace, MeshPolicies.ALPHA, "policies", "list", "watch"));
      rights.add(of(namespace, "", "services", "list"));
    }
    rights.add(of(null, MeshPolicies.ALPHA, "meshpolicies", "list", "watch"));
    return rights;
  }

  /** The rights to the files of a Prometheus installation, by name. */
  static List<Right> neededFor(String namespace, Preflight.InstallationFiles files) {
    List<Right> rights = new ArrayList<>();
    rights.add(
        new Right(
            List.of("get", "list", "watch", "update"),
            "",
            "configmaps",
            namespace,
            files.configMap()));
    for (String secret : files.secrets()) {
      rights.add(new Right(List.of("get", "list", "watch"), "", "secrets", namespace, secret));
    }
    return rights;
  }

  private static void inNamespace(@Nullable String namespace, List<Right> rights) {
    rights.add(of(namespace, "appmetrics.io", "appmetrics", "list", "watch"));
    rights.add(of(namespace, "appmetrics.io", "appmetrics/status", "patch"));
    for (String workloads : List.of("deployments", "statefulsets", "daemonsets")) {
      rights.add(of(namespace, "apps", workloads, "get", "list", "watch", "patch"));
    }
    rights.add(of(namespace, "", "pods", "list", "patch"));
    rights.add(peerAuthentications(namespace));
    rights.add(of(namespace, "", "events", "create"));
  }

  private static Right peerAuthentications(@Nullable String namespace) {
    return of(namespace, "security.istio.io", "peerauthentications", "list", "watch");
  }

  private static Right of(
      @Nullable String namespace, String group, String resource, String... verbs) {
    return new Right(List.of(verbs), group, resource, namespace, null);
  }

  Right withVerbs(List<String> some) {
    return new Right(some, group, resource, namespace, name);
  }

  ResourceAttributes attributes(String verb) {
    int slash = resource.indexOf('/');
    return new ResourceAttributesBuilder()
        .withVerb(verb)
        .withGroup(group)
        .withResource(slash < 0 ? resource : resource.substring(0, slash))
        .withSubresource(slash < 0 ? null : resource.substring(slash + 1))
        .withNamespace(namespace)
        .withName(name)
        .build();
  }

  /** Such as {@code get, list deployments.apps in all namespaces}. */
  @Override
  public String toString() {
    int slash = resource.indexOf('/');
    String plural = slash < 0 ? resource : resource.substring(0, slash);
    return String.join(", ", verbs)
        + " "
        + plural
        + (group.isEmpty() ? "" : "." + group)
        + (slash < 0 ? "" : resource.substring(slash))
        + (name == null ? "" : " " + name)
        + (namespace == null ? " in all namespaces" : " in namespace " + namespace);
  }
}
