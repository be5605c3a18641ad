package io.appmetrics.operator.scrapeconfig;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Every {@code prometheus.yml} that Istio has shipped. */
public class IstioConfigsTest {

  /** A configuration, by the file that it is from. */
  public record Shipped(String file, String text) {
    @Override
    public String toString() {
      return file;
    }
  }

  /** All of them. */
  public static Stream<Shipped> shipped() throws IOException, URISyntaxException {
    var folder =
        Path.of(Objects.requireNonNull(IstioConfigsTest.class.getResource("/istio")).toURI());
    try (var files = Files.list(folder)) {
      return files.sorted().flatMap(IstioConfigsTest::configs).toList().stream();
    }
  }

  private static Stream<Shipped> configs(Path file) {
    try {
      var documents =
          new Load(LoadSettings.builder().build()).loadAllFromString(Files.readString(file));
      return Stream.of(documents)
          .flatMap(all -> StreamSupport.stream(all.spliterator(), false))
          .map(document -> document instanceof Map<?, ?> map ? map.get("data") : null)
          .map(data -> data instanceof Map<?, ?> map ? map.get("prometheus.yml") : null)
          .filter(String.class::isInstance)
          .map(text -> new Shipped(file.getFileName().toString(), (String) text));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void areAllThere() throws Exception {
    assertThat(shipped().map(Shipped::file))
        .containsExactly(
            "istio-1.0-prometheus-configmap.yaml",
            "istio-1.4-prometheus-configmap.yaml",
            "istio-1.5-prometheus-configmap.yaml",
            "istio-modern-addon-prometheus-secure-metrics.yaml",
            "istio-modern-addon-prometheus.yaml");
  }

  @ParameterizedTest
  @MethodSource("shipped")
  void takeOurJobsAndGiveThemBack(Shipped shipped) throws UnparsableConfig {
    var slots = new TreeSet<>(List.of(1, 2, 3));
    var block =
        ScrapeBlock.render(
            new SlotJobs(slots, slots),
            PrometheusVersion.parse("3.16.0"),
            new TlsFiles("/etc/certs/ca", "/etc/certs/cert", "/etc/certs/key"));
    var user = PrometheusYaml.parse(shipped.text());
    var with = user.with(block);

    assertThat(PrometheusYaml.parse(with).without()).isEqualTo(shipped.text());
    assertThat(PrometheusYaml.parse(with).with(block)).isEqualTo(with);
    assertThat(PrometheusYaml.parse(with).jobs()).isEqualTo(user.jobs());
    var loaded = LoadedConfig.parse(with);
    assertThat(loaded.jobNames())
        .containsAll(block.jobNames())
        .containsAll(user.jobs().stream().map(ScrapeJob::name).toList())
        .hasSize(block.jobNames().size() + user.jobs().size());
    assertThat(loaded.markerDigests()).containsExactly(block.digest());
  }

  @Test
  void nameTheCertificatesOfTheSecureJobs() throws Exception {
    var certificates = new TreeSet<String>();
    for (var shipped : shipped().toList()) {
      for (var job : PrometheusYaml.parse(shipped.text()).jobs()) {
        if (job.tlsFiles() != null) {
          certificates.add(shipped.file() + " " + job.name() + " " + job.tlsFiles().certFile());
        }
      }
    }
    assertThat(certificates)
        .containsExactly(
            "istio-1.0-prometheus-configmap.yaml kubernetes-pods-istio-secure"
                + " /etc/istio-certs/cert-chain.pem",
            "istio-1.4-prometheus-configmap.yaml kubernetes-pods-istio-secure"
                + " /etc/istio-certs/cert-chain.pem",
            "istio-1.5-prometheus-configmap.yaml kubernetes-pods-istio-secure"
                + " /etc/istio-certs/cert-chain.pem",
            "istio-modern-addon-prometheus-secure-metrics.yaml istio-secure-envoy-metrics"
                + " /etc/istio-certs/cert-chain.pem",
            "istio-modern-addon-prometheus-secure-metrics.yaml istio-secure-merged-metrics"
                + " /etc/istio-certs/cert-chain.pem");
  }
}
