package io.appmetrics.operator.relabel;

import io.appmetrics.operator.scrapeconfig.ConfigNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which pods one entry of {@code kubernetes_sd_configs} with {@code role: pod} discovers, and what
 * it attaches. An {@code api_server} is taken for that of the pod's own cluster.
 */
final class PodScope {

  /** The labels of the Node, the Namespace and the like, which are not known from the pod. */
  private static final Map<String, List<String>> ATTACHED =
      Map.of(
          "node", List.of(PodDiscovery.KUBERNETES + "node_"),
          "namespace",
              List.of(
                  PodDiscovery.KUBERNETES + "namespace_label",
                  PodDiscovery.KUBERNETES + "namespace_annotation"),
          "deployment", List.of(PodDiscovery.KUBERNETES + "pod_deployment_name"),
          "job", List.of(PodDiscovery.KUBERNETES + "pod_job_name"),
          "cronjob", List.of(PodDiscovery.KUBERNETES + "pod_cronjob_name"));

  private static final Pattern EQUALITY =
      Pattern.compile("\\s*([\\w./-]+)\\s*(==|=|!=)\\s*([\\w.-]*)\\s*");
  private static final Pattern SET =
      Pattern.compile("\\s*([\\w./-]+)\\s+(in|notin)\\s*\\(([\\w.,\\s-]*)\\)\\s*");
  private static final Pattern EXISTENCE = Pattern.compile("\\s*(!?)\\s*([\\w./-]+)\\s*");

  private static final Map<String, Function<Pod, String>> FIELDS =
      Map.of(
          "metadata.name", Pod::name,
          "metadata.namespace", Pod::namespace,
          "spec.nodeName", Pod::nodeName,
          "status.phase", Pod::phase,
          "status.podIP", Pod::ip);

  private final Set<String> namespaces;
  private final List<String> labelSelectors = new ArrayList<>();
  private final List<String> fieldSelectors = new ArrayList<>();
  private final List<String> nodeSelectors = new ArrayList<>();
  private final List<String> attached;

  /**
   * @param ownNamespace of the Prometheus
   */
  PodScope(ConfigNode entry, String ownNamespace) {
    var named = entry.field("namespaces");
    this.namespaces =
        named.stream()
            .flatMap(node -> node.items("names").stream())
            .flatMap(name -> name.text().stream())
            .collect(Collectors.toCollection(TreeSet::new));
    if (named.flatMap(node -> node.text("own_namespace")).orElse("").equals("true")) {
      namespaces.add(ownNamespace);
    }
    for (var selector : entry.items("selectors")) {
      var forNodes = selector.text("role").orElse("").equals("node");
      selector
          .text("label")
          .filter(text -> !text.isBlank())
          .ifPresent(forNodes ? nodeSelectors::add : labelSelectors::add);
      selector
          .text("field")
          .filter(text -> !text.isBlank())
          .ifPresent(forNodes ? nodeSelectors::add : fieldSelectors::add);
    }
    this.attached =
        entry.field("attach_metadata").stream()
            .flatMap(node -> node.fields().entrySet().stream())
            .filter(field -> field.getValue().text().orElse("").equals("true"))
            .flatMap(field -> ATTACHED.getOrDefault(field.getKey(), List.of()).stream())
            .sorted()
            .toList();
  }

  /** What names labels that only a look at other objects could tell begin with. */
  List<String> attached() {
    return attached;
  }

  /** Whether the pod is discovered. */
  sealed interface Membership {
    record In() implements Membership {}

    record Out(String why) implements Membership {}

    record Unknown(String why) implements Membership {}
  }

  Membership of(Pod pod) {
    if (!namespaces.isEmpty() && !namespaces.contains(pod.namespace())) {
      return new Membership.Out(
          "discovers the namespaces " + String.join(", ", namespaces) + " only");
    }
    if (!nodeSelectors.isEmpty()) {
      return new Membership.Unknown("selects by nodes (" + String.join(", ", nodeSelectors) + ")");
    }
    for (var selector : labelSelectors) {
      for (var requirement : requirements(selector)) {
        var membership = matches(requirement, selector, pod);
        if (!(membership instanceof Membership.In)) {
          return membership;
        }
      }
    }
    for (var selector : fieldSelectors) {
      for (var requirement : requirements(selector)) {
        var equality = EQUALITY.matcher(requirement);
        if (!equality.matches() || !FIELDS.containsKey(equality.group(1))) {
          return new Membership.Unknown("selects by the field selector " + selector);
        }
        var value = FIELDS.get(equality.group(1)).apply(pod);
        if (value.equals(equality.group(3)) == equality.group(2).equals("!=")) {
          return new Membership.Out("selects the pods with " + selector + " only");
        }
      }
    }
    return new Membership.In();
  }

  /** The parts between commas, those in parentheses apart. */
  private static List<String> requirements(String selector) {
    return List.of(selector.split(",(?![^(]*\\))"));
  }

  /** Selectors as in Kubernetes' labels.Parse; what is absent is not equal, and in no set. */
  private static Membership matches(String requirement, String selector, Pod pod) {
    boolean holds;
    var equality = EQUALITY.matcher(requirement);
    var set = SET.matcher(requirement);
    var existence = EXISTENCE.matcher(requirement);
    if (equality.matches()) {
      var equal = equality.group(3).equals(pod.labels().get(equality.group(1)));
      holds = equal != equality.group(2).equals("!=");
    } else if (set.matches()) {
      var value = pod.labels().get(set.group(1));
      var in =
          value != null && List.of(set.group(3).strip().split("\\s*,\\s*", -1)).contains(value);
      holds = in == set.group(2).equals("in");
    } else if (existence.matches()) {
      holds = pod.labels().containsKey(existence.group(2)) == existence.group(1).isEmpty();
    } else {
      return new Membership.Unknown("selects by the label selector " + selector);
    }
    return holds
        ? new Membership.In()
        : new Membership.Out("selects the pods with " + selector + " only");
  }
}
