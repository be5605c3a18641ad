package io.appmetrics.operator.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.cluster.MeshCa;
import io.appmetrics.operator.cluster.MeshCertificate;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SecretContentTest {
  private static final List<String> KEYS = List.of("root-cert.pem", "cert-chain.pem", "key.pem");
  private static final Instant UNTIL = Instant.parse("2031-01-01T00:00:00Z");
  private static final MeshCertificate ISSUED =
      new MeshCa()
          .issue("istio-system", "prometheus", Instant.parse("2026-01-01T00:00:00Z"), UNTIL);

  private static Map<String, byte[]> data(MeshCertificate certificate) {
    Map<String, byte[]> data = new TreeMap<>();
    certificate
        .files()
        .forEach((file, pem) -> data.put(file, pem.getBytes(StandardCharsets.UTF_8)));
    return data;
  }

  @Test
  void readsWhenTheLeafExpiresAndWhatIdentifiesIt() {
    SecretReading reading = SecretContent.read(data(ISSUED), KEYS);

    assertThat(reading.readable()).isTrue();
    assertThat(reading.present()).isTrue();
    assertThat(reading.missingKeys()).isEmpty();
    assertThat(reading.fingerprint()).matches("[0-9a-f]{12}");
    assertThat(reading.expires()).isEqualTo(UNTIL);
  }

  @Test
  void tellsMissingAndEmptyKeys() {
    Map<String, byte[]> data = data(ISSUED);
    data.remove("key.pem");
    data.put("root-cert.pem", new byte[0]);

    assertThat(SecretContent.read(data, KEYS))
        .isEqualTo(new SecretReading(true, true, List.of("root-cert.pem", "key.pem"), null, null));
    assertThat(SecretContent.read(Map.of(), KEYS).missingKeys()).isEqualTo(KEYS);
  }

  @Test
  void hasTheSameFingerprintForTheSameFilesOnly() {
    String fingerprint = SecretContent.read(data(ISSUED), KEYS).fingerprint();

    Map<String, byte[]> beside = data(ISSUED);
    beside.put("README", new byte[] {1});
    assertThat(SecretContent.read(beside, KEYS).fingerprint()).isEqualTo(fingerprint);
    MeshCertificate renewed = new MeshCa().issue("istio-system", "prometheus");
    assertThat(SecretContent.read(data(renewed), KEYS).fingerprint()).isNotEqualTo(fingerprint);
    for (String key : KEYS) {
      Map<String, byte[]> other = data(ISSUED);
      other.put(key, new byte[] {1});
      assertThat(SecretContent.read(other, KEYS).fingerprint()).isNotEqualTo(fingerprint);
    }
  }

  /** Prometheus will say what is wrong with it. */
  @Test
  void doesNotStumbleOverWhatIsNoCertificate() {
    Map<String, byte[]> data = data(ISSUED);
    data.put("cert-chain.pem", "not PEM".getBytes(StandardCharsets.UTF_8));

    SecretReading reading = SecretContent.read(data, KEYS);
    assertThat(reading.expires()).isNull();
    assertThat(reading.fingerprint()).isNotNull();
    assertThat(SecretContent.read(data, List.of("key.pem")).expires()).isNull();
  }
}
