package io.appmetrics.operator.cluster;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.bouncycastle.asn1.x509.GeneralName;

/**
 * Istio's injector: a mutating webhook for the pods of one namespace, served by this JVM (source:
 * istio {@code manifests/charts/istio-control/istio-discovery/templates/mutatingwebhook.yaml}).
 * What it makes of a pod is {@link InjectedPod}.
 */
final class SidecarInjector implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration KNOWN = Duration.ofSeconds(20);

  private final HttpsServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool(SidecarInjector::daemon);

  private SidecarInjector(HttpsServer server) {
    this.server = server;
  }

  /** Injects every pod that the namespace gets from now on, but those labelled otherwise. */
  static SidecarInjector start(TestNamespace namespace) {
    var authority = CertificateAuthority.named("CN=istiod-of-the-tests");
    var serving =
        authority.issue("CN=istiod", List.of(new GeneralName(GeneralName.iPAddress, "127.0.0.1")));
    try {
      var server =
          HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.setHttpsConfigurator(new HttpsConfigurator(serving.context()));
      var injector = new SidecarInjector(server);
      server.createContext("/inject", injector::inject);
      server.setExecutor(injector.threads);
      server.start();
      injector.register(namespace, authority);
      return injector;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Pods are refused from now on where the configuration still stands. */
  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void register(TestNamespace namespace, CertificateAuthority authority) {
    var client = namespace.cluster().client();
    client
        .namespaces()
        .withName(namespace.name())
        .edit(
            found ->
                found
                    .edit()
                    .editMetadata()
                    .addToLabels("istio-injection", "enabled")
                    .endMetadata()
                    .build());
    namespace
        .cluster()
        .apply(
            """
            apiVersion: admissionregistration.k8s.io/v1
            kind: MutatingWebhookConfiguration
            metadata: {name: istio-sidecar-injector-%1$s}
            webhooks:
            - name: namespace.sidecar-injector.istio.io
              admissionReviewVersions: [v1]
              sideEffects: None
              failurePolicy: Fail
              clientConfig: {url: "https://127.0.0.1:%2$d/inject", caBundle: %3$s}
              namespaceSelector:
                matchLabels: {istio-injection: enabled, kubernetes.io/metadata.name: %1$s}
              objectSelector:
                matchExpressions: [{key: sidecar.istio.io/inject, operator: NotIn, values: ["false"]}]
              rules:
              - {apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}
            """
                .formatted(
                    namespace.name(),
                    server.getAddress().getPort(),
                    Base64.getEncoder()
                        .encodeToString(authority.rootPem().getBytes(StandardCharsets.UTF_8))));
    var probe =
        new PodBuilder()
            .withNewMetadata()
            .withGenerateName("probe-")
            .withNamespace(namespace.name())
            .endMetadata()
            .withNewSpec()
            .addNewContainer()
            .withName("app")
            .withImage("localhost/demo-app:test")
            .endContainer()
            .endSpec()
            .build();
    // the API server learns of a webhook by a watch of its own
    await("injection in " + namespace.name())
        .atMost(KNOWN)
        .until(
            () ->
                client
                    .resource(probe)
                    .dryRun()
                    .create()
                    .getMetadata()
                    .getAnnotations()
                    .containsKey(InjectedPod.STATUS));
  }

  private void inject(HttpExchange exchange) throws IOException {
    var review = (ObjectNode) JSON.readTree(exchange.getRequestBody());
    var request = review.path("request");
    var patch = InjectedPod.patch(request.path("object"));
    var response = JSON.createObjectNode();
    response.set("uid", request.path("uid"));
    response.put("allowed", true);
    response.put("patchType", "JSONPatch");
    response.put("patch", Base64.getEncoder().encodeToString(bytes(patch)));
    review.remove("request");
    review.set("response", response);
    var answer = bytes(review);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(200, answer.length);
    try (var out = exchange.getResponseBody()) {
      out.write(answer);
    }
  }

  private static byte[] bytes(JsonNode node) throws IOException {
    return JSON.writeValueAsBytes(node);
  }

  private static Thread daemon(Runnable task) {
    var thread = new Thread(task, "sidecar-injector");
    thread.setDaemon(true);
    return thread;
  }
}
