package io.appmetrics.operator.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.relabel.Promtool;
import io.appmetrics.operator.scrapeconfig.IstioConfigsTest.Shipped;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The process, on every configuration that Istio has shipped. */
class RenderIT {
  private static final Logger log = LoggerFactory.getLogger(RenderIT.class);

  private static final String SHOP =
      """
      apiVersion: appmetrics.io/v1alpha1
      kind: AppMetrics
      metadata: {name: shop, namespace: shop}
      spec:
        targets:
        - name: cart
          ports: [{port: 8080}, {port: 8081}, {port: 8082, scheme: IstioMutual}]
      """;

  @ParameterizedTest
  @MethodSource("io.appmetrics.operator.scrapeconfig.IstioConfigsTest#shipped")
  void isTakenByPromtoolAndGivenBack(Shipped shipped, @TempDir Path directory) throws Exception {
    Path config = Files.writeString(directory.resolve("prometheus.yml"), shipped.text());
    Path shop = Files.writeString(directory.resolve("shop.yaml"), SHOP);
    long began = System.nanoTime();
    String rendered =
        run(
            directory,
            "--config",
            config.toString(),
            "--prometheus-version",
            "3.16.0",
            "--certificates",
            "/etc/istio-certs",
            shop.toString());
    log.info("{}: rendered in {}", shipped, Duration.ofNanos(System.nanoTime() - began));

    assertThat(rendered).contains("job_name: appmetrics-1").isNotEqualTo(shipped.text());
    Files.writeString(config, rendered);
    assertThat(Promtool.complaint(config)).isEmpty();
    assertThat(run(directory, "--config", config.toString(), "--remove")).isEqualTo(shipped.text());
  }

  private static String run(Path directory, String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-jar",
                System.getProperty("user.dir") + "/target/appmetrics-operator.jar",
                "render"));
    command.addAll(List.of(arguments));
    Path err = directory.resolve("err");
    Process process = new ProcessBuilder(command).redirectError(err.toFile()).start();
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(Files.readString(err)).isEmpty();
    assertThat(process.exitValue()).isZero();
    return out;
  }
}
