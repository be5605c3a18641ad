package io.appmetrics.operator.deploy;

import io.appmetrics.operator.cluster.ControlPlane;
import io.appmetrics.operator.cluster.program.Binaries;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;

/** A real API server with {@code deploy/} applied; one for each JVM. */
final class ApiServer {

  private ApiServer() {}

  static Deployed deployed() {
    return Holder.DEPLOYED;
  }

  private static final class Holder {
    static final Deployed DEPLOYED = start();
  }

  private static Deployed start() {
    try {
      return Deployed.install(
          ControlPlane.start(new Binaries(), Files.createTempDirectory("deploy")).admin());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
