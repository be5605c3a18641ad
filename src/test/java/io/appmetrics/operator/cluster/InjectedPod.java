package io.appmetrics.operator.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * What Istio 1.13 to 1.30 make of a pod, with the mesh's defaults: a container istio-proxy, and
 * unless the pod says otherwise the merging of its metrics. Written from Istio's own {@code
 * pkg/kube/inject/webhook.go} (applyPrometheusMerge, getPrometheusScrape,
 * clearPrometheusAnnotations) and nothing of the product's, so that each checks the other.
 */
final class InjectedPod {

  /** On each injected pod. */
  static final String STATUS = "sidecar.istio.io/status";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String AGENT_PORT = "15020";

  private final ObjectNode annotations;
  private final ObjectNode proxy;

  private InjectedPod(ObjectNode annotations, ObjectNode proxy) {
    this.annotations = annotations;
    this.proxy = proxy;
  }

  /** The JSON patch that injects the pod. */
  static ArrayNode patch(JsonNode pod) {
    var found = pod.path("metadata").path("annotations");
    ObjectNode annotations =
        found instanceof ObjectNode object ? object.deepCopy() : JSON.createObjectNode();
    var injected = new InjectedPod(annotations, proxy());
    injected.mergeMetrics();
    annotations.put(
        STATUS, "{\"containers\":[\"istio-proxy\"],\"revision\":\"default\",\"volumes\":[]}");
    var patch = JSON.createArrayNode();
    patch.add(operation("/metadata/annotations", annotations));
    patch.add(operation("/spec/containers/-", injected.proxy));
    return patch;
  }

  private static ObjectNode operation(String path, JsonNode value) {
    return JSON.createObjectNode().put("op", "add").put("path", path).set("value", value);
  }

  private static ObjectNode proxy() {
    var proxy =
        JSON.createObjectNode()
            .put("name", "istio-proxy")
            .put("image", "docker.io/istio/proxyv2:1.30.2");
    proxy.putArray("args").add("proxy").add("sidecar");
    proxy
        .putArray("ports")
        .addObject()
        .put("containerPort", 15090)
        .put("name", "http-envoy-prom")
        .put("protocol", "TCP");
    proxy.putArray("env").addObject().put("name", "ISTIO_META_MESH_ID").put("value", "test");
    proxy
        .putObject("readinessProbe")
        .put("periodSeconds", 1) // 15 in Istio, for which no test waits
        .putObject("httpGet")
        .put("path", "/healthz/ready")
        .put("port", 15021);
    return proxy;
  }

  private void mergeMetrics() {
    var wanted = annotations.path("prometheus.istio.io/merge-metrics").asText("true");
    var scrape = read("prometheus_io_scrape");
    var port = read("prometheus_io_port");
    if (!wanted.equals("true") || scrape.equals("false") || port.equals(AGENT_PORT)) {
      return;
    }
    var path = read("prometheus_io_path");
    if (!(scrape + port + path).isEmpty()) {
      var told = JSON.createObjectNode().put("scrape", scrape).put("path", path).put("port", port);
      ((ArrayNode) proxy.path("env"))
          .addObject()
          .put("name", "ISTIO_PROMETHEUS_ANNOTATIONS")
          .put("value", told.toString());
    }
    annotations
        .properties()
        .removeIf(
            annotation ->
                sanitised(annotation.getKey()).matches("prometheus_io_(scrape|port|path)"));
    annotations
        .put("prometheus.io/port", AGENT_PORT)
        .put("prometheus.io/path", "/stats/prometheus")
        .put("prometheus.io/scrape", "true");
  }

  /** In any spelling that is one label to Prometheus (istio#31187). */
  private String read(String label) {
    return annotations.properties().stream()
        .filter(annotation -> sanitised(annotation.getKey()).equals(label))
        .map(annotation -> annotation.getValue().asText())
        .findFirst()
        .orElse("");
  }

  private static String sanitised(String key) {
    return key.replaceAll("[^a-zA-Z0-9_]", "_");
  }
}
