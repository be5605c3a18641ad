package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.prometheus.InstallationObservation.Certificates;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the certificates that Prometheus shows the mesh.
 *
 * @param state where they are
 * @param message what is the case, and what to do when it is wrong
 * @param fingerprint identifies their content, where the operator can see it
 * @param created since when they exist, whatever their content; null where that is not known
 * @param written since when their content is this; null where that is not known
 */
public record CertificateFacts(
    State state,
    String message,
    @Nullable String fingerprint,
    @Nullable Instant created,
    @Nullable Instant written) {

  /** Of which it is not known since when they are there. */
  public CertificateFacts(State state, String message, @Nullable String fingerprint) {
    this(state, message, fingerprint, null, null);
  }

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

  static CertificateFacts of(WorkloadRef workload, Certificates seen, Instant now) {
    if (seen.source().isEmpty()) {
      return new CertificateFacts(
          State.NOT_CONFIGURED,
          "Nothing in %s says where the mesh's certificates are: no job with a tls_config, no OUTPUT_CERTS of an Istio agent, no Secret named istio.* or mounted at a path that ends in istio-certs or prom-certs; name their directory in APPMETRICS_CERTIFICATES where they are elsewhere"
              .formatted(workload),
          null);
    }
    CertificateSource source = seen.source().get().source();
    return source instanceof CertificateSource.FromSecret secret
        ? of(workload, secret, seen.secret(), now)
        : new CertificateFacts(
            State.UNSEEN,
            "Another container of the Prometheus pod writes the certificates to %s: when they do not appear, its log says why"
                .formatted(((CertificateSource.FromDirectory) source).path()),
            null);
  }

  private static CertificateFacts of(
      WorkloadRef workload,
      CertificateSource.FromSecret source,
      Optional<SecretReading> reading,
      Instant now) {
    String name = "Secret %s/%s".formatted(workload.namespace(), source.name());
    if (reading.isEmpty() || !reading.get().readable()) {
      return new CertificateFacts(
          State.FORBIDDEN,
          "%s may not be read by the operator, so it cannot tell when the certificates appear: allow get, list and watch on secrets with resourceNames [%s] in a Role of namespace %s"
              .formatted(name, source.name(), workload.namespace()),
          null);
    }
    SecretReading secret = reading.get();
    if (!secret.present()) {
      return new CertificateFacts(
          State.MISSING,
          "%s does not exist yet, so Prometheus has no certificate to show the mesh: see whoever issues it, such as Citadel, istio-csr or cert-manager; it needs the keys %s"
              .formatted(name, String.join(", ", source.keys())),
          null);
    }
    if (!secret.missingKeys().isEmpty()) {
      return new CertificateFacts(
          State.MISSING,
          "%s lacks %s, so Prometheus has no certificate to show the mesh: whoever issues it, such as Citadel, istio-csr or cert-manager, has to write these keys, or the volume has to map its own to them"
              .formatted(name, String.join(", ", secret.missingKeys())),
          null);
    }
    Instant expires = secret.expires();
    return expires != null && expires.isBefore(now)
        ? new CertificateFacts(
            State.EXPIRED,
            "The certificate in %s expired at %s, and the mesh refuses it: renew the Secret"
                .formatted(name, expires),
            secret.fingerprint(),
            secret.created(),
            secret.written())
        : new CertificateFacts(
            State.PRESENT,
            name + " has the certificates",
            secret.fingerprint(),
            secret.created(),
            secret.written());
  }
}
