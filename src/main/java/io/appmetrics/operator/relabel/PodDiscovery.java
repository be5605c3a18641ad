package io.appmetrics.operator.relabel;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/** The labels that pod discovery gives the targets of a pod (discovery/kubernetes/pod.go). */
final class PodDiscovery {

  static final String KUBERNETES = "__meta_kubernetes_";
  private static final String POD = KUBERNETES + "pod_";

  private final Dialect dialect;

  PodDiscovery(Dialect dialect) {
    this.dialect = dialect;
  }

  /** One target for each port of each container, one without a port for a container without. */
  List<Labels> targets(Pod pod) {
    var targets = new ArrayList<Labels>();
    if (pod.ip().isEmpty()) {
      return targets; // starting, or evicted
    }
    var common = podLabels(pod);
    pod.containers().forEach(container -> add(targets, common, pod, container, false));
    if (dialect.initContainers()) {
      pod.initContainers().forEach(container -> add(targets, common, pod, container, true));
    }
    return targets;
  }

  private void add(
      List<Labels> targets, Labels common, Pod pod, Pod.Container container, boolean init) {
    var own = common.copy();
    own.set(POD + "container_name", container.name());
    if (dialect.containerId()) {
      own.set(POD + "container_id", container.id());
    }
    if (dialect.containerImage()) {
      own.set(POD + "container_image", container.image());
    }
    if (dialect.initContainers()) {
      own.set(POD + "container_init", Boolean.toString(init));
    }
    if (container.ports().isEmpty()) {
      // an IPv6 address stays without brackets here
      own.set(Labels.ADDRESS, pod.ip());
      targets.add(own);
    }
    for (var port : container.ports()) {
      var target = own.copy();
      var host = pod.ip().contains(":") ? "[" + pod.ip() + "]" : pod.ip();
      target.set(Labels.ADDRESS, host + ":" + port.number());
      target.set(POD + "container_port_number", Integer.toString(port.number()));
      target.set(POD + "container_port_name", port.name());
      target.set(POD + "container_port_protocol", port.protocol());
      targets.add(target);
    }
  }

  private Labels podLabels(Pod pod) {
    var labels = new Labels(dialect);
    labels.set(KUBERNETES + "namespace", pod.namespace());
    labels.set(POD + "name", pod.name());
    labels.set(POD + "ip", pod.ip());
    labels.set(POD + "ready", pod.ready().toLowerCase(Locale.ROOT));
    labels.set(POD + "node_name", pod.nodeName());
    labels.set(POD + "host_ip", pod.hostIp());
    labels.set(POD + "uid", pod.uid());
    if (dialect.podPhase()) {
      labels.set(POD + "phase", pod.phase());
    }
    if (pod.controller() != null) {
      labels.set(POD + "controller_kind", pod.controller().kind());
      labels.set(POD + "controller_name", pod.controller().name());
    }
    addMeta(labels, "label", pod.labels());
    addMeta(labels, "annotation", pod.annotations());
    return labels;
  }

  private void addMeta(Labels labels, String kind, Map<String, String> meta) {
    for (var key : new TreeSet<>(meta.keySet())) {
      var name = Spellings.sanitised(key);
      var value = meta.getOrDefault(key, "");
      labels.set(POD + kind + "_" + name, value);
      if (dialect.present()) {
        labels.set(POD + kind + "present_" + name, "true");
      }
    }
  }
}
