package io.appmetrics.operator.appmetrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.mesh.AlphaPolicy;
import io.appmetrics.operator.mesh.MutualTls;
import io.appmetrics.operator.mesh.PeerAuthentication;
import io.appmetrics.operator.mesh.Service;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Policies as the API server gives them, unwrapped. */
class PolicyReadingTest {

  private static GenericKubernetesResource policy(String spec) {
    return Serialization.unmarshal(
        """
        apiVersion: security.istio.io/v1
        kind: PeerAuthentication
        metadata: {name: cart, namespace: shop, creationTimestamp: "2026-03-01T10:59:59Z"}
        spec: %s
        """
            .formatted(spec),
        GenericKubernetesResource.class);
  }

  @Test
  void unwrapsAPeerAuthentication() {
    assertThat(
            PolicyReading.peerAuthentication(
                policy(
                    """
                    {selector: {matchLabels: {app: cart}}, mtls: {mode: STRICT},
                     portLevelMtls: {8080: {mode: DISABLE}, 9090: {mode: UNSET}, 9091: {}}}
                    """)))
        .isEqualTo(
            new PeerAuthentication(
                "shop",
                "cart",
                Instant.parse("2026-03-01T10:59:59Z"),
                Map.of("app", "cart"),
                MutualTls.STRICT,
                Map.of(
                    8080, MutualTls.DISABLE,
                    9090, MutualTls.UNSET,
                    9091, MutualTls.UNSET)));
  }

  private static AlphaPolicy alpha(String metadata, String spec) {
    return PolicyReading.alphaPolicy(
        Serialization.unmarshal(
            """
            apiVersion: authentication.istio.io/v1alpha1
            kind: Policy
            metadata: %s
            spec: %s
            """
                .formatted(metadata, spec),
            GenericKubernetesResource.class));
  }

  @Test
  void unwrapsAPolicyOfIstio10() {
    assertThat(
            alpha(
                "{name: cart, namespace: shop, creationTimestamp: '2026-03-01T10:59:59Z'}",
                "{targets: [{name: cart, ports: [{number: 80}, {name: http}]}, {name: till}],"
                    + " peers: [{mtls: {mode: PERMISSIVE}}]}"))
        .isEqualTo(
            new AlphaPolicy(
                "shop",
                "cart",
                Instant.parse("2026-03-01T10:59:59Z"),
                MutualTls.PERMISSIVE,
                List.of(
                    new AlphaPolicy.Target(
                        "cart",
                        List.of(
                            new AlphaPolicy.Port(80, null), new AlphaPolicy.Port(null, "http"))),
                    new AlphaPolicy.Target("till", List.of()))));
  }

  /** What istio-demo-auth.yaml of 1.0.5 has is the first. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{peers: [{mtls: {}}]} | STRICT",
        "{peers: [{mtls: null}]} | STRICT",
        "{peers: [{mtls: {mode: STRICT}}], peerIsOptional: true} | STRICT",
        "{peers: [{mtls: {allowTls: true}}]} | STRICT",
        "{peers: [{mtls: {mode: PERMISSIVE}}]} | PERMISSIVE",
        "{peers: [{jwt: {issuer: me}}, {mtls: {mode: PERMISSIVE}}, {mtls: {}}]} | PERMISSIVE",
        "{peers: [{jwt: {issuer: me}}]} | DISABLE",
        "{peers: []} | DISABLE",
        "{origins: [{jwt: {issuer: me}}]} | DISABLE",
        "{peers: mtls} | DISABLE",
        "null | DISABLE",
      })
  void knowsWhatItsPeersAmountTo(String spec, MutualTls mode) {
    AlphaPolicy policy = alpha("{name: default}", spec);
    assertThat(policy.mode()).isEqualTo(mode);
    assertThat(policy.namespace()).isNull();
    assertThat(policy.targets()).isEmpty();
  }

  @Test
  void unwrapsAService() {
    assertThat(
            PolicyReading.service(
                Serialization.unmarshal(
                    """
                    apiVersion: v1
                    kind: Service
                    metadata: {name: cart}
                    spec:
                      selector: {app: cart}
                      ports:
                      - {name: http, port: 80, targetPort: 8080}
                      - {name: admin, port: 81, targetPort: admin}
                      - {port: 9090}
                    """,
                    io.fabric8.kubernetes.api.model.Service.class)))
        .isEqualTo(
            new Service(
                "cart",
                Map.of("app", "cart"),
                List.of(
                    new Service.Port("http", 80, "8080"),
                    new Service.Port("admin", 81, "admin"),
                    new Service.Port("", 9090, "9090"))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "null",
        "{selector: {}, mtls: {}}",
        "{selector: {matchLabels: {}}, mtls: null, portLevelMtls: null}",
        "{mtls: {mode: SIMPLE}, portLevelMtls: {http: {mode: STRICT}}}",
        "{selector: all, mtls: STRICT, portLevelMtls: [8080]}"
      })
  void unwrapsWhatSaysNothing(String spec) {
    PeerAuthentication nothing = PolicyReading.peerAuthentication(policy(spec));
    assertThat(nothing.selector()).isEmpty();
    assertThat(nothing.mode()).isEqualTo(MutualTls.UNSET);
    assertThat(nothing.ports()).isEmpty();
  }
}
