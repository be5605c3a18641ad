package io.appmetrics.operator.cluster;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A root and what it signs, in PEM as Go reads it: keys are PKCS#8. */
final class CertificateAuthority {

  private static final Duration LIFE = Duration.ofDays(3650);
  // the clocks of the reader and ours may be apart
  private static final Duration BACKDATED = Duration.ofMinutes(2);

  private final X500Principal issuer;
  private final KeyPair keys;
  private final X509Certificate root;

  private CertificateAuthority(X500Principal issuer, KeyPair keys) {
    this.issuer = issuer;
    this.keys = keys;
    var now = Instant.now();
    this.root =
        certificate(issuer, keys.getPublic(), now.minus(BACKDATED), now.plus(LIFE), List.of());
  }

  /** A new root whose subject is {@code name}, an X.500 name such as {@code O=cluster.local}. */
  static CertificateAuthority named(String name) {
    return new CertificateAuthority(new X500Principal(name), keyPair());
  }

  /** The root's certificate. */
  String rootPem() {
    return pem(root);
  }

  /** A certificate for client and server, with its key. */
  Issued issue(String subject, List<GeneralName> names, Instant from, Instant until) {
    var pair = keyPair();
    var leaf = certificate(new X500Principal(subject), pair.getPublic(), from, until, names);
    return new Issued(pem(leaf), pem(pair.getPrivate()));
  }

  /** A certificate for client and server, with its key, valid as long as the root. */
  Issued issue(String subject, List<GeneralName> names) {
    var now = Instant.now();
    return issue(subject, names, now.minus(BACKDATED), now.plus(LIFE));
  }

  /** RSA as Istio's agent makes by default; read by every Prometheus. */
  static KeyPair keyPair() {
    try {
      var generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** PEM of a key or certificate. */
  static String pem(Object keyOrCertificate) {
    var text = new StringWriter();
    try (var out = new JcaPEMWriter(text)) {
      out.writeObject(
          keyOrCertificate instanceof PrivateKey key
              ? new JcaPKCS8Generator(key, null)
              : keyOrCertificate);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  private X509Certificate certificate(
      X500Principal subject, PublicKey key, Instant from, Instant until, List<GeneralName> names) {
    var authority = subject.equals(issuer);
    try {
      var builder =
          new JcaX509v3CertificateBuilder(
              issuer,
              new BigInteger(120, new SecureRandom()),
              Date.from(from),
              Date.from(until),
              subject,
              key);
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
      if (authority) {
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign));
      } else {
        builder.addExtension(
            Extension.keyUsage,
            true,
            new KeyUsage(KeyUsage.digitalSignature | KeyUsage.keyEncipherment));
        builder.addExtension(
            Extension.extendedKeyUsage,
            false,
            new ExtendedKeyUsage(
                new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth}));
      }
      if (!names.isEmpty()) {
        builder.addExtension(
            Extension.subjectAlternativeName,
            // critical where there is no subject, or Go refuses the certificate (RFC 5280, 4.2.1.6)
            subject.getName().isEmpty(),
            new GeneralNames(names.toArray(GeneralName[]::new)));
      }
      var signer = new JcaContentSignerBuilder("SHA256withRSA").build(keys.getPrivate());
      return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
    } catch (IOException | OperatorCreationException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A certificate and its key, both PEM. */
  record Issued(String certificatePem, String keyPem) {

    /** What a server needs to show it. */
    SSLContext context() throws IOException {
      try {
        var certificate =
            CertificateFactory.getInstance("X.509")
                .generateCertificate(
                    new ByteArrayInputStream(certificatePem.getBytes(StandardCharsets.US_ASCII)));
        var encoded = Base64.getDecoder().decode(keyPem.replaceAll("-----[A-Z ]+-----|\\s", ""));
        var key = KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(encoded));
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("server", key, new char[0], new Certificate[] {certificate});
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, new char[0]);
        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
      } catch (GeneralSecurityException e) {
        throw new IOException("its own certificate cannot be used", e);
      }
    }
  }
}
