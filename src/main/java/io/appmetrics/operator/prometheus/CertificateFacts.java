package io.appmetrics.operator.prometheus;

import org.jspecify.annotations.Nullable;

/**
 * What is known of the certificates that Prometheus shows the mesh.
 *
 * @param state where they are
 * @param message what is the case, and what to do when it is wrong
 * @param fingerprint identifies their content, where the operator can see it
 */
public record CertificateFacts(State state, String message, @Nullable String fingerprint) {

  /** The states of certificates. */
  public enum State {
    /** Nothing in the installation says where they would come from. */
    NOT_CONFIGURED,
    /** Their Secret is absent, or lacks keys. */
    MISSING,
    /** The Secret has them. */
    PRESENT,
    /** Somebody in the pod writes them: only Prometheus can tell. */
    UNSEEN,
    /** The operator may not read the Secret. */
    FORBIDDEN,
    /** The Secret has them, and they have expired. */
    EXPIRED
  }
}
