package io.appmetrics.operator.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.scrapeconfig.IstioConfigsTest.Shipped;
import io.appmetrics.operator.scrapeconfig.PrometheusYaml;
import io.appmetrics.operator.scrapeconfig.ScrapeJob;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RenderTest {
  private static final String CONFIG = "scrape_configs:\n- job_name: mine\n";

  private static final String SHOP =
      """
      apiVersion: v1
      kind: Service
      metadata: {name: cart}
      ---
      apiVersion: appmetrics.io/v1alpha1
      kind: AppMetrics
      metadata: {name: shop, namespace: shop}
      spec:
        targets:
        - name: cart
          ports: [{port: http}, {port: 8081, path: /admin}]
      ---
      apiVersion: v1
      kind: List
      items:
      - apiVersion: apps/v1
        kind: Deployment
        metadata: {name: cart, namespace: shop}
        spec:
          template:
            metadata: {labels: {app: cart}}
            spec:
              containers:
              - name: app
                image: cart
                ports: [{name: http, containerPort: 8080}]
      """;

  private Path directory;
  private Path config;
  private Path shop;

  private record Ended(int code, String out, String err) {}

  @BeforeEach
  void files(@TempDir Path temporary) throws IOException {
    directory = temporary;
    config = Files.writeString(directory.resolve("prometheus.yml"), CONFIG);
    shop = Files.writeString(directory.resolve("shop.yaml"), SHOP);
  }

  private static Ended run(String stdin, Object... arguments) {
    List<String> all = new ArrayList<>(List.of("render"));
    Stream.of(arguments).map(String::valueOf).forEach(all::add);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        Main.execute(
            all.toArray(String[]::new),
            Map.of(),
            new ByteArrayInputStream(stdin.getBytes(UTF_8)),
            new PrintStream(out, true, UTF_8),
            new PrintStream(err, true, UTF_8));
    return new Ended(code, out.toString(UTF_8), err.toString(UTF_8));
  }

  private Ended render(Object... more) {
    return run("", arguments(more));
  }

  private Object[] arguments(Object... more) {
    return Stream.concat(
            Stream.of("--config", config, "--prometheus-version", "3.16.0"), Stream.of(more))
        .toArray();
  }

  private static List<String> jobs(String text) throws Exception {
    return PrometheusYaml.parse(text).block().orElseThrow().jobs();
  }

  @Test
  void printsTheEditedConfiguration() throws Exception {
    Ended rendered = render(shop);
    assertThat(rendered.err()).isEmpty();
    assertThat(rendered.code()).isZero();
    assertThat(rendered.out()).startsWith(CONFIG);
    assertThat(jobs(rendered.out())).startsWith("appmetrics-1", "appmetrics-2").hasSize(3);
  }

  @Test
  void takesADirectoryAndStandardInput() throws Exception {
    assertThat(render(directory)).isEqualTo(render(shop));
    assertThat(run(SHOP, arguments("-"))).isEqualTo(render(shop));
    Ended piped = run(CONFIG, "--config", "-", "--prometheus-version", "3.16.0", shop);
    assertThat(piped).isEqualTo(render(shop));
  }

  @ParameterizedTest
  @MethodSource("io.appmetrics.operator.scrapeconfig.IstioConfigsTest#shipped")
  void givesEveryConfigurationOfIstioBack(Shipped shipped) throws Exception {
    Files.writeString(config, shipped.text());
    Ended with = render(shop);
    assertThat(with.err()).isEmpty();
    assertThat(jobs(with.out())).as("the second port").contains("appmetrics-1");

    Files.writeString(config, with.out());
    assertThat(render(shop)).as("twice").isEqualTo(with);
    assertThat(run("", "--config", config, "--remove").out()).isEqualTo(shipped.text());
  }

  @Test
  void resolvesThePortsOfNativeSidecars() throws Exception {
    Ended byTheApp = render(shop);
    String asInit =
        SHOP.replace("containers:\n        - name: app", "initContainers:\n        - name: app");
    Files.writeString(
        shop,
        asInit.replace(
            "          image: cart\n", "          image: cart\n          restartPolicy: Always\n"));
    assertThat(render(shop)).isEqualTo(byTheApp);

    Files.writeString(shop, asInit);
    assertThat(render(shop).code()).isNotZero();
  }

  /** The same decisions: where Istio's own job can scrape it, none is added. */
  @Test
  void addsNoJobWhereThereIsOne() throws Exception {
    Files.writeString(
        config,
        """
        scrape_configs:
        - job_name: kubernetes-pods
          kubernetes_sd_configs: [{role: pod}]
          relabel_configs:
          - {source_labels: [__meta_kubernetes_pod_annotation_prometheus_io_scrape], action: keep, regex: true}
          - {source_labels: [__address__, __meta_kubernetes_pod_annotation_prometheus_io_port], action: replace, regex: '([^:]+)(?::\\d+)?;(\\d+)', replacement: $1:$2, target_label: __address__}
          - {source_labels: [__meta_kubernetes_pod_annotation_prometheus_io_path], action: replace, target_label: __metrics_path__, regex: (.+)}
        """);
    Files.writeString(shop, SHOP.replace(", {port: 8081, path: /admin}", ""));
    String users = Files.readString(config);
    for (String sidecars : List.of("none", "merging")) {
      assertThat(render(shop, "--sidecars", sidecars)).isEqualTo(new Ended(0, users, ""));
    }
    assertThat(jobs(render(shop, "--sidecars", "plain").out()))
        .as("its scheme could not follow the policy")
        .contains("appmetrics-1");
  }

  @Test
  void putsMutualTlsWhereTheMeshDemandsIt() throws Exception {
    assertThat(render(shop, "--mesh", "strict").err())
        .isEqualTo(
            "some endpoints can be scraped by IstioMutual only, and no job of the configuration"
                + " names certificates: say where they are in Prometheus' container by"
                + " --certificates DIR\n");
    Ended strict = render(shop, "--mesh", "strict", "--certificates", "/etc/prom-certs");
    assertThat(jobs(strict.out())).contains("appmetrics-1-istio-secure");
    assertThat(strict.out()).contains("cert_file: /etc/prom-certs/cert-chain.pem");
    assertThat(jobs(render(shop, "--mesh", "strict", "--sidecars", "none").out()))
        .as("no sidecar, no policy")
        .doesNotContain("appmetrics-1-istio-secure");
  }

  @Test
  void writesAFileOfItsOwn() throws Exception {
    Ended own = render(shop, "--included");
    assertThat(own.out())
        .startsWith("# BEGIN appmetrics.io")
        .contains("\nscrape_configs:\n", "\n- job_name: appmetrics-1\n");
    assertThat(
            PrometheusYaml.parse("#\n" + own.out().substring(own.out().indexOf('\n') + 1)).jobs())
        .extracting(ScrapeJob::name)
        .contains("appmetrics-1", "appmetrics-2");
    assertThat(render("--included")).isEqualTo(new Ended(0, "", ""));
    assertThat(run("", "--config", config, "--prometheus-version", "2.42.0", "--included").err())
        .isEqualTo(
            "--included needs Prometheus 2.43 or later, which reads scrape_config_files; this is"
                + " 2.42.0\n");
  }

  @Test
  void checks() throws Exception {
    Ended differs = render(shop, "--check");
    assertThat(differs.code()).isEqualTo(1);
    assertThat(differs.out())
        .startsWith("--- " + config + "\n+++ " + config + "\n@@ ")
        .contains("\n+- job_name: appmetrics-1\n")
        .doesNotContain("\n-");

    Files.writeString(config, render(shop).out());
    assertThat(render(shop, "--check")).isEqualTo(new Ended(0, "", ""));

    Files.writeString(config, CONFIG);
    assertThat(render(shop, "--check", "--included").code()).isEqualTo(1);
    Files.writeString(directory.resolve("appmetrics.yml"), render(shop, "--included").out());
    assertThat(render(shop, "--check", "--included")).isEqualTo(new Ended(0, "", ""));
  }

  @Test
  void keepsEveryByte() throws Exception {
    String odd = "\uFEFF# größer\r\nscrape_configs:\r\n- job_name: mine";
    Files.writeString(config, odd);
    Ended with = render(shop);
    assertThat(with.err()).isEmpty();
    Files.writeString(config, with.out());
    assertThat(run("", "--config", config, "--remove").out()).isEqualTo(odd);
  }

  private record Wrong(String what, String shop, String error) {
    @Override
    public String toString() {
      return what;
    }
  }

  static List<Wrong> wrongs() {
    return List.of(
        new Wrong(
            "no YAML",
            "a: [\n",
            ":2:1: this is no YAML (expected the node content, but found '<stream end>')"),
        new Wrong(
            "a port that is none",
            SHOP.replace("port: 8081", "port: {a: b}"),
            ":11:34: spec.targets[0].ports[1].port is not what it should be: "),
        new Wrong(
            "no name",
            SHOP.replace("metadata: {name: shop, namespace: shop}", "metadata: {}"),
            ":5:1: this AppMetrics has no metadata.name; give it one"),
        new Wrong(
            "no ports",
            SHOP.replace("    ports: [{port: http}, {port: 8081, path: /admin}]\n", ""),
            ":9:3: the ports of target cart is missing in this spec"),
        new Wrong(
            "a port that no container declares",
            SHOP.replace("name: http,", "name: grpc,"),
            ":5:1: AppMetrics shop/shop names port http of Deployment cart, which no container of it"
                + " declares"),
        new Wrong(
            "a name and no manifest",
            SHOP.substring(0, SHOP.indexOf("---\napiVersion: v1\nkind: List")),
            ":5:1: AppMetrics shop/shop names port http of Deployment cart, whose manifest is not"
                + " among the inputs: add it, or write the number"));
  }

  @ParameterizedTest
  @MethodSource("wrongs")
  void saysWhatIsWrongAndWhere(Wrong wrong) throws Exception {
    Files.writeString(shop, wrong.shop());
    Ended ended = render(shop);
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.out()).isEmpty();
    assertThat(ended.err()).startsWith(shop + wrong.error());
  }

  @Test
  void saysWhatIsWrongWithTheConfiguration() throws Exception {
    Files.writeString(config, "rule_files: &none []\nscrape_configs: *none\n");
    assertThat(render(shop).err()).startsWith(config + ":2:17: scrape_configs is an alias");
    Files.write(config, new byte[] {'a', (byte) 0xff});
    assertThat(render(shop).err()).isEqualTo(config + ": this is not UTF-8; convert it\n");
    Files.delete(config);
    assertThat(render(shop)).isEqualTo(new Ended(2, "", config + ": there is no such file\n"));
  }

  @Test
  void saysWhatItTakes() {
    assertThat(run("").err()).startsWith("render needs --config FILE");
    assertThat(run("", "--config", config).err()).startsWith("render needs --prometheus-version");
    assertThat(render("--mesh", "strong").err())
        .isEqualTo("--mesh takes strict, permissive, disable, not strong\n");
    assertThat(render("--colour").err()).isEqualTo("render has no option --colour\n");
    assertThat(render("--slots").err()).isEqualTo("--slots needs a value\n");
    assertThat(render("--slots", "65").err()).isEqualTo("--slots takes 1 to 64, not 65\n");
    assertThat(render("--label-limit", "many").err())
        .isEqualTo("--label-limit takes 1 to 999999999; 0: no limit, not many\n");
    assertThat(render("--body-size-limit", "10").err())
        .isEqualTo(
            "--body-size-limit takes a number with B, KB, MB or GB, such as 10MB; 0: no limit, not"
                + " 10\n");
    assertThat(run("", "--config", "-", "-").err()).contains("cannot read both");
  }

  @Test
  void writesTheLimits() {
    Ended limited =
        render(
            shop,
            "--sample-limit",
            "1",
            "--label-limit",
            "2",
            "--label-name-length-limit",
            "3",
            "--label-value-length-limit",
            "4",
            "--body-size-limit",
            "5MB");
    assertThat(limited.code()).isZero();
    assertThat(limited.out())
        .contains(
            """
              sample_limit: 1
              label_limit: 2
              label_name_length_limit: 3
              label_value_length_limit: 4
              body_size_limit: 5MB
            """);
    assertThat(render(shop).out()).doesNotContain("_limit:");
  }

  @Test
  void warnsOfWhatGetsNoSlot() {
    Ended full = render(shop, "--slots", "1");
    assertThat(full.code()).isZero();
    assertThat(full.err())
        .isEqualTo(
            "warning: endpoint :8081/admin of Deployment shop/cart gets no slot: there are 1; raise"
                + " --slots\n");
  }
}
