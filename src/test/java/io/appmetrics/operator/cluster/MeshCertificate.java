package io.appmetrics.operator.cluster;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.util.Map;
import java.util.TreeMap;

/** The three files that Istio gives to a workload, under the names that OUTPUT_CERTS uses. */
public record MeshCertificate(String rootCert, String certChain, String key) {

  /** File name to PEM text. */
  public Map<String, String> files() {
    return new TreeMap<>(
        Map.of("root-cert.pem", rootCert, "cert-chain.pem", certChain, "key.pem", key));
  }

  /** A Secret as Citadel writes it; Istio 1.0 to 1.4 call it {@code istio.default}. */
  public Secret asSecret(String name) {
    return new SecretBuilder()
        .withNewMetadata()
        .withName(name)
        .endMetadata()
        .withType("istio.io/key-and-cert")
        .withStringData(files())
        .build();
  }
}
