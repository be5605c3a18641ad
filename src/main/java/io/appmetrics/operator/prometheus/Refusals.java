package io.appmetrics.operator.prometheus;

import io.fabric8.kubernetes.client.KubernetesClientException;

/** The API server's own words for a refusal. */
public final class Refusals {
  private Refusals() {}

  /** The message of the answer's Status where there is one, else the exception's. */
  public static String words(KubernetesClientException e) {
    String words = e.getStatus() == null ? null : e.getStatus().getMessage();
    return words == null ? String.valueOf(e.getMessage()) : words;
  }
}
