package io.appmetrics.operator.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.relabel.Promtool;
import io.appmetrics.operator.scrapeconfig.IstioConfigsTest.Shipped;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The process, as a pipeline runs it. */
class RenderIT {
  private static final Duration SECOND = Duration.ofSeconds(1);
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

  private static final String VERSION = "--prometheus-version=3.16.0";
  private static final String CERTIFICATES = "--certificates=/etc/istio-certs";

  private record Ended(int code, String out, String err) {}

  @TempDir private Path directory;

  @BeforeEach
  void declare() throws IOException {
    write("shop.yaml", SHOP);
  }

  private void write(String file, String text) throws IOException {
    Files.writeString(directory.resolve(file), text);
  }

  private String read(String file) throws IOException {
    return Files.readString(directory.resolve(file));
  }

  private Ended render(String... arguments) throws Exception {
    return renderOf("", arguments);
  }

  private Ended renderOf(String stdin, String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-jar",
                System.getProperty("user.dir") + "/target/appmetrics-operator.jar",
                "render"));
    command.addAll(List.of(arguments));
    return run(stdin, command);
  }

  /** In a directory of its own, and in the locale of a container, which has ASCII alone. */
  private Ended run(String stdin, List<String> command) throws Exception {
    write(".stdin", stdin);
    Path err = directory.resolve(".err");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectInput(directory.resolve(".stdin").toFile())
            .redirectError(err.toFile());
    builder.environment().put("LC_ALL", "C");
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Ended(process.exitValue(), out, Files.readString(err));
  }

  @ParameterizedTest
  @MethodSource("io.appmetrics.operator.scrapeconfig.IstioConfigsTest#shipped")
  void isTakenByPromtoolAndGivenBack(Shipped shipped) throws Exception {
    write("prometheus.yml", shipped.text());
    long began = System.nanoTime();
    Ended rendered = render("--config", "prometheus.yml", VERSION, CERTIFICATES, "shop.yaml");
    log.info("{}: rendered in {}", shipped, Duration.ofNanos(System.nanoTime() - began));

    assertThat(rendered.err()).isEmpty();
    assertThat(rendered.code()).isZero();
    assertThat(rendered.out()).contains("job_name: appmetrics-1").isNotEqualTo(shipped.text());
    write("prometheus.yml", rendered.out());
    assertThat(Promtool.complaint(directory.resolve("prometheus.yml"))).isEmpty();
    assertThat(render("--config", "prometheus.yml", "--remove"))
        .isEqualTo(new Ended(0, shipped.text(), ""));
  }

  /** Exit code 1 would say that something changes. */
  @Test
  void saysSoWhenTheJarIsAlone() throws Exception {
    Files.copy(Path.of("target/appmetrics-operator.jar"), directory.resolve("alone.jar"));
    write("prometheus.yml", "scrape_configs: []\n");
    String java = ProcessHandle.current().info().command().orElseThrow();
    Ended ended =
        run("", List.of(java, "-jar", "alone.jar", "render", "--config=prometheus.yml", VERSION));
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.err()).startsWith("appmetrics-operator.jar needs the directory lib/");
  }

  /** In the locale of a container, which has no such letter. */
  @Test
  void readsADirectoryWhateverItsFilesAreCalled() throws Exception {
    write("prometheus.yml", "scrape_configs: []\n");
    Files.createDirectories(directory.resolve("apps"));
    write("apps/shop.yaml", SHOP);
    run(
        "",
        List.of("sh", "-c", "mv apps/shop.yaml \"$(printf 'apps/gr\\303\\266\\303\\237e.yaml')\""));
    assertThat(Files.exists(directory.resolve("apps/shop.yaml"))).isFalse();
    assertThat(render("--config", "prometheus.yml", VERSION, CERTIFICATES, "apps"))
        .isEqualTo(render("--config", "prometheus.yml", VERSION, CERTIFICATES, "shop.yaml"));
  }

  /** Where others use the machine, too, some runs take longer. */
  @Test
  void startsAndEndsWithinASecond() throws Exception {
    write("prometheus.yml", "scrape_configs: []\n");
    Duration fastest = Duration.ofDays(1);
    for (int run = 0; run < 20 && fastest.compareTo(SECOND) >= 0; run++) {
      long began = System.nanoTime();
      assertThat(render("--config", "prometheus.yml", VERSION, CERTIFICATES, "shop.yaml").code())
          .isZero();
      Duration took = Duration.ofNanos(System.nanoTime() - began);
      fastest = took.compareTo(fastest) < 0 ? took : fastest;
    }
    assertThat(fastest).isLessThan(SECOND);
  }

  @Test
  void readsADirectoryOfDocumentsListsAndOtherKinds() throws Exception {
    Files.createDirectories(directory.resolve("apps/below"));
    write("prometheus.yml", "scrape_configs: []\n");
    write("apps/a.yaml", "kind: Service\n---\n# nothing\n---\n" + SHOP);
    write("apps/b.json", "{\"kind\": \"List\", \"items\": []}");
    write("apps/below/c.yaml", "a: [");
    write("apps/README.md", "a: [");
    Ended one = render("--config", "prometheus.yml", VERSION, CERTIFICATES, "shop.yaml");
    assertThat(one.out()).contains("job_name: appmetrics-2");
    assertThat(render("--config", "prometheus.yml", VERSION, CERTIFICATES, "apps")).isEqualTo(one);
    assertThat(renderOf(SHOP, "--config", "prometheus.yml", VERSION, CERTIFICATES, "-"))
        .isEqualTo(one);
    assertThat(renderOf("scrape_configs: []\n", "--config=-", VERSION, CERTIFICATES, "shop.yaml"))
        .isEqualTo(one);
  }

  @Test
  void saysWhatIsWrongAndWhere() throws Exception {
    write("prometheus.yml", "scrape_configs: []\n");
    write("shop.yaml", SHOP.replace("8081", "0").replace("spec:", "spec:\n  annotate: Pods"));
    assertThat(render("--config", "prometheus.yml", VERSION, "shop.yaml"))
        .isEqualTo(
            new Ended(
                2,
                "",
                """
                shop.yaml:5:3: AppMetrics shop/shop: unknown field "spec.annotate"
                shop.yaml:8:34: AppMetrics shop/shop: spec.targets[0].ports[1].port: Invalid value: \
                0: must be a number from 1 to 65535 without quotes, or the name of a containerPort: \
                at most 15 of a-z, 0-9 and single -, with at least one letter, such as http-metrics
                """));
    write("prometheus.yml", "scrape_configs: 1\n");
    assertThat(render("--config", "prometheus.yml", VERSION))
        .isEqualTo(
            new Ended(
                2, "", "prometheus.yml:1:17: scrape_configs is no list; make it a list of jobs\n"));
  }

  /** With and without a last line feed, of either kind, and letters that no terminal has. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "# größer ☃\nglobal: {}\nscrape_configs:\n- job_name: mine\n\n# the end\n",
        "# größer ☃\r\nscrape_configs:\r\n- job_name: mine\r\n",
        "scrape_configs:\n- job_name: größer",
        "rule_files: []\nscrape_configs:\r\n- job_name: mine\r\nglobal: {}",
        "scrape_configs: [{job_name: mine}]",
        ""
      })
  void printsADifferenceThatGitApplies(String config) throws Exception {
    for (String file : List.of("prometheus.yml", "appmetrics.yml")) {
      boolean included = file.equals("appmetrics.yml");
      write("prometheus.yml", included ? "scrape_config_files: ['*.yml']\n" : config);
      List<String> arguments = new ArrayList<>(List.of("--config=prometheus.yml", VERSION));
      arguments.addAll(List.of(CERTIFICATES, "shop.yaml"));
      if (included) {
        arguments.add("--included");
      }
      Ended rendered = render(arguments.toArray(String[]::new));
      assertThat(rendered.code()).isZero();
      arguments.add("--check");
      Ended checked = render(arguments.toArray(String[]::new));
      assertThat(checked.code()).isEqualTo(1);
      assertThat(checked.err()).isEmpty();

      Ended applied =
          run(checked.out(), List.of("git", "apply", "-p0", "--whitespace=nowarn", "-"));
      assertThat(applied).isEqualTo(new Ended(0, "", ""));
      assertThat(read(file)).isEqualTo(rendered.out());
      assertThat(render(arguments.toArray(String[]::new))).isEqualTo(new Ended(0, "", ""));
    }
  }
}
