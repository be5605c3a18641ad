package io.appmetrics.operator.story;

import io.appmetrics.operator.apiserver.Deeds;
import io.appmetrics.operator.cluster.Kubeconfig;
import io.appmetrics.operator.cluster.SlowRoad;
import io.appmetrics.operator.cluster.TestNamespace;
import io.appmetrics.operator.deploy.Deployed;
import io.appmetrics.operator.runtime.CannotStart;
import io.appmetrics.operator.runtime.Meters;
import io.appmetrics.operator.runtime.OperatorConfig;
import io.appmetrics.operator.runtime.OperatorRuntime;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.util.Map;
import java.util.function.Function;

/** All is as {@code deploy/} ships it; only the process is the test's own, for speed. */
final class OperatorInThisJvm implements OperatorUnderTest {
  private final AutoCloseable road;
  private final KubernetesClient client;
  private final Meters meters = new Meters();
  private final OperatorRuntime runtime;

  private OperatorInThisJvm(
      AutoCloseable road, KubernetesClient client, OperatorConfig config, Deeds deeds) {
    this.road = road;
    this.client = client;
    this.runtime = OperatorRuntime.start(client, config, meters, deeds);
  }

  static OperatorInThisJvm start(TestNamespace istio, Map<String, String> environment) {
    return start(istio, environment, Deeds.UNWATCHED);
  }

  /** One that somebody watches. */
  static OperatorInThisJvm start(
      TestNamespace istio, Map<String, String> environment, Deeds deeds) {
    Deployed deployed = deployed(istio);
    return start(() -> {}, deployed.operatorClient(), environment, deeds);
  }

  /** One that is far from the API server. */
  static OperatorInThisJvm start(
      TestNamespace istio,
      Map<String, String> environment,
      Deeds deeds,
      Function<Kubeconfig, SlowRoad> far) {
    SlowRoad road = far.apply(deployed(istio).operator());
    KubernetesClient client =
        new KubernetesClientBuilder()
            .withConfig(road.kubeconfig().config("appmetrics-operator"))
            .build();
    return start(road, client, environment, deeds);
  }

  private static Deployed deployed(TestNamespace istio) {
    Definitions.establish(istio.cluster());
    Deployed deployed = Deployed.install(istio.cluster().admin());
    deployed.grantInstallation(istio.name(), "prometheus", "istio.default");
    return deployed;
  }

  private static OperatorInThisJvm start(
      AutoCloseable road, KubernetesClient client, Map<String, String> environment, Deeds deeds) {
    try {
      return new OperatorInThisJvm(road, client, OperatorConfig.from(environment), deeds);
    } catch (CannotStart e) {
      throw new IllegalArgumentException(e);
    }
  }

  @Override
  public void close() {
    runtime.close();
    client.close();
    try {
      road.close();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
