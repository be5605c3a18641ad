package io.appmetrics.operator.cluster.node;

import io.appmetrics.operator.cluster.app.ConfigReloader;
import io.appmetrics.operator.cluster.app.DemoApp;
import io.appmetrics.operator.cluster.app.IstioAgent;
import io.appmetrics.operator.cluster.program.Binaries;
import io.appmetrics.operator.cluster.program.Binary;
import java.util.stream.Collectors;

/** The few images that the node has; nothing is ever pulled. */
final class Images {

  private final Binaries binaries;
  private final Root root;

  Images(Binaries binaries, Root root) {
    this.binaries = binaries;
    this.root = root;
  }

  /**
   * What the image runs.
   *
   * @throws NotYet when the node does not have it, with what it has
   */
  Program get(String image) throws NotYet {
    var name = image.replaceFirst("@sha256:.*", "");
    var colon = name.lastIndexOf(':');
    var tagged = colon > name.lastIndexOf('/');
    var repository = tagged ? name.substring(0, colon) : name;
    var tag = tagged ? name.substring(colon + 1) : "latest";
    return switch (repository.replaceFirst("^docker\\.io/", "")) {
      case "prom/prometheus", "localhost/prometheus" -> prometheus(image, tag);
      case "ghcr.io/prometheus-operator/prometheus-config-reloader",
          "quay.io/prometheus-operator/prometheus-config-reloader",
          "localhost/prometheus-config-reloader" ->
          new JvmProgram(ConfigReloader::new);
      case "istio/proxyv2", "gcr.io/istio-release/proxyv2", "localhost/proxyv2" ->
          new JvmProgram(IstioAgent::new);
      case "localhost/demo-app" -> new JvmProgram(DemoApp::new);
      default -> throw new NotYet("ImagePullBackOff", "LocalNode has no image \"" + image + "\"");
    };
  }

  private Program prometheus(String image, String tag) throws NotYet {
    for (var binary : Binary.prometheis()) {
      if (tag.replaceFirst("^v", "").equals(binary.version())) {
        return new PrometheusProgram(binaries.get(binary), root);
      }
    }
    throw new NotYet(
        "ImagePullBackOff",
        "LocalNode has no image \"%s\", only the tags %s"
            .formatted(
                image,
                Binary.prometheis().stream()
                    .map(binary -> "v" + binary.version())
                    .collect(Collectors.joining(", "))));
  }
}
