package io.appmetrics.operator.cluster;

import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;

/** Who talks to which API server: enough for a client of fabric8's, and for a kubeconfig file. */
public record Kubeconfig(String server, String authorityPem, String token) {

  /** For a client; user and token of the machine's own kubeconfig stay out of it. */
  public Config config(String userAgent) {
    var config = Config.empty();
    config.setMasterUrl(server);
    config.setCaCertData(base64(authorityPem));
    config.setOauthToken(token);
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
          user:
            token: %s
        contexts:
        - name: test
          context: {cluster: test, user: test}
        """
        .formatted(server, base64(authorityPem), token);
  }

  /** Writes the file, readable by its owner only. */
  public Path writeTo(Path file) throws IOException {
    Files.writeString(file, yaml());
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
