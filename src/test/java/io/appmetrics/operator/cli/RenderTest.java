package io.appmetrics.operator.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.scrapeconfig.IstioConfigsTest.Shipped;
import io.appmetrics.operator.scrapeconfig.PrometheusYaml;
import io.appmetrics.operator.scrapeconfig.ScrapeJob;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
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
import org.junit.jupiter.params.provider.ValueSource;

class RenderTest {
  private static final String CONFIG = "scrape_configs:\n- job_name: mine\n";

  private static final String INCLUDING = "scrape_config_files: [/etc/config/appm*.yml]\n" + CONFIG;

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
    String without =
        " can be scraped by IstioMutual only, and no job of "
            + config
            + " names certificates: say where they are in Prometheus' container by --certificates"
            + " DIRECTORY\n";
    assertThat(render(shop, "--mesh", "strict"))
        .isEqualTo(
            new Ended(
                2,
                "",
                (shop + ":11:20: AppMetrics shop/shop: Deployment cart :8080/metrics" + without)
                    + (shop + ":11:34: AppMetrics shop/shop: Deployment cart :8081/admin")
                    + without));
    Ended strict = render(shop, "--mesh", "strict", "--certificates", "/etc/prom-certs");
    assertThat(jobs(strict.out())).contains("appmetrics-1-istio-secure");
    assertThat(strict.out()).contains("cert_file: /etc/prom-certs/cert-chain.pem");
    assertThat(jobs(render(shop, "--mesh", "strict", "--sidecars", "none").out()))
        .as("no sidecar, no policy")
        .doesNotContain("appmetrics-1-istio-secure");
  }

  /** Its comments may be lost, as by a tool that formats YAML anew. */
  @Test
  void removesNoBlockThatItCannotTell() throws Exception {
    String unmarked = render(shop).out().replaceAll("(?m)^# (BEGIN|END) appmetrics.*\\n", "");
    Files.writeString(config, unmarked);
    assertThat(render("--remove"))
        .isEqualTo(
            new Ended(
                2,
                "",
                config
                    + ":7:3: the job name appmetrics-1 is the AppMetrics operator's, and this job"
                    + " stands outside its block; rename it, or delete it when it is a copy\n"));
  }

  /** As the operator does: a database's client certificate is not the mesh's. */
  @Test
  void takesTheCertificatesOfAJobOfIstios() throws Exception {
    String tls = "  tls_config: {ca_file: %1$s/ca, cert_file: %1$s/cert, key_file: %1$s/key}\n";
    String postgres = "scrape_configs:\n- job_name: postgres\n" + tls.formatted("/etc/db");
    Files.writeString(config, postgres);
    assertThat(render(shop, "--mesh", "strict").out()).contains("    key_file: /etc/db/key\n");
    Files.writeString(config, postgres + "- job_name: istio-mesh\n" + tls.formatted("/etc/prom"));
    assertThat(render(shop, "--mesh", "strict").out()).contains("    key_file: /etc/prom/key\n");
  }

  private static final class Full extends OutputStream {
    @Override
    public void write(int b) throws IOException {
      throw new IOException("No space left on device");
    }
  }

  @Test
  void saysSoWhenTheOutputIsNotTaken() {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        Main.execute(
            Stream.concat(Stream.of("render"), Stream.of(arguments(shop)).map(String::valueOf))
                .toArray(String[]::new),
            Map.of(),
            InputStream.nullInputStream(),
            new PrintStream(new Full(), true, UTF_8),
            new PrintStream(err, true, UTF_8));
    assertThat(code).isEqualTo(2);
    assertThat(err.toString(UTF_8))
        .isEqualTo("cannot write: standard output does not take it all\n");
  }

  /** A label such as a commit's hash may look like a number that no computer holds. */
  @ParameterizedTest
  @ValueSource(strings = {"20e12345678901", "1e400", "1e-99999999999", "0x1p", "12e5"})
  void readsAnyScalar(String scalar) throws Exception {
    Files.writeString(shop, SHOP.replace("labels: {app: cart}", "labels: {build: " + scalar + "}"));
    assertThat(render(shop).code()).isZero();
  }

  @Test
  void saysThatAnInputIsTooDeep() throws Exception {
    Files.writeString(shop, "a: " + "[".repeat(20_000));
    assertThat(render(shop))
        .isEqualTo(new Ended(2, "", shop + ":1:1: this is nested too deeply to be read\n"));
  }

  private record Template(String what, String metadata, String spec, List<String> jobs) {
    @Override
    public String toString() {
      return what;
    }
  }

  static Stream<Template> templates() {
    return Stream.of(
        new Template(
            "says nothing",
            "",
            "",
            List.of("appmetrics-1-istio-secure", "appmetrics-2-istio-secure")),
        new Template(
            "wants no sidecar, by the label",
            "labels: {sidecar.istio.io/inject: 'false'}",
            "",
            List.of()),
        new Template(
            "wants no sidecar, by the annotation",
            "annotations: {sidecar.istio.io/inject: 'false'}",
            "",
            List.of()),
        new Template(
            "the label goes before the annotation",
            "labels: {sidecar.istio.io/inject: 'true'}, annotations: {sidecar.istio.io/inject: 'false'}",
            "",
            List.of("appmetrics-1-istio-secure", "appmetrics-2-istio-secure")),
        new Template("on the host's network", "", "hostNetwork: true", List.of()),
        new Template(
            "a gateway, by the injector",
            "annotations: {inject.istio.io/templates: gateway}",
            "",
            List.of()),
        new Template(
            "a gateway, in full",
            "",
            "initContainers: [{name: istio-proxy, args: [proxy, router]}]",
            List.of()),
        new Template(
            "injected by hand",
            "annotations: {sidecar.istio.io/inject: 'false'}",
            "initContainers: [{name: istio-proxy, args: [proxy, sidecar]}]",
            List.of("appmetrics-1-istio-secure", "appmetrics-2-istio-secure")),
        new Template(
            "the sidecar leaves a port alone",
            "annotations: {traffic.sidecar.istio.io/excludeInboundPorts: '8081'}",
            "",
            List.of("appmetrics-1-istio-secure")));
  }

  @ParameterizedTest
  @MethodSource("templates")
  void goesByWhatTheTemplateSaysOfItsSidecar(Template template) throws Exception {
    Files.writeString(
        shop,
        SHOP.replace(
            "metadata: {labels: {app: cart}}\n      spec:\n",
            "metadata: {%s}\n      spec:\n        %s\n"
                .formatted(template.metadata(), template.spec())));
    Ended strict = render(shop, "--mesh", "strict", "--certificates", "/etc/prom-certs");
    assertThat(strict.err()).isEmpty();
    assertThat(jobs(strict.out()))
        .filteredOn(job -> job.endsWith("-istio-secure"))
        .containsExactlyInAnyOrderElementsOf(template.jobs());
  }

  @Test
  void writesAFileOfItsOwn() throws Exception {
    assertThat(render(shop, "--included"))
        .isEqualTo(
            new Ended(
                2,
                "",
                config
                    + ":1:1: this includes no appmetrics.yml: add scrape_config_files:"
                    + " [appmetrics.yml], or leave out --included\n"));
    Files.writeString(config, INCLUDING);
    Ended own = render(shop, "--included");
    assertThat(own.out())
        .startsWith("# BEGIN appmetrics.io")
        .contains("\nscrape_configs:\n", "\n- job_name: appmetrics-1\n");
    assertThat(
            PrometheusYaml.parse("#\n" + own.out().substring(own.out().indexOf('\n') + 1)).jobs())
        .extracting(ScrapeJob::name)
        .contains("appmetrics-1", "appmetrics-2");
    assertThat(render("--included")).isEqualTo(new Ended(0, "", ""));
    Files.writeString(config, render(shop).out());
    assertThat(render(shop, "--included"))
        .isEqualTo(
            new Ended(
                2,
                "",
                config
                    + ":4:1: the operator's jobs stand in this file, and with --included they would"
                    + " be there twice: take them out first, by render --remove\n"));
    assertThat(render("--included", "--remove").code()).isZero();
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
    Files.writeString(config, INCLUDING);
    assertThat(render(shop, "--check", "--included").out())
        .startsWith(
            "--- /dev/null\n+++ %s\n@@ -0,0 +1,".formatted(directory.resolve("appmetrics.yml")));

    Files.writeString(config, CONFIG);
    Files.writeString(config, render(shop).out());
    assertThat(render(shop, "--check")).isEqualTo(new Ended(0, "", ""));

    Files.writeString(config, INCLUDING);
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

  private record Wrong(String what, String shop, List<String> errors) {
    Wrong(String what, String shop, String... errors) {
      this(what, shop, List.of(errors));
    }

    @Override
    public String toString() {
      return what;
    }
  }

  private static final String PORTS = "ports: [{port: http}, {port: 8081, path: /admin}]";

  static List<Wrong> wrongs() {
    return List.of(
        new Wrong(
            "no YAML",
            "a: [\n",
            ":2:1: this is no YAML (expected the node content, but found '<stream end>')"),
        new Wrong(
            "a key twice",
            SHOP.replace("  - name: cart\n", "  - name: cart\n    name: cart\n"),
            ":11:5: the key \"name\" is there already"),
        new Wrong(
            "a port that is none",
            SHOP.replace("port: 8081", "port: {a: b}"),
            ":11:34: AppMetrics shop/shop: spec.targets[0].ports[1].port: Invalid value: \"object\":"
                + " spec.targets[0].ports[1].port in body must be of type integer,string:"
                + " \"object\""),
        new Wrong(
            "all that is wrong, by its place",
            SHOP.replace("8081, path", "0, pat")
                .replace("kind: AppMetrics", "suspended: true\nkind: AppMetrics"),
            ":6:1: AppMetrics shop/shop: unknown field \"suspended\"",
            ":12:34: AppMetrics shop/shop: spec.targets[0].ports[1].port: Invalid value: 0: must be a"
                + " number from 1 to 65535 without quotes, or the name of a containerPort: at most"
                + " 15 of a-z, 0-9 and single -, with at least one letter, such as http-metrics",
            ":12:37: AppMetrics shop/shop: unknown field \"spec.targets[0].ports[1].pat\""),
        new Wrong(
            "no name",
            SHOP.replace("metadata: {name: shop, namespace: shop}", "metadata: {}"),
            ":5:1: this AppMetrics has no metadata.name; give it one"),
        new Wrong(
            "a name, a namespace and a label that no object has",
            SHOP.replace(
                "metadata: {name: shop, namespace: shop}",
                "metadata: {name: Shop, namespace: a.b, labels: {tier: 1}}"),
            ":7:18: AppMetrics a.b/Shop: metadata.name: Invalid value: \"Shop\": must be at most 253 of"
                + " a-z, 0-9, - and ., and begin and end each part between dots with a letter or"
                + " digit",
            ":7:35: AppMetrics a.b/Shop: metadata.namespace: Invalid value: \"a.b\": must be at most"
                + " 63 of a-z, 0-9 and -, and begin and end with a letter or digit",
            ":7:55: AppMetrics a.b/Shop: metadata.labels.tier: Invalid value: 1: must be a string:"
                + " put it into quotes"),
        new Wrong(
            "a version that there is not",
            SHOP.replace("appmetrics.io/v1alpha1", "appmetrics.io/v2"),
            ":5:13: AppMetrics shop/shop: no matches for kind \"AppMetrics\" in version"
                + " \"appmetrics.io/v2\"; there is appmetrics.io/v1alpha1"),
        new Wrong(
            "a name twice",
            SHOP + SHOP.substring(SHOP.indexOf("---\n"), SHOP.lastIndexOf("---\n")),
            ":28:1: AppMetrics shop/shop: this name stands at FILE:5:1 already; remove one of the"
                + " two"),
        new Wrong(
            "no ports",
            SHOP.replace("    " + PORTS + "\n", ""),
            ":10:5: AppMetrics shop/shop: spec.targets[0].ports: Required value"),
        new Wrong(
            "no spec",
            "apiVersion: appmetrics.io/v1alpha1\nkind: AppMetrics\nmetadata: {name: shop}\n",
            ":1:1: AppMetrics default/shop: spec: Required value"),
        new Wrong(
            "a port that no container declares",
            SHOP.replace("name: http,", "name: grpc,"),
            ":11:20: AppMetrics shop/shop: No container of Deployment cart declares a port named"
                + " http"),
        new Wrong(
            "a name and no manifest",
            SHOP.substring(0, SHOP.indexOf("---\napiVersion: v1\nkind: List")),
            ":11:20: AppMetrics shop/shop: The port http is a name, and the manifest of Deployment"
                + " cart is not among the inputs: add it, or write the number"),
        new Wrong(
            "a port of Istio's",
            SHOP.replace("8081", "15020"),
            ":11:34: AppMetrics shop/shop: Port 15020 of Deployment cart belongs to Istio's sidecar:"
                + " declare the port of the app"),
        new Wrong(
            "a port twice, by its name and by its number, with other settings",
            SHOP.replace(
                "---\napiVersion: v1\nkind: List",
                """
                ---
                apiVersion: appmetrics.io/v1alpha1
                kind: AppMetrics
                metadata: {name: other, namespace: shop}
                spec:
                  targets:
                  - {name: cart, ports: [{port: 8080, scheme: HTTPS}]}
                ---
                apiVersion: v1
                kind: List\
                """),
            ":18:33: AppMetrics shop/other: Deployment cart :8080/metrics is declared with other"
                + " settings by the older AppMetrics shop/shop, which wins: make them alike, or"
                + " remove it from one of the two"));
  }

  @ParameterizedTest
  @MethodSource("wrongs")
  void saysWhatIsWrongAndWhere(Wrong wrong) throws Exception {
    Files.writeString(shop, wrong.shop());
    Ended ended = render(shop);
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.out()).isEmpty();
    assertThat(ended.err().replace(shop.toString(), "FILE").lines())
        .containsExactlyElementsOf(wrong.errors().stream().map(error -> "FILE" + error).toList());
  }

  /** In the words of the status, with the options for the settings. */
  @Test
  void saysWhatTheOperatorWouldNotAccept() throws Exception {
    String position = shop + ":11:34: AppMetrics shop/shop: ";
    assertThat(render(shop, "--slots", "1"))
        .isEqualTo(
            new Ended(
                2,
                "",
                position
                    + "Deployment cart has more endpoints than there are slots (1): no slot is left"
                    + " for :8081/admin; declare fewer, or raise --slots\n"));
    Files.writeString(shop, SHOP.replace("path: /admin", "path: /admin, scheme: HTTPS"));
    assertThat(render(shop).code()).isZero();
    assertThat(render(shop, "--mesh", "strict", "--sidecars", "none").code()).isZero();
    assertThat(render(shop, "--mesh", "strict", "--certificates", "/etc/certs").err())
        .isEqualTo(
            position
                + "Deployment cart :8081/admin is declared HTTPS, but --mesh strict demands mutual"
                + " TLS (STRICT), and Prometheus cannot speak TLS inside TLS: serve the metrics as"
                + " plain HTTP and declare Auto\n");
    Files.writeString(shop, SHOP.replace("path: /admin", "path: /admin, interval: 5s"));
    assertThat(run("", "--config", config, "--prometheus-version", "2.30.0", shop).code()).isZero();
    assertThat(run("", "--config", config, "--prometheus-version", "2.29.2", shop).err())
        .isEqualTo(
            position
                + "Deployment cart :8081/admin is declared with interval 5s, but Prometheus runs"
                + " 2.29.2, and only from 2.30 on can targets of one job have intervals of their"
                + " own: leave interval and timeout out, or update Prometheus\n");
    Files.writeString(shop, SHOP.replace("8081", "15020"));
    assertThat(render(shop, "--sidecars", "none").code()).isZero();
  }

  /** It keeps what stands on the template, which is nothing here. */
  @Test
  void givesNothingToWhatIsSuspended() throws Exception {
    String suspended = SHOP.replace("spec:\n  targets:", "spec:\n  suspend: true\n  targets:");
    Files.writeString(shop, suspended.replace("8081", "15020").replace("name: http,", "name: h,"));
    assertThat(render(shop)).isEqualTo(new Ended(0, CONFIG, ""));
    Files.writeString(
        shop,
        suspended.replace(
            "metadata: {labels: {app: cart}}",
            """
            metadata:
                      annotations:
                        appmetrics.io/managed: appmetrics.io/scheme-2,appmetrics.io/port-2,appmetrics.io/path-2
                        appmetrics.io/port-2: "8081"
                        appmetrics.io/path-2: /admin
                        appmetrics.io/scheme-2: http\
            """));
    assertThat(jobs(render(shop).out())).startsWith("appmetrics-2").hasSize(2);
  }

  @Test
  void refusesAShareUnlessItMayTakeAll() throws Exception {
    String divided =
        """
        scrape_configs:
        - job_name: pods
          kubernetes_sd_configs: [{role: pod}]
          relabel_configs:
          - {source_labels: [__address__], modulus: 2, target_label: __tmp_hash, action: hashmod}
          - {source_labels: [__tmp_hash], regex: "0", action: keep}
        """;
    Files.writeString(config, divided);
    assertThat(render(shop))
        .isEqualTo(
            new Ended(
                2,
                "",
                config
                    + ":2:3: this Prometheus divides the pods with others: job pods takes number 0 of 2"
                    + " shares of the targets (rules 1 and 2). A job of the operator's would have"
                    + " it scrape every pod that takes part; if it may, give --shards ScrapeAll\n"));
    Ended all = render(shop, "--shards", "ScrapeAll");
    assertThat(jobs(all.out())).contains("appmetrics-1");
    Files.writeString(config, all.out());
    assertThat(render(shop)).as("what stands may stay").isEqualTo(all);
    Files.writeString(config, divided);
    assertThat(render()).as("nothing is declared").isEqualTo(new Ended(0, divided, ""));
  }

  private record Mistaken(String text, String error) {}

  static List<Mistaken> mistaken() {
    return List.of(
        new Mistaken(
            "apiVersion: v1\nkind: ConfigMap\ndata:\n  rules: a\n  prom.yml: |\n    global: {}\n",
            ":1:1: this is a Kubernetes ConfigMap, and no Prometheus configuration; give the text of"
                + " its key prom.yml"),
        new Mistaken(
            "{\"kind\": \"Secret\", \"apiVersion\": \"v1\"}",
            ":1:20: this is a Kubernetes Secret, and no Prometheus configuration; give the text of"
                + " its key prometheus.yml"),
        new Mistaken(
            "global: {}\nroute: {receiver: a}\n",
            ":2:1: this is a configuration of Alertmanager; give that of Prometheus"),
        new Mistaken(
            "groups: []\n",
            ":1:1: this is a file of rules, which rule_files names; give the configuration itself"),
        new Mistaken(
            "- job_name: a\n",
            ":1:1: a Prometheus configuration is a mapping with keys such as global and"
                + " scrape_configs; this is none"));
  }

  @ParameterizedTest
  @MethodSource("mistaken")
  void refusesWhatIsNoPrometheusConfiguration(Mistaken mistaken) throws Exception {
    Files.writeString(config, mistaken.text());
    assertThat(render(shop)).isEqualTo(new Ended(2, "", config + mistaken.error() + "\n"));
  }

  /** Prometheus takes them, too. */
  @Test
  void takesWhatLooksLikeSomethingElse() throws Exception {
    for (String text :
        List.of(
            "",
            "# nothing\n",
            "global: {external_labels: {apiVersion: a, kind: b, groups: c}}\n",
            "scrape_configs:\n- job_name: route\n  static_configs: [{labels: {route: a}}]\n",
            "key_of_tomorrow: {}\n")) {
      Files.writeString(config, text);
      assertThat(render(shop).code()).as(text).isZero();
    }
  }

  @Test
  void saysWhatIsWrongWithTheConfiguration() throws Exception {
    Files.writeString(config, "rule_files: &none []\nscrape_configs: *none\n");
    assertThat(render(shop).err()).startsWith(config + ":2:17: scrape_configs is an alias");
    Files.write(config, new byte[] {'a', (byte) 0xff});
    assertThat(render(shop).err()).isEqualTo(config + ":1:2: this is not UTF-8; convert it\n");
    Files.delete(config);
    assertThat(render(shop)).isEqualTo(new Ended(2, "", config + ": there is no such file\n"));
  }

  @Test
  void saysWhatItTakes() {
    assertThat(run("").err()).startsWith("render needs --config FILE");
    assertThat(run("", "--config", config).err()).startsWith("render needs --prometheus-version");
    assertThat(render("--mesh", "strong").err())
        .isEqualTo("--mesh takes strict, permissive, disable, not strong\n");
    assertThat(render("--colour").err())
        .isEqualTo("render has no option --colour; --help lists what there is\n");
    assertThat(render("--slot=3").err()).isEqualTo("render has no option --slot; is it --slots?\n");
    assertThat(render("--check=yes").err()).isEqualTo("--check takes no value\n");
    assertThat(render("--shards", "All").err())
        .isEqualTo("--shards takes Refuse, ScrapeAll, not All\n");
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
            "--sample-limit=1",
            "--label-limit=2",
            "--label-name-length-limit=3",
            "--label-value-length-limit=4",
            "--body-size-limit=5MB");
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
  void takesAValueBehindAnEqualsSignAndEndsOptionsByTwoDashes() throws Exception {
    assertThat(run("", "--config=" + config, "--prometheus-version=3.16.0", "--", shop))
        .isEqualTo(render(shop));
    assertThat(render("--", "--check").err()).isEqualTo("--check: there is no such file\n");
  }

  @Test
  void helps() {
    Ended help = run("", "--help");
    assertThat(help).isEqualTo(run("", "--config", config, "-h"));
    assertThat(help.code()).isZero();
    assertThat(help.out())
        .startsWith("Usage: java -jar appmetrics-operator.jar render --config FILE")
        .contains("\n  --shards Refuse|ScrapeAll             where Prometheis")
        .contains("; default Refuse\n");
    assertThat(help.out().lines()).allMatch(line -> line.length() <= 110);
  }
}
