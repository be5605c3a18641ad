package io.appmetrics.operator.prometheus;

import static io.appmetrics.operator.prometheus.SeenInstallation.FROM_DIRECTORY;
import static io.appmetrics.operator.prometheus.SeenInstallation.FROM_SECRET;
import static io.appmetrics.operator.prometheus.SeenInstallation.NOW;
import static io.appmetrics.operator.prometheus.SeenInstallation.SECRET;
import static io.appmetrics.operator.prometheus.SeenInstallation.WORKLOAD;
import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.prometheus.CertificateFacts.State;
import io.appmetrics.operator.prometheus.InstallationObservation.Certificates;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CertificateFactsTest {
  private static final List<String> KEYS = List.of("root-cert.pem", "cert-chain.pem", "key.pem");

  record Row(
      @Nullable CertificateFiles files,
      @Nullable SecretReading secret,
      State state,
      String message,
      @Nullable String fingerprint) {
    @Override
    public String toString() {
      return message;
    }
  }

  static Stream<Row> rows() {
    return Stream.of(
        new Row(
            null,
            null,
            State.NOT_CONFIGURED,
            "Nothing in Deployment istio-system/prometheus says where the mesh's certificates are:"
                + " no job with a tls_config, no OUTPUT_CERTS of an Istio agent, no Secret named"
                + " istio.* or mounted at a path that ends in istio-certs or prom-certs; name their"
                + " directory in APPMETRICS_CERTIFICATES where they are elsewhere",
            null),
        new Row(
            FROM_DIRECTORY,
            null,
            State.UNSEEN,
            "Another container of the Prometheus pod writes the certificates to /etc/istio-certs:"
                + " when they do not appear, its log says why",
            null),
        new Row(FROM_SECRET, null, State.FORBIDDEN, forbidden(), null),
        new Row(
            FROM_SECRET,
            new SecretReading(false, false, KEYS, null, null),
            State.FORBIDDEN,
            forbidden(),
            null),
        new Row(
            FROM_SECRET,
            new SecretReading(true, false, KEYS, null, null),
            State.MISSING,
            "Secret istio-system/istio.default does not exist yet, so Prometheus has no"
                + " certificate to show the mesh: see whoever issues it, such as Citadel, istio-csr"
                + " or cert-manager; it needs the keys root-cert.pem, cert-chain.pem, key.pem",
            null),
        new Row(
            FROM_SECRET,
            new SecretReading(true, true, List.of("cert-chain.pem", "key.pem"), null, null),
            State.MISSING,
            "Secret istio-system/istio.default lacks cert-chain.pem, key.pem, so Prometheus has"
                + " no certificate to show the mesh: whoever issues it, such as Citadel, istio-csr"
                + " or cert-manager, has to write these keys, or the volume has to map its own to"
                + " them",
            null),
        new Row(
            FROM_SECRET,
            SECRET,
            State.PRESENT,
            "Secret istio-system/istio.default has the certificates",
            "c0ffee"),
        new Row(
            FROM_SECRET,
            expires(NOW),
            State.PRESENT,
            "Secret istio-system/istio.default has the certificates",
            "c0ffee"),
        new Row(
            FROM_SECRET,
            expires(null),
            State.PRESENT,
            "Secret istio-system/istio.default has the certificates",
            "c0ffee"),
        new Row(
            FROM_SECRET,
            expires(NOW.minusSeconds(1)),
            State.EXPIRED,
            "The certificate in Secret istio-system/istio.default expired at"
                + " 2026-03-01T11:59:59Z, and the mesh refuses it: renew the Secret",
            "c0ffee"));
  }

  private static String forbidden() {
    return "Secret istio-system/istio.default may not be read by the operator, so it cannot tell"
        + " when the certificates appear: allow get, list and watch on secrets with resourceNames"
        + " [istio.default] in a Role of namespace istio-system";
  }

  private static SecretReading expires(@Nullable Instant when) {
    return new SecretReading(true, true, List.of(), "c0ffee", when);
  }

  @ParameterizedTest
  @MethodSource("rows")
  void tellsWhereTheyAre(Row row) {
    Certificates seen =
        new Certificates(Optional.ofNullable(row.files()), Optional.ofNullable(row.secret()));

    assertThat(CertificateFacts.of(WORKLOAD, seen, NOW))
        .isEqualTo(new CertificateFacts(row.state(), row.message(), row.fingerprint()));
    assertThat(row.message()).matches("[A-Z].*[^.]");
  }

  @Test
  void everyStateOccurs() {
    assertThat(rows().map(Row::state).collect(Collectors.toSet()))
        .containsExactlyInAnyOrder(State.values());
  }
}
