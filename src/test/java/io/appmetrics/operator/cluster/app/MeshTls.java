package io.appmetrics.operator.cluster.app;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** TLS of a workload in the mesh, from the three files that Istio's agent writes. */
final class MeshTls {

  private static final char[] NO_PASSWORD = {};

  private MeshTls() {}

  /** A context with the directory's certificate, which trusts its root and nothing else. */
  static SSLContext of(Path directory) throws IOException, GeneralSecurityException {
    var chain = certificates(directory.resolve("cert-chain.pem"));
    var keys = KeyStore.getInstance("PKCS12");
    keys.load(null, null);
    keys.setKeyEntry("workload", key(directory.resolve("key.pem")), NO_PASSWORD, chain);
    var keyManagers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keyManagers.init(keys, NO_PASSWORD);

    var roots = KeyStore.getInstance("PKCS12");
    roots.load(null, null);
    for (var root : certificates(directory.resolve("root-cert.pem"))) {
      roots.setCertificateEntry("root-" + roots.size(), root);
    }
    var trustManagers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trustManagers.init(roots);

    var context = SSLContext.getInstance("TLS");
    context.init(keyManagers.getKeyManagers(), trustManagers.getTrustManagers(), null);
    return context;
  }

  private static Certificate[] certificates(Path file)
      throws IOException, GeneralSecurityException {
    return CertificateFactory.getInstance("X.509")
        .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file)))
        .toArray(Certificate[]::new);
  }

  private static PrivateKey key(Path file) throws IOException, GeneralSecurityException {
    var pem = Files.readString(file, StandardCharsets.US_ASCII);
    var base64 = pem.replaceAll("-----[A-Z ]+-----|\\s", "");
    return KeyFactory.getInstance("RSA")
        .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
  }
}
