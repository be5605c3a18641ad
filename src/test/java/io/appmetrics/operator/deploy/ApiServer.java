package io.appmetrics.operator.deploy;

import io.appmetrics.operator.cluster.LocalCluster;

/** The API server of this JVM with {@code deploy/} applied. */
final class ApiServer {

  private ApiServer() {}

  static Deployed deployed() {
    return Holder.DEPLOYED;
  }

  private static final class Holder {
    static final Deployed DEPLOYED = Deployed.install(LocalCluster.shared().admin());
  }
}
