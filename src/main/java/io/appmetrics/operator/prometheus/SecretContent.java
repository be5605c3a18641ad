package io.appmetrics.operator.prometheus;

import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads what matters off the data of a Secret with certificates; no key is kept or shown. */
final class SecretContent {
  private SecretContent() {}

  static SecretReading read(Map<String, byte[]> data, List<String> keys) {
    List<String> missing =
        keys.stream().filter(key -> data.getOrDefault(key, new byte[0]).length == 0).toList();
    if (!missing.isEmpty()) {
      return new SecretReading(true, true, missing, null, null);
    }
    return new SecretReading(
        true, true, List.of(), fingerprint(data, keys), expires(data, keys).orElse(null));
  }

  private static String fingerprint(Map<String, byte[]> data, List<String> keys) {
    Fingerprint fingerprint = new Fingerprint();
    keys.stream().sorted().forEach(key -> fingerprint.add(data.getOrDefault(key, new byte[0])));
    return fingerprint.digits();
  }

  /** Keys are CA, certificate chain and key, in this order; the chain begins with the leaf. */
  private static Optional<Instant> expires(Map<String, byte[]> data, List<String> keys) {
    if (keys.size() < 2) {
      return Optional.empty();
    }
    byte[] chain = data.getOrDefault(keys.get(1), new byte[0]);
    try {
      X509Certificate leaf =
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(chain));
      return Optional.of(leaf.getNotAfter().toInstant());
    } catch (CertificateException e) {
      return Optional.empty(); // Prometheus will say what is wrong with it
    }
  }
}
