package io.appmetrics.operator.cluster.node;

import io.fabric8.kubernetes.api.model.Pod;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What {@code fieldRef} can name of a pod (source: kubernetes {@code pkg/fieldpath}). */
record PodFields(Pod pod, String address, String nodeAddress) {

  private static final Pattern SUBSCRIPT =
      Pattern.compile("metadata\\.(labels|annotations)\\['(.*)'\\]");

  /** The value as text. */
  String value(String path) throws NotYet {
    var metadata = pod.getMetadata();
    var subscript = SUBSCRIPT.matcher(path);
    if (subscript.matches()) {
      var map =
          subscript.group(1).equals("labels") ? metadata.getLabels() : metadata.getAnnotations();
      return map == null ? "" : map.getOrDefault(subscript.group(2), "");
    }
    return switch (path) {
      case "metadata.name" -> metadata.getName();
      case "metadata.namespace" -> metadata.getNamespace();
      case "metadata.uid" -> metadata.getUid();
      case "metadata.labels" -> lines(metadata.getLabels());
      case "metadata.annotations" -> lines(metadata.getAnnotations());
      case "spec.nodeName" -> pod.getSpec().getNodeName();
      case "spec.serviceAccountName" ->
          Objects.requireNonNullElse(pod.getSpec().getServiceAccountName(), "default");
      case "status.podIP", "status.podIPs" -> address;
      case "status.hostIP", "status.hostIPs" -> nodeAddress;
      default -> throw new NotYet("unsupported fieldPath: " + path);
    };
  }

  private static String lines(@Nullable Map<String, String> map) {
    if (map == null) {
      return "";
    }
    return new TreeMap<>(map)
        .entrySet().stream()
            .map(e -> e.getKey() + "=\"" + e.getValue().replace("\"", "\\\"") + "\"")
            .collect(Collectors.joining("\n"));
  }
}
