package io.appmetrics.operator.cluster;

import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Who talks to which API server: enough for a client of fabric8's, and for a kubeconfig file.
 *
 * @param token empty where a certificate says who it is
 */
public record Kubeconfig(
    String server, String authorityPem, String token, @Nullable UserCertificate certificate) {

  /** What an administrator outside of this machine is often known by. */
  public record UserCertificate(String pem, String keyPem) {}

  /** Somebody with a token. */
  public Kubeconfig(String server, String authorityPem, String token) {
    this(server, authorityPem, token, null);
  }

  /**
   * The server and the user that a client talks to it as.
   *
   * @throws UncheckedIOException when a file that it names cannot be read
   */
  static Kubeconfig of(Config config) {
    var pem = pem(config.getClientCertData(), config.getClientCertFile());
    // the one that a file brought, or a login command in it, is the automatic one
    var set = config.getOauthToken();
    var token = set == null ? config.getAutoOAuthToken() : set;
    var keyPem = pem(config.getClientKeyData(), config.getClientKeyFile());
    return new Kubeconfig(
        config.getMasterUrl().replaceFirst("/$", ""),
        pem(config.getCaCertData(), config.getCaCertFile()),
        token == null ? "" : token,
        pem.isEmpty() ? null : new UserCertificate(pem, keyPem));
  }

  /** For a client; user and token of the machine's own kubeconfig stay out of it. */
  public Config config(String userAgent) {
    var config = Config.empty();
    config.setMasterUrl(server);
    config.setCaCertData(base64(authorityPem));
    if (certificate == null) {
      config.setOauthToken(token);
    } else {
      config.setClientCertData(base64(certificate.pem()));
      config.setClientKeyData(base64(certificate.keyPem()));
    }
    config.setUserAgent(userAgent);
    config.setHttp2Disable(true);
    return config;
  }

  /** The same server, another user. */
  public Kubeconfig withToken(String other) {
    return new Kubeconfig(server, authorityPem, other);
  }

  /** The text of a kubeconfig file. */
  public String yaml() {
    return """
        apiVersion: v1
        kind: Config
        current-context: test
        clusters:
        - name: test
          cluster:
            server: %s
            certificate-authority-data: %s
        users:
        - name: test
          user: {%s}
        contexts:
        - name: test
          context: {cluster: test, user: test}
        """
        .formatted(server, base64(authorityPem), user());
  }

  private String user() {
    return certificate == null
        ? "token: " + token
        : "client-certificate-data: %s, client-key-data: %s"
            .formatted(base64(certificate.pem()), base64(certificate.keyPem()));
  }

  /** Writes the file, readable by its owner only. */
  public Path writeTo(Path file) throws IOException {
    Files.writeString(file, yaml());
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  private static String pem(@Nullable String data, @Nullable String file) {
    if (data != null) {
      return new String(Base64.getDecoder().decode(data), StandardCharsets.UTF_8);
    }
    try {
      return file == null ? "" : Files.readString(Path.of(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
