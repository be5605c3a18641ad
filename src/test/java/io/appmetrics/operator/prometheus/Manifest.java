package io.appmetrics.operator.prometheus;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/** Prometheus as Istio ships it, and small changes to it. */
final class Manifest {
  static final String PLAIN = "istio-modern-addon-prometheus.yaml";
  static final String SECURE = "istio-modern-addon-prometheus-secure-metrics.yaml";

  private Manifest() {}

  static Deployment deployment(String file) {
    return only(file, Deployment.class);
  }

  static String prometheusYml(String file) {
    return Objects.requireNonNull(only(file, ConfigMap.class).getData().get("prometheus.yml"));
  }

  private static <T extends HasMetadata> T only(String file, Class<T> kind) {
    try (var stream = Manifest.class.getResourceAsStream("/istio/" + file)) {
      Object all = new KubernetesSerialization().unmarshal(Objects.requireNonNull(stream, file));
      return ((List<?>) all).stream().filter(kind::isInstance).map(kind::cast).findFirst().get();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The plain addon with a change. */
  static Deployment but(Consumer<Deployment> change) {
    Deployment deployment = new DeploymentBuilder(deployment(PLAIN)).build();
    change.accept(deployment);
    return deployment;
  }

  /** The plain addon, its Prometheus started with these arguments. */
  static Deployment arguments(String... arguments) {
    return but(d -> container(d).setArgs(new ArrayList<>(Arrays.asList(arguments))));
  }

  static Container container(Deployment deployment) {
    return deployment.getSpec().getTemplate().getSpec().getContainers().stream()
        .filter(c -> c.getName().equals("prometheus-server"))
        .findFirst()
        .orElseThrow();
  }
}
