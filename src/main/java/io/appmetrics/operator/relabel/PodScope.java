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
import java.util.stream.Stream;

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
  private final List<String> nodeSelectors = new ArrayList<>();
  private final List<Function<Pod, Membership>> requirements = new ArrayList<>();
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
      var label = selector.text("label").orElse("");
      var field = selector.text("field").orElse("");
      if (selector.text("role").orElse("").equals("node")) {
        Stream.of(label, field).filter(text -> !text.isBlank()).forEach(nodeSelectors::add);
      } else {
        parts(label).forEach(part -> requirements.add(byLabel(part, label)));
        parts(field).forEach(part -> requirements.add(byField(part, field)));
      }
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
    for (var requirement : requirements) {
      var membership = requirement.apply(pod);
      if (!(membership instanceof Membership.In)) {
        return membership;
      }
    }
    return new Membership.In();
  }

  /** The parts between commas, those in parentheses apart. */
  private static List<String> parts(String selector) {
    return selector.isBlank() ? List.of() : List.of(selector.split(",(?![^(]*\\))"));
  }

  /** As in Kubernetes' labels.Parse; what is absent is not equal, and in no set. */
  private static Function<Pod, Membership> byLabel(String requirement, String selector) {
    var equality = EQUALITY.matcher(requirement);
    if (equality.matches()) {
      var key = equality.group(1);
      var value = equality.group(3);
      var wanted = !equality.group(2).equals("!=");
      return pod -> selected(value.equals(pod.labels().get(key)) == wanted, selector);
    }
    var set = SET.matcher(requirement);
    if (set.matches()) {
      var key = set.group(1);
      var values = Set.copyOf(List.of(set.group(3).strip().split("\\s*,\\s*", -1)));
      var wanted = set.group(2).equals("in");
      return pod ->
          selected(
              (pod.labels().containsKey(key) && values.contains(pod.labels().get(key))) == wanted,
              selector);
    }
    var existence = EXISTENCE.matcher(requirement);
    if (existence.matches()) {
      var key = existence.group(2);
      var wanted = existence.group(1).isEmpty();
      return pod -> selected(pod.labels().containsKey(key) == wanted, selector);
    }
    return pod -> new Membership.Unknown("selects by the label selector " + selector);
  }

  private static Function<Pod, Membership> byField(String requirement, String selector) {
    var equality = EQUALITY.matcher(requirement);
    if (!equality.matches() || !FIELDS.containsKey(equality.group(1))) {
      return pod -> new Membership.Unknown("selects by the field selector " + selector);
    }
    var field = FIELDS.get(equality.group(1));
    var value = equality.group(3);
    var wanted = !equality.group(2).equals("!=");
    return pod -> selected(value.equals(field.apply(pod)) == wanted, selector);
  }

  private static Membership selected(boolean holds, String selector) {
    return holds
        ? new Membership.In()
        : new Membership.Out("selects the pods with " + selector + " only");
  }
}
