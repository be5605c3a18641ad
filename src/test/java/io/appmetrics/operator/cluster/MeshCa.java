package io.appmetrics.operator.cluster;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.bouncycastle.asn1.x509.GeneralName;

/**
 * A certificate authority in the shape of Istio's: an identity is a SPIFFE URI in the subject
 * alternative name, and there is neither a subject, nor a DNS name, nor an address (source: istio
 * {@code security/pkg/pki/util/san.go}).
 */
public final class MeshCa {

  private static final Duration DAY = Duration.ofHours(24);

  private final CertificateAuthority authority = CertificateAuthority.named("O=cluster.local");

  /** A certificate for the service account, valid for 24 h as istiod's are. */
  public MeshCertificate issue(String namespace, String serviceAccount) {
    var now = Instant.now();
    return issue(namespace, serviceAccount, now.minus(Duration.ofMinutes(2)), now.plus(DAY));
  }

  /** A certificate that ended an hour ago. */
  public MeshCertificate issueExpired(String namespace, String serviceAccount) {
    var now = Instant.now();
    return issue(namespace, serviceAccount, now.minus(DAY), now.minus(Duration.ofHours(1)));
  }

  /** A certificate for the service account, valid from one time until the other. */
  public MeshCertificate issue(
      String namespace, String serviceAccount, Instant from, Instant until) {
    var id = "spiffe://cluster.local/ns/%s/sa/%s".formatted(namespace, serviceAccount);
    var issued =
        authority.issue(
            "", List.of(new GeneralName(GeneralName.uniformResourceIdentifier, id)), from, until);
    return new MeshCertificate(
        authority.rootPem(), issued.certificatePem() + authority.rootPem(), issued.keyPem());
  }
}
