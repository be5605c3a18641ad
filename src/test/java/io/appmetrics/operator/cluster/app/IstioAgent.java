package io.appmetrics.operator.cluster.app;

import java.io.IOException;

/** Istio's agent, as the container istio-proxy runs it: it brings certificates, and metrics. */
public final class IstioAgent implements AutoCloseable {

  private final CertificateAgent certificates;
  private final MergingAgent metrics;

  /** Listens for both. */
  public IstioAgent(Container container) throws IOException {
    certificates = new CertificateAgent(container);
    metrics = new MergingAgent(container);
  }

  @Override
  public void close() {
    metrics.close();
    certificates.close();
  }
}
