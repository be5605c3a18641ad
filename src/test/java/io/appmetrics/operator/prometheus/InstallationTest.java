package io.appmetrics.operator.prometheus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.appmetrics.operator.scrapeconfig.PrometheusYaml;
import io.appmetrics.operator.scrapeconfig.TlsFiles;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimVolumeSourceBuilder;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStrategy;
import io.fabric8.kubernetes.api.model.apps.DeploymentStrategyBuilder;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What Prometheus' pod template says: found there, and configured nowhere. */
class InstallationTest {
  private static final String FILE = "--config.file=/etc/config/prometheus.yml";

  private static Installation found(Deployment deployment) {
    return (Installation) Installation.of(deployment);
  }

  private static String problem(Deployment deployment) {
    String problem = ((Undiscovered) Installation.of(deployment)).problem();
    assertThat(problem).matches("[A-Z].*[^.]");
    return problem;
  }

  @Test
  void discoversIstiosAddon() {
    Installation addon = found(Manifest.deployment(Manifest.PLAIN));

    assertThat(addon.workload()).hasToString("Deployment istio-system/prometheus");
    assertThat(addon.selector().getMatchLabels())
        .containsEntry("app.kubernetes.io/component", "server");
    assertThat(addon.container()).isEqualTo("prometheus-server");
    assertThat(addon.configMap()).isEqualTo("prometheus");
    assertThat(addon.configKey()).isEqualTo("prometheus.yml");
    assertThat(addon.projected()).isTrue();
    assertThat(addon.port()).isEqualTo(9090);
    assertThat(addon.routePrefix()).isEmpty();
    assertThat(addon.lifecycle()).isTrue();
    assertThat(addon.reloader()).isEqualTo("container prometheus-server-configmap-reload");
    assertThat(addon.mounts())
        .extracting(Installation.Mount::path)
        .containsExactly("/etc/config", "/data");
    assertThat(addon.outputCerts()).isEmpty();
    assertThat(addon.offeredCertificates()).isEmpty();
    assertThat(addon.certificateSecrets()).isEmpty();
  }

  /** The agent writes them where proxy.istio.io/config says, and the addon's jobs name them. */
  @Test
  void discoversTheCertificatesThatTheAddonsSidecarWrites() throws Exception {
    Installation addon = found(Manifest.deployment(Manifest.SECURE));

    assertThat(addon.outputCerts()).contains("/etc/istio-certs");
    assertThat(addon.offeredCertificates()).contains(Installation.istioFiles("/etc/istio-certs"));
    assertThat(addon.certificateSecrets()).isEmpty();
    assertThat(
            CertificateFiles.find(
                addon, PrometheusYaml.parse(Manifest.prometheusYml(Manifest.SECURE)), null))
        .contains(
            new CertificateFiles(
                new TlsFiles(
                    "/etc/istio-certs/root-cert.pem",
                    "/etc/istio-certs/cert-chain.pem",
                    "/etc/istio-certs/key.pem"),
                new CertificateSource.FromDirectory("/etc/istio-certs")));
  }

  @ParameterizedTest
  @CsvSource({
    "OUTPUT_CERTS: /certs, /certs",
    "'{\"proxyMetadata\": {\"OUTPUT_CERTS\": \"/certs\", \"A\": \"b\"}}', /certs",
    "'proxyMetadata: {OUTPUT_CERTS: /certs}', /certs",
    "'proxyMetadata:\n  OUTPUT_CERTS: ''/certs''\n', /certs",
    "'proxyMetadata:\n  OTHER: /certs\n', "
  })
  void readsOutputCertsOffTheProxysConfiguration(String config, String directory) {
    Deployment deployment =
        Manifest.but(
            d ->
                d.getSpec()
                    .getTemplate()
                    .getMetadata()
                    .setAnnotations(Map.of("proxy.istio.io/config", config)));

    assertThat(found(deployment).outputCerts().orElse(null)).isEqualTo(directory);
  }

  /** An injected template, or one written by hand, has it in the proxy's environment. */
  @Test
  void readsOutputCertsOffTheProxysEnvironment() {
    var proxy =
        new ContainerBuilder()
            .withName("istio-proxy")
            .withEnv(
                new EnvVarBuilder().withName("OTHER").withValue("/x").build(),
                new EnvVarBuilder().withName("OUTPUT_CERTS").withValue("/certs").build())
            .build();

    assertThat(
            found(
                    Manifest.but(
                        d -> d.getSpec().getTemplate().getSpec().getInitContainers().add(proxy)))
                .outputCerts())
        .contains("/certs");
    assertThat(
            found(Manifest.but(d -> d.getSpec().getTemplate().getSpec().getContainers().add(proxy)))
                .outputCerts())
        .contains("/certs");
  }

  /** A directory that Prometheus does not mount is of no use to it. */
  @Test
  void offersNoDirectoryThatPrometheusDoesNotMount() {
    Deployment deployment = Manifest.deployment(Manifest.SECURE);
    Manifest.container(deployment)
        .getVolumeMounts()
        .removeIf(mount -> mount.getMountPath().equals("/etc/istio-certs"));

    assertThat(found(deployment).offeredCertificates()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "/etc/istio-certs,  /etc/istio-certs/",
    "/etc/istio-certs/, /etc/istio-certs",
    "/etc/istio-certs/, /etc/istio-certs/"
  })
  void aSlashAtTheEndMakesNoOtherDirectory(String mounted, String output) {
    Deployment deployment = Manifest.deployment(Manifest.SECURE);
    Manifest.container(deployment).getVolumeMounts().stream()
        .filter(mount -> mount.getMountPath().equals("/etc/istio-certs"))
        .forEach(mount -> mount.setMountPath(mounted));
    deployment
        .getSpec()
        .getTemplate()
        .getMetadata()
        .setAnnotations(Map.of("proxy.istio.io/config", "OUTPUT_CERTS: " + output));

    assertThat(found(deployment).offeredCertificates())
        .contains(Installation.istioFiles("/etc/istio-certs"));
  }

  private static Deployment withSecret(String path, String secret, KeyToPath... items) {
    return Manifest.but(
        d -> {
          d.getSpec()
              .getTemplate()
              .getSpec()
              .getVolumes()
              .add(
                  new VolumeBuilder()
                      .withName("certs")
                      .withNewSecret()
                      .withSecretName(secret)
                      .withOptional(true)
                      .withItems(items)
                      .endSecret()
                      .build());
          Manifest.container(d)
              .getVolumeMounts()
              .add(new VolumeMountBuilder().withName("certs").withMountPath(path).build());
        });
  }

  @ParameterizedTest
  @CsvSource({
    "/etc/istio-certs, istio.default, true",
    "/etc/istio-certs, anything,      true",
    "/etc/prom-certs/, anything,      true",
    "/certs,           istio.default, true",
    "/certs,           web-tls,       false",
    "/etc/istio-certs-old, web-tls,   false"
  })
  void offersASecretThatLooksLikeIstios(String path, String secret, boolean offered) {
    Installation installation = found(withSecret(path, secret));

    assertThat(installation.certificateSecrets()).isEqualTo(offered ? List.of(secret) : List.of());
    assertThat(installation.offeredCertificates().isPresent()).isEqualTo(offered);
  }

  @Test
  void followsFilesToTheirSecret() {
    assertThat(
            found(withSecret("/etc/istio-certs", "istio.default"))
                .sourceOf(Installation.istioFiles("/etc/istio-certs")))
        .isEqualTo(
            new CertificateSource.FromSecret(
                "istio.default", List.of("root-cert.pem", "cert-chain.pem", "key.pem")));
  }

  @Test
  void followsFilesToTheKeysBehindItems() {
    Installation installation =
        found(
            withSecret(
                "/certs",
                "mesh",
                new KeyToPath("ca.crt", null, "root-cert.pem"),
                new KeyToPath("tls.crt", null, "cert-chain.pem"),
                new KeyToPath("tls.key", null, "key.pem")));

    assertThat(installation.sourceOf(Installation.istioFiles("/certs")))
        .isEqualTo(
            new CertificateSource.FromSecret("mesh", List.of("ca.crt", "tls.crt", "tls.key")));
  }

  @Test
  void filesOfNoSecretAreInADirectory() {
    Installation secure = found(Manifest.deployment(Manifest.SECURE));
    assertThat(secure.sourceOf(Installation.istioFiles("/etc/istio-certs")))
        .isEqualTo(new CertificateSource.FromDirectory("/etc/istio-certs"));

    // one of the three lies elsewhere: the Secret alone cannot tell that they are there
    Installation secret = found(withSecret("/certs", "mesh"));
    assertThat(secret.sourceOf(new TlsFiles("/etc/ssl/ca.pem", "/certs/cert", "/certs/key")))
        .isEqualTo(new CertificateSource.FromDirectory("/certs"));
    assertThat(secret.sourceOf(new TlsFiles("/ca", "/cert", "/key")))
        .isEqualTo(new CertificateSource.FromDirectory("/"));
  }

  @Test
  void theAdminsDirectoryGoesFirstThenIstiosJobsThenWhatThePodOffers() throws Exception {
    Installation offers = found(withSecret("/etc/istio-certs", "istio.default"));
    PrometheusYaml none = PrometheusYaml.parse("scrape_configs: []\n");
    PrometheusYaml jobs =
        PrometheusYaml.parse(
            """
            scrape_configs:
            - job_name: database
              tls_config: {ca_file: /db/ca, cert_file: /db/cert, key_file: /db/key}
            - job_name: kubernetes-pods-istio-secure
              tls_config: {ca_file: /mesh/ca, cert_file: /mesh/cert, key_file: /mesh/key}
            - job_name: kubernetes-apiservers
              tls_config: {ca_file: /var/run/secrets/ca.crt}
            """);

    assertThat(CertificateFiles.find(offers, jobs, "/admin").map(CertificateFiles::files))
        .contains(Installation.istioFiles("/admin"));
    assertThat(CertificateFiles.find(offers, jobs, null).map(CertificateFiles::files))
        .contains(new TlsFiles("/mesh/ca", "/mesh/cert", "/mesh/key"));
    assertThat(CertificateFiles.find(offers, none, null).map(CertificateFiles::files))
        .contains(Installation.istioFiles("/etc/istio-certs"));
    assertThat(CertificateFiles.find(found(Manifest.deployment(Manifest.PLAIN)), none, null))
        .isEmpty();
  }

  /** Else our jobs would show the mesh what is meant for a database. */
  @Test
  void theCertificateOfAnotherJobIsTheLastThatIsTaken() throws Exception {
    Installation offers = found(withSecret("/etc/istio-certs", "istio.default"));
    PrometheusYaml database =
        PrometheusYaml.parse(
            """
            scrape_configs:
            - job_name: etcd
              tls_config: {ca_file: /db/ca, cert_file: /db/cert, key_file: /db/key}
            """);
    PrometheusYaml mesh =
        PrometheusYaml.parse(
            """
            scrape_configs:
            - job_name: etcd
              tls_config: {ca_file: /db/ca, cert_file: /db/cert, key_file: /db/key}
            - job_name: mesh
              tls_config: {ca_file: /istio/ca, cert_file: /istio/cert, key_file: /istio/key}
            """);

    assertThat(CertificateFiles.find(offers, database, null).map(CertificateFiles::files))
        .contains(Installation.istioFiles("/etc/istio-certs"));
    assertThat(CertificateFiles.find(offers, mesh, null).map(CertificateFiles::files))
        .as("known by its paths")
        .contains(new TlsFiles("/istio/ca", "/istio/cert", "/istio/key"));
    assertThat(
            CertificateFiles.find(found(Manifest.deployment(Manifest.PLAIN)), database, null)
                .map(CertificateFiles::files))
        .as("nothing better is known")
        .contains(new TlsFiles("/db/ca", "/db/cert", "/db/key"));
  }

  @ParameterizedTest
  @CsvSource({
    "--web.listen-address=0.0.0.0:9091, 9091",
    "--web.listen-address=:80,          80",
    "'--web.listen-address=[::]:9092',  9092",
    "--web.listen-address=nonsense,     9090",
    "--storage.tsdb.path=/data,         9090"
  })
  void readsThePort(String argument, int port) {
    assertThat(found(Manifest.arguments(FILE, argument)).port()).isEqualTo(port);
  }

  @ParameterizedTest
  @CsvSource({
    "--web.route-prefix=/,                 ''",
    "--web.route-prefix=/prometheus,       /prometheus",
    "--web.route-prefix=prometheus/,       /prometheus",
    "--web.external-url=https://example.org/metrics/, /metrics",
    "--web.external-url=https://example.org, ''",
    "--web.external-url=/graphs,           /graphs"
  })
  void readsTheRoutePrefix(String argument, String prefix) {
    assertThat(found(Manifest.arguments(FILE, argument)).routePrefix()).isEqualTo(prefix);
  }

  /** Asking it would fail each pass. */
  @ParameterizedTest
  @ValueSource(strings = {"--web.route-prefix=/a b", "--web.external-url=http://x/$(PREFIX)?<a>"})
  void refusesARoutePrefixThatIsNoPath(String argument) {
    assertThat(Installation.of(Manifest.arguments(FILE, argument)))
        .isInstanceOfSatisfying(
            Undiscovered.class,
            undiscovered ->
                assertThat(undiscovered.problem())
                    .contains("which is no path of a URL: correct --web.route-prefix"));
  }

  @Test
  void theRoutePrefixGoesBeforeTheExternalUrl() {
    assertThat(
            found(Manifest.arguments(FILE, "--web.external-url=http://x/a", "--web.route-prefix=/"))
                .routePrefix())
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "--web.enable-lifecycle,       true",
    "--web.enable-lifecycle=true,  true",
    "--web.enable-lifecycle=false, false",
    "--web.enable-admin-api,       false"
  })
  void readsWhetherItCanBeReloaded(String argument, boolean lifecycle) {
    assertThat(found(Manifest.arguments(FILE, argument)).lifecycle()).isEqualTo(lifecycle);
  }

  @Test
  void readsWhoReloads() {
    Deployment alone =
        Manifest.but(
            d ->
                d.getSpec()
                    .getTemplate()
                    .getSpec()
                    .getContainers()
                    .removeIf(c -> c.getName().endsWith("reload")));
    assertThat(found(alone).reloader()).isNull();

    Manifest.container(alone).getArgs().add("--config.auto-reload");
    assertThat(found(alone).reloader()).isEqualTo("Prometheus itself (--config.auto-reload)");

    Deployment old = Manifest.deployment(Manifest.PLAIN);
    old.getSpec()
        .getTemplate()
        .getSpec()
        .getContainers()
        .get(0)
        .setArgs(List.of("--webhook-url=http://localhost:9090/-/reload"));
    assertThat(found(old).reloader()).isEqualTo("container prometheus-server-configmap-reload");
  }

  @Test
  void readsAFlagWhoseValueIsTheNextWord() {
    assertThat(found(Manifest.arguments("--config.file", "/etc/config/prometheus.yml")).configKey())
        .isEqualTo("prometheus.yml");
  }

  /** The one file cannot be included by itself. */
  @Test
  void hasNoFileOfItsOwnBesideAConfigurationOfThatName() {
    assertThat(found(Manifest.arguments(FILE)).included()).isNotNull();
    assertThat(found(Manifest.arguments("--config.file=/etc/config/appmetrics.yml")).included())
        .isNull();
  }

  /** Each would write the other's jobs over for ever. */
  @Test
  void sharesNoKeyWithAnother() {
    Installation first = found(Manifest.arguments(FILE));
    Installation second =
        found(
            Manifest.but(
                d -> {
                  d.getMetadata().setName("prometheus-b");
                  Manifest.container(d).setArgs(List.of(FILE));
                }));
    assertThat(second.beside(first, Map.of()))
        .isEqualTo(
            new Undiscovered(
                "Deployment istio-system/prometheus-b reads the key prometheus.yml of ConfigMap"
                    + " istio-system/prometheus, which the operator writes for Deployment"
                    + " istio-system/prometheus already: give each a key of its own"));

    Installation beside = found(Manifest.arguments("--config.file=/etc/config/b.yml"));
    String includes = "scrape_config_files: [appmetrics.yml]\n";
    assertThat(beside.beside(first, Map.of("prometheus.yml", "{}", "b.yml", "a: [")))
        .isEqualTo(beside);
    for (String key : List.of("prometheus.yml", "b.yml")) {
      assertThat(beside.beside(first, Map.of(key, includes)))
          .isInstanceOfSatisfying(
              Undiscovered.class,
              no ->
                  assertThat(no.problem())
                      .contains("and the key appmetrics.yml of it is one for both: give each a"));
    }

    Installation elsewhere =
        found(
            Manifest.but(
                d ->
                    d.getSpec().getTemplate().getSpec().getVolumes().stream()
                        .filter(volume -> volume.getConfigMap() != null)
                        .forEach(volume -> volume.getConfigMap().setName("another"))));
    assertThat(elsewhere.beside(first, Map.of("prometheus.yml", includes))).isEqualTo(elsewhere);
  }

  @Test
  void followsItemsToTheKey() {
    Deployment deployment =
        Manifest.but(
            d ->
                d.getSpec()
                    .getTemplate()
                    .getSpec()
                    .getVolumes()
                    .get(0)
                    .getConfigMap()
                    .setItems(List.of(new KeyToPath("server.yml", null, "prometheus.yml"))));

    assertThat(found(deployment).configKey()).isEqualTo("server.yml");
  }

  @Test
  void aSubPathIsNeverProjected() {
    Deployment deployment =
        Manifest.but(
            d ->
                Manifest.container(d)
                    .setVolumeMounts(
                        List.of(
                            new VolumeMountBuilder()
                                .withName("config-volume")
                                .withMountPath("/etc/config/prometheus.yml")
                                .withSubPath("prometheus.yml")
                                .build())));

    assertThat(found(deployment).projected()).isFalse();
    assertThat(found(deployment).configKey()).isEqualTo("prometheus.yml");
  }

  /** What would not work when its pod template changes, or do harm. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("obstacles")
  void knowsWhatStandsInTheWayOfARollout(
      String name, Consumer<Deployment> change, @Nullable String obstacle) {
    assertThat(((Installation) Installation.of(Manifest.but(change))).rollout().obstacle())
        .isEqualTo(obstacle);
  }

  static Stream<Arguments> obstacles() {
    String both =
        "the old and the new pod of its rolling update would both hold volume storage-volume, which"
            + " is a PersistentVolumeClaim: set the strategy of Deployment istio-system/prometheus to"
            + " Recreate, or add the argument --web.enable-lifecycle";
    return Stream.of(
        arguments("as Istio ships it", (Consumer<Deployment>) d -> {}, null),
        arguments(
            "paused",
            (Consumer<Deployment>) d -> d.getSpec().setPaused(true),
            "Deployment istio-system/prometheus is paused, so that it replaces no pod: kubectl -n"
                + " istio-system rollout resume deployment prometheus"),
        arguments(
            "a claim, and rolling by default",
            (Consumer<Deployment>)
                d -> {
                  claim(d);
                  d.getSpec().setStrategy(null);
                },
            both),
        arguments(
            "a claim, and a surge",
            (Consumer<Deployment>)
                d -> {
                  claim(d);
                  d.getSpec().setStrategy(rolling("25%"));
                },
            both),
        arguments(
            "a claim, and no surge",
            (Consumer<Deployment>)
                d -> {
                  claim(d);
                  d.getSpec().setStrategy(rolling("0%"));
                },
            null),
        arguments(
            "a claim, recreated",
            (Consumer<Deployment>)
                d -> {
                  claim(d);
                  d.getSpec()
                      .setStrategy(new DeploymentStrategyBuilder().withType("Recreate").build());
                },
            null));
  }

  private static DeploymentStrategy rolling(String surge) {
    return new DeploymentStrategyBuilder()
        .withType("RollingUpdate")
        .withNewRollingUpdate()
        .withMaxSurge(new IntOrString(surge))
        .endRollingUpdate()
        .build();
  }

  private static void claim(Deployment deployment) {
    deployment.getSpec().getTemplate().getSpec().getVolumes().stream()
        .filter(volume -> volume.getName().equals("storage-volume"))
        .forEach(
            volume -> {
              volume.setEmptyDir(null);
              volume.setPersistentVolumeClaim(
                  new PersistentVolumeClaimVolumeSourceBuilder().withClaimName("data").build());
            });
  }

  @Test
  void refusesWhatAnotherControllerWrites() {
    Deployment owned =
        Manifest.but(
            d ->
                d.getMetadata()
                    .setOwnerReferences(
                        List.of(
                            new OwnerReferenceBuilder()
                                .withKind("Prometheus")
                                .withName("k8s")
                                .withController(true)
                                .build())));

    assertThat(problem(owned))
        .isEqualTo(
            "Deployment istio-system/prometheus is run by Prometheus k8s, which writes its"
                + " configuration: declare a PodMonitor there, or name another Prometheus in"
                + " APPMETRICS_PROMETHEUS");
  }

  /** An owner that does not control it, such as an Application for garbage collection. */
  @Test
  void takesWhatIsOwnedButNotControlled() {
    Deployment owned =
        Manifest.but(
            d ->
                d.getMetadata()
                    .setOwnerReferences(
                        List.of(
                            new OwnerReferenceBuilder().withKind("App").withName("a").build())));

    assertThat(Installation.of(owned)).isInstanceOf(Installation.class);
  }

  @Test
  void refusesWhatNamesNoConfiguration() {
    assertThat(problem(Manifest.arguments("--web.enable-lifecycle")))
        .isEqualTo(
            "No container of Deployment istio-system/prometheus has the argument --config.file, so"
                + " the operator cannot tell which ConfigMap holds its configuration; add the"
                + " argument, or name another workload in APPMETRICS_PROMETHEUS");
  }

  @ParameterizedTest
  @CsvSource({"/data/prometheus.yml", "/etc/elsewhere.yml", "/etc/configuration.yml"})
  void refusesAConfigurationThatIsInNoConfigMap(String file) {
    assertThat(problem(Manifest.arguments("--config.file=" + file)))
        .isEqualTo(
            "Deployment istio-system/prometheus reads its configuration from "
                + file
                + ", which is not on a volume of a ConfigMap: the operator edits a ConfigMap and"
                + " nothing else; mount one there");
  }
}
