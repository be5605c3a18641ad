package io.appmetrics.operator.api;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.appmetrics.operator.cluster.Cluster;
import io.appmetrics.operator.cluster.LocalCluster;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;

/** A real API server that has the committed definition, asked as kubectl does: in plain HTTP. */
final class ApiServer implements AutoCloseable {

  static final String VERSION = "/apis/appmetrics.io/v1alpha1";

  private final Cluster cluster;
  private final KubernetesClient client;
  private final String namespace;

  private ApiServer(Cluster cluster, String namespace) {
    this.cluster = cluster;
    this.client = cluster.client();
    this.namespace = cluster.namespace(namespace).name();
  }

  /** The server of this JVM, with the committed definition and a new namespace. */
  static ApiServer inNamespace(String namespace) throws IOException {
    var cluster = Cluster.of(LocalCluster.shared());
    cluster.parse(Files.readString(CrdFile.PATH)).forEach(cluster::applyShared);
    var server = new ApiServer(cluster, namespace);
    await("the definition to be served")
        .until(() -> server.get(server.collection(), "application/json").has("items"));
    return server;
  }

  @Override
  public void close() {
    cluster.close();
  }

  /** The AppMetrics of the namespace, as the records have them. */
  NonNamespaceOperation<AppMetrics, KubernetesResourceList<AppMetrics>, Resource<AppMetrics>>
      resources() {
    return client.resources(AppMetrics.class).inNamespace(namespace);
  }

  /** The path of the AppMetrics of the namespace. */
  String collection() {
    return VERSION + "/namespaces/" + namespace + "/appmetrics";
  }

  /** What comes of creating an AppMetrics named shop with unknown fields refused; nothing stays. */
  JsonNode create(String spec) {
    return send(
        "POST",
        collection() + "?fieldValidation=Strict&dryRun=All",
        "application/yaml",
        manifest("shop", spec));
  }

  /** Applies an AppMetrics on the server as kubectl does for {@code manager}. */
  JsonNode apply(String manager, String name, String spec) {
    return send(
        "PATCH",
        collection() + "/" + name + "?fieldManager=" + manager,
        "application/apply-patch+yaml",
        manifest(name, spec));
  }

  /** Merges into the status of an AppMetrics. */
  JsonNode patchStatus(String name, String status) {
    return send(
        "PATCH",
        collection() + "/" + name + "/status",
        "application/merge-patch+json",
        yaml("{status: " + status + "}").toString());
  }

  /** The answer in the wanted representation. */
  JsonNode get(String path, String accept) {
    return answer(request(path).header("Accept", accept));
  }

  private JsonNode send(String method, String path, String type, String body) {
    return answer(request(path).method(method, type, body));
  }

  private HttpRequest.Builder request(String path) {
    var server = client.getConfiguration().getMasterUrl().replaceAll("/$", "");
    return client.getHttpClient().newHttpRequestBuilder().uri(server + path);
  }

  private JsonNode answer(HttpRequest.Builder request) {
    var answer = client.getHttpClient().sendAsync(request.build(), String.class).join();
    // a path that is not served yet is answered in plain text
    return answer.body().startsWith("{")
        ? Serialization.unmarshal(answer.body(), JsonNode.class)
        : TextNode.valueOf(answer.body());
  }

  private static String manifest(String name, String spec) {
    return "{apiVersion: appmetrics.io/v1alpha1, kind: AppMetrics, metadata: {name: %s}, spec: %s}"
        .formatted(name, spec);
  }

  /** A YAML text, block or flow, as what JSON says of it. */
  static JsonNode yaml(String text) {
    // fabric8 takes a text that begins with a brace for JSON
    return Serialization.unmarshal("---\n" + text, JsonNode.class);
  }
}
