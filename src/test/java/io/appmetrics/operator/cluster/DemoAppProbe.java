package io.appmetrics.operator.cluster;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/** A deployed demo app, and what a test does to it while it runs. */
public final class DemoAppProbe {

  private static final int CONTROL_PORT = 9000;

  private final TestNamespace namespace;
  private final String name;
  private final Map<String, String> behaviours = new TreeMap<>();

  DemoAppProbe(TestNamespace namespace, String name) {
    this.namespace = namespace;
    this.name = name;
  }

  /** The workload's name. */
  public String name() {
    return name;
  }

  /** Its only pod. */
  public Pod pod() {
    return namespace.pod(name);
  }

  /** Its pods. */
  public List<Pod> pods() {
    return namespace.pods(name);
  }

  /** From now on the port takes only TLS with a certificate of the mesh; no pod changes. */
  public void demandsMutualTls(int port) {
    behaves(port, "mtls");
  }

  /**
   * From now on the port behaves so, in the running pods and in those to come; no pod changes.
   *
   * @param behaviour plain, mtls, down or hang; after plain and mtls also html or a status
   */
  public void behaves(int port, String behaviour) {
    behavesFromNextStart(port, behaviour);
    for (var pod : pods()) {
      Http.mustPut(control(pod, "/behaviour/" + port), behaviour);
    }
  }

  /** The same in the pods to come alone; those that run stay as they are. */
  public void behavesFromNextStart(int port, String behaviour) {
    behaviours.put(Integer.toString(port), behaviour);
    namespace.apply(
        List.of(
            new ConfigMapBuilder()
                .withNewMetadata()
                .withName(name + "-behaviour")
                .endMetadata()
                .withData(behaviours)
                .build()));
  }

  /** The pods answer their readiness probe so. */
  public void isHealthy(boolean healthy) {
    pods().forEach(pod -> isHealthy(pod, healthy));
  }

  /** The pod answers its readiness probe so. */
  public static void isHealthy(Pod pod, boolean healthy) {
    Http.mustPut(control(pod, "/health"), healthy ? "ok" : "ill");
  }

  /** The program in the pod ends with this code. */
  public static void exits(Pod pod, int code) {
    try {
      Http.put(control(pod, "/exit"), Integer.toString(code));
    } catch (ConnectException e) {
      throw new UncheckedIOException(e);
    } catch (IOException e) {
      // it ended before it could answer
    }
  }

  /** The text of a file in a pod's container, or the names in a directory; empty when not there. */
  public static Optional<String> file(Pod pod, String path) {
    return control(pod, "/files" + path, HttpResponse::body);
  }

  /** The permissions of a file, as {@code rw-r--r--}. */
  public static Optional<String> mode(Pod pod, String path) {
    return control(
        pod, "/files" + path, response -> response.headers().firstValue("X-Mode").orElse(""));
  }

  /** The environment, a line per variable. */
  public static List<String> environment(Pod pod) {
    return control(pod, "/environment", response -> response.body().lines().toList())
        .orElse(List.of());
  }

  private static <T> Optional<T> control(
      Pod pod, String path, Function<HttpResponse<String>, T> answer) {
    try {
      var response = Http.get(control(pod, path));
      return response.statusCode() == 200 ? Optional.of(answer.apply(response)) : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static URI control(Pod pod, String path) {
    return URI.create("http://" + pod.getStatus().getPodIP() + ":" + CONTROL_PORT + path);
  }
}
