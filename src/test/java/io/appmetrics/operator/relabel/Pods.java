package io.appmetrics.operator.relabel;

import io.appmetrics.operator.relabel.Pod.Container;
import io.appmetrics.operator.relabel.Pod.Port;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Pods for tables: one of a shop, running and ready, changed as a row wants it. */
final class Pods {

  static final Pod SHOP =
      new Pod(
          "shop",
          "cart-1",
          "u-1",
          "10.0.0.7",
          "10.9.0.1",
          "node-1",
          "Running",
          "True",
          Map.of("app", "cart"),
          Map.of(),
          new Pod.Controller("ReplicaSet", "cart"),
          List.of(container("cart", 8080)),
          List.of());

  private Pods() {}

  static Container container(String name, int... ports) {
    var declared = new ArrayList<Port>();
    for (var port : ports) {
      declared.add(new Port(port, "p" + port, "TCP"));
    }
    return new Container(name, name + ":1", "containerd://" + name, declared);
  }

  /** Annotations or labels as {@code key=value}. */
  static Pod annotated(String... pairs) {
    return SHOP.withAnnotations(map(pairs));
  }

  static Pod at(String ip, Container... containers) {
    return with(SHOP, ip, SHOP.phase(), List.of(containers), List.of());
  }

  static Pod inPhase(Pod pod, String phase) {
    return with(pod, pod.ip(), phase, pod.containers(), pod.initContainers());
  }

  static Pod with(
      Pod pod, String ip, String phase, List<Container> containers, List<Container> init) {
    return new Pod(
        pod.namespace(),
        pod.name(),
        pod.uid(),
        ip,
        pod.hostIp(),
        pod.nodeName(),
        phase,
        pod.ready(),
        pod.labels(),
        pod.annotations(),
        pod.controller(),
        containers,
        init);
  }

  static Map<String, String> map(String... pairs) {
    var map = new HashMap<String, String>();
    for (var pair : pairs) {
      var at = pair.indexOf('=');
      map.put(pair.substring(0, at), pair.substring(at + 1));
    }
    return map;
  }
}
