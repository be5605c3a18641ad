package io.appmetrics.operator.cluster;

import io.fabric8.kubernetes.client.Config;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Behind {@link ClusterTest}. */
final class ClusterExtension implements ParameterResolver, AfterEachCallback {

  private static final Namespace STORE = Namespace.create(ClusterExtension.class);

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Cluster.class
        && context.getTestMethod().isPresent();
  }

  @Override
  public Cluster resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context.getStore(STORE).computeIfAbsent(Cluster.class, key -> open(), Cluster.class);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    var cluster = context.getStore(STORE).remove(Cluster.class, Cluster.class);
    if (cluster == null) {
      return;
    }
    try (cluster) {
      if (context.getExecutionException().isPresent()) {
        System.err.println(cluster.describe());
      }
    }
  }

  private static Cluster open() {
    return System.getProperty("cluster", "local").equals("kubeconfig")
        ? Cluster.of(Config.autoConfigure(null))
        : Cluster.of(LocalCluster.shared());
  }
}
