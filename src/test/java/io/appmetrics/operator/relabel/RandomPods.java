package io.appmetrics.operator.relabel;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerPortBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Pods as they come, and a few that never should; the same from the same seed. */
final class RandomPods {

  private static final List<String> PHASES =
      List.of("Running", "Running", "Running", "Pending", "Succeeded", "Failed");

  private final Random random;
  private final List<String> namespaces;
  private final String node;

  RandomPods(long seed, List<String> namespaces, String node) {
    this.random = new Random(seed);
    this.namespaces = namespaces;
    this.node = node;
  }

  /** The n-th pod, with the status that it is to have. */
  Pod pod(int n) {
    var containers = containers("c", 1 + random.nextInt(3));
    var init = containers("i", oneIn(3) ? 1 + random.nextInt(2) : 0);
    if (oneIn(3)) {
      containers.add(sidecar());
    } else if (oneIn(3)) {
      // a native sidecar
      init.add(new ContainerBuilder(sidecar()).withRestartPolicy("Always").build());
    }
    var builder =
        new PodBuilder()
            .withNewMetadata()
            .withName("pod-" + n)
            .withNamespace(any(namespaces))
            .withLabels(labels())
            .withAnnotations(annotations(!init.isEmpty() || containers.size() > 1))
            .endMetadata()
            .withNewSpec()
            .withNodeName(node)
            .withContainers(containers)
            .withInitContainers(init)
            .endSpec()
            .withStatus(status(n, containers, init));
    if (oneIn(2)) {
      builder
          .editMetadata()
          .withOwnerReferences(
              new OwnerReferenceBuilder()
                  .withApiVersion("example.com/v1")
                  .withKind(any(List.of("ReplicaSet", "Job", "Rollout")))
                  .withName("owner-" + random.nextInt(9))
                  .withUid("00000000-0000-0000-0000-00000000000" + random.nextInt(9))
                  .withController(!oneIn(4))
                  .build())
          .endMetadata();
    }
    return builder.build();
  }

  private List<Container> containers(String prefix, int count) {
    var containers = new ArrayList<Container>();
    for (var i = 0; i < count; i++) {
      var ports = new LinkedHashMap<Integer, String>();
      for (var left = random.nextInt(4); left > 0; left--) {
        ports.put(any(List.of(80, 443, 8080, 8443, 9090, 9102, 15020)), oneIn(2) ? "p" + left : "");
      }
      var container =
          new ContainerBuilder()
              .withName(prefix + i)
              .withImage(any(List.of("app:1", "registry.example.com/shop/cart@sha256:0123")));
      ports.forEach(
          (port, name) ->
              container.addToPorts(
                  new ContainerPortBuilder()
                      .withContainerPort(port)
                      .withName(name.isEmpty() ? null : name)
                      .withProtocol(any(List.of("TCP", "TCP", "UDP", "SCTP")))
                      .build()));
      containers.add(container.build());
    }
    return containers;
  }

  private static Container sidecar() {
    return new ContainerBuilder()
        .withName("istio-proxy")
        .withImage("proxyv2:1")
        .addNewPort()
        .withContainerPort(15090)
        .withName("http-envoy-prom")
        .endPort()
        .build();
  }

  private Map<String, String> labels() {
    var labels = new LinkedHashMap<String, String>();
    some(labels, 2, "app", "cart", "till", "");
    some(labels, 3, "app.kubernetes.io/name", "cart", "Till");
    some(labels, 4, "security.istio.io/tlsMode", "istio", "disabled");
    some(labels, 8, "job", "mine");
    some(labels, 8, "instance", "mine");
    some(labels, 8, "namespace", "other");
    some(labels, 9, "version", "v1", "V2.0_x");
    // becomes the same label as the one above
    some(labels, 40, "app.kubernetes.io_name", "cart", "other");
    return labels;
  }

  private Map<String, String> annotations(boolean mayHaveSidecar) {
    var annotations = new LinkedHashMap<String, String>();
    some(annotations, 1, "prometheus.io/scrape", "true", "true", "true", "false", "True", "");
    some(annotations, 2, "prometheus.io/port", "8080", "15020", "80", "443", "http", "", "80 ");
    some(annotations, 3, "prometheus.io/path", "/actuator/prometheus", "stats?a=b", "/a b/ü*", "");
    some(annotations, 4, "prometheus.io/scheme", "http", "https", "HTTPS", "ftp");
    some(annotations, 6, "prometheus.io/scrape-slow", "true", "false");
    some(annotations, 6, "prometheus.io/param_format", "text", "a&b=c +");
    some(annotations, 9, "prometheus.io/param_x-y", "1");
    some(annotations, 9, "istio_mtls", "true", "false");
    some(annotations, 6, "prometheus.istio.io/secure-port", "15091");
    some(annotations, 5, "appmetrics.io/interval-1", "15s", "7d", "90m", "1h30m", "0s", "soon", "");
    some(annotations, 5, "example.com/text", "two\nlines", "ÄÖ ß 😀", "a;b;c", "$1 ${x} $$");
    if (mayHaveSidecar) {
      some(annotations, 2, "sidecar.istio.io/status", "{\"containers\":[\"istio-proxy\"]}");
    }
    // become the same label as the one above
    some(annotations, 40, "prometheus.io.port", "8080", "9");
    some(annotations, 40, "prometheus.io_scrape", "true");
    return annotations;
  }

  private PodStatus status(int n, List<Container> containers, List<Container> init) {
    var phase = any(PHASES);
    var ip = ip(n);
    var status =
        new PodStatusBuilder()
            .withPhase(phase)
            .withContainerStatuses(statuses(containers))
            .withInitContainerStatuses(statuses(init));
    if (!ip.isEmpty()) {
      status.withPodIP(ip).addNewPodIP(ip).withHostIP("127.9.9.9").addNewHostIP("127.9.9.9");
    }
    if (!oneIn(5)) {
      status.withConditions(
          new PodConditionBuilder()
              .withType("Ready")
              .withStatus(any(List.of("True", "False", "Unknown")))
              .build());
    }
    return status.build();
  }

  /** Where nobody listens; some none, some of IPv6, some several pods' on their node's network. */
  private String ip(int n) {
    if (oneIn(15)) {
      return "";
    }
    if (oneIn(6)) {
      return "fd00::" + Integer.toHexString(n + 1);
    }
    return oneIn(12) ? "127.8.0.1" : "127.8." + (1 + n / 250) + "." + (1 + n % 250);
  }

  private List<ContainerStatus> statuses(List<Container> containers) {
    var statuses = new ArrayList<ContainerStatus>();
    for (var container : containers) {
      if (!oneIn(4)) {
        statuses.add(
            new ContainerStatusBuilder()
                .withName(container.getName())
                .withImage(container.getImage())
                .withImageID("")
                .withReady(false)
                .withRestartCount(0)
                .withContainerID(oneIn(4) ? null : "containerd://" + random.nextInt(1_000_000))
                .build());
      }
    }
    return statuses;
  }

  private void some(Map<String, String> map, int oneIn, String key, String... values) {
    if (oneIn(oneIn)) {
      map.put(key, values[random.nextInt(values.length)]);
    }
  }

  private boolean oneIn(int n) {
    return random.nextInt(n) == 0;
  }

  private <T> T any(List<T> values) {
    return values.get(random.nextInt(values.size()));
  }
}
