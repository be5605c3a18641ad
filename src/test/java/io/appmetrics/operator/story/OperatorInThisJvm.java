package io.appmetrics.operator.story;

import io.appmetrics.operator.apiserver.Deeds;
import io.appmetrics.operator.cluster.TestNamespace;
import io.appmetrics.operator.deploy.Deployed;
import io.appmetrics.operator.runtime.CannotStart;
import io.appmetrics.operator.runtime.Meters;
import io.appmetrics.operator.runtime.OperatorConfig;
import io.appmetrics.operator.runtime.OperatorRuntime;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Map;

/** All is as {@code deploy/} ships it; only the process is the test's own, for speed. */
final class OperatorInThisJvm implements OperatorUnderTest {
  private final KubernetesClient client;
  private final Meters meters = new Meters();
  private final OperatorRuntime runtime;

  private OperatorInThisJvm(KubernetesClient client, OperatorConfig config, Deeds deeds) {
    this.client = client;
    this.runtime = OperatorRuntime.start(client, config, meters, deeds);
  }

  static OperatorInThisJvm start(TestNamespace istio, Map<String, String> environment) {
    return start(istio, environment, Deeds.UNWATCHED);
  }

  /** One that somebody watches. */
  static OperatorInThisJvm start(
      TestNamespace istio, Map<String, String> environment, Deeds deeds) {
    Definitions.establish(istio.cluster());
    Deployed deployed = Deployed.install(istio.cluster().admin());
    deployed.grantInstallation(istio.name(), "prometheus", "istio.default");
    try {
      return new OperatorInThisJvm(
          deployed.operatorClient(), OperatorConfig.from(environment), deeds);
    } catch (CannotStart e) {
      throw new IllegalArgumentException(e);
    }
  }

  @Override
  public void close() {
    runtime.close();
    client.close();
  }
}
