package io.appmetrics.operator.prometheus;

import java.net.URI;

/** Prometheus did not answer, or not with what its API promises; nothing is known then. */
public final class PrometheusUnreachable extends Exception {

  private static final long serialVersionUID = 1L;

  PrometheusUnreachable(URI url, String problem, Throwable cause) {
    super(url + ": " + problem, cause);
  }
}
