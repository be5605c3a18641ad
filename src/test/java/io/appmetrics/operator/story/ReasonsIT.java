package io.appmetrics.operator.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.appmetrics.operator.api.Condition;
import io.appmetrics.operator.cluster.Addon;
import io.appmetrics.operator.cluster.AppManifest;
import io.appmetrics.operator.cluster.Cluster;
import io.appmetrics.operator.cluster.ClusterTest;
import io.appmetrics.operator.cluster.DemoAppProbe;
import io.appmetrics.operator.cluster.Freeze;
import io.appmetrics.operator.cluster.PrometheusProbe;
import io.appmetrics.operator.cluster.TestNamespace;
import io.appmetrics.operator.deploy.Deployed;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What can go wrong is told in time, with what to do about it, and heals by itself once it is
 * mended.
 */
@ClusterTest
class ReasonsIT {
  private static final Logger log = LoggerFactory.getLogger(ReasonsIT.class);

  private static final Duration INTERVAL = Duration.ofSeconds(2);

  /** Promised: a reason appears within one scrape interval + 5 s. */
  private static final Duration PROMISED = INTERVAL.plusSeconds(5);

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** For so long what was last known stays, where no Prometheus answers. */
  private static final Duration SILENCE = Duration.ofSeconds(30);

  @Test
  void the_app_is_not_as_declared(Cluster cluster) {
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    istio.prometheus(addon());
    try (var operator = OperatorUnderTest.start(istio, shop)) {
      var declared = Declared.apply(shop, "cart", "cart", "{port: web}");

      assertThat(told(declared, "TargetsFound", "WorkloadNotFound"))
          .contains("no Deployment cart in namespace " + shop.name());
      assertThat(declared.condition("Reconciling")).isPresent();
      assertThat(declared.condition("Stalled")).isEmpty();

      var cart = shop.app(AppManifest.named("cart").listens(8080, "http", "plain"));
      assertThat(told(declared, "TargetsFound", "PortNotFound"))
          .contains("No container", "web", "8080 (http)");
      assertThat(declared.condition("Stalled"))
          .get()
          .extracting(Condition::reason)
          .isEqualTo("PortNotFound");
      assertThat(declared.condition("Reconciling")).isEmpty();

      Declared.apply(shop, "cart", "cart", "{port: http}");
      recovers(declared);
      assertThat(declared.condition("Reconciling")).isEmpty();
      assertThat(declared.condition("Stalled")).isEmpty();

      cart.behaves(8080, "down");
      assertThat(told(declared, "TargetsUp", "ConnectionRefused"))
          .contains("declare the port", "connection refused", "declare 8080 (http)");
      cart.behaves(8080, "plain");
      recovers(declared);

      cart.behaves(8080, "plain html");
      assertThat(told(declared, "TargetsUp", "NotMetrics"))
          .contains("not metrics", "correct path or port");
      cart.behaves(8080, "plain 403");
      assertThat(told(declared, "TargetsUp", "Forbidden")).contains("403", "AuthorizationPolicy");
      cart.behaves(8080, "mtls");
      assertThat(told(declared, "TargetsUp", "TLSHandshakeFailed")).contains("PeerAuthentication");
      cart.behaves(8080, "plain");
      recovers(declared);

      becomes(cart, false);
      assertThat(told(declared, "TargetsFound", "NoReadyPods")).contains("None of the 1 pods");
      becomes(cart, true);
      recovers(declared);

      cart.behaves(8080, "hang");
      // that a scrape has failed is known only when its timeout, here the interval, has passed
      assertThat(told(declared, "TargetsUp", "ScrapeTimeout", PROMISED.plus(INTERVAL)))
          .contains("in time");
      cart.behaves(8080, "plain");
      recovers(declared);
    }
  }

  @Test
  void prometheus_is_not_as_it_was(Cluster cluster) {
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    istio.prometheus(addon());
    var cart = shop.app(inMesh("cart"));
    var kubectl = Kubectl.in(istio);
    var original = kubectl.configMap();
    try (var operator =
        OperatorUnderTest.start(Map.of("APPMETRICS_SAMPLE_LIMIT", "50"), istio, shop)) {
      var declared = Declared.apply(shop, "cart", "cart", "{port: 8080}");
      recovers(declared);

      cart.behaves(8080, "plain many");
      assertThat(told(declared, "TargetsUp", "LimitExceeded"))
          .contains("serves more than a limit allows", "(Prometheus: sample limit exceeded)");
      cart.behaves(8080, "plain");
      recovers(declared);

      kubectl.deleteConfigMap();
      assertThat(told(declared, "ConfigWritten", "ConfigMapMissing"))
          .contains(istio.name() + "/prometheus", "never creates it");
      kubectl.restore(original);
      recovers(declared);
      assertThat(kubectl.configuration()).contains("# BEGIN appmetrics.io");

      String broken = kubectl.configuration().replaceFirst("(?m)^global:", "global: [");
      kubectl.configuration(broken);
      assertThat(told(declared, "ConfigWritten", "ConfigUnparsable"))
          .contains("cannot be edited", "line ", "column ");
      assertThat(kubectl.configuration()).isEqualTo(broken);
      kubectl.configuration(Kubectl.text(original));
      recovers(declared);

      kubectl.scale("prometheus", 0);
      assertThat(
              told(
                  declared,
                  "ConfigLoaded",
                  "PrometheusUnreachable",
                  "Unknown",
                  SILENCE.plus(PROMISED)))
          .contains("no pod");
      kubectl.scale("prometheus", 1);
      recovers(declared);
    }
  }

  @Test
  void somebody_else_has_a_say(Cluster cluster) {
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    istio.prometheus(addon());
    shop.app(AppManifest.named("cart").listens(8080));
    try (var operator = OperatorUnderTest.start(istio, shop)) {
      owned_annotation(shop);
      paused(shop);
      owned_by_controller(shop);
      conflict(shop);
    }
  }

  /** Behind a sidecar that merges nothing: its scheme may change, so that a slot serves it. */
  private static AppManifest inMesh(String name) {
    return AppManifest.named(name).listens(8080).annotated("sidecar.istio.io/status", "injected");
  }

  /** An annotation that we need is somebody else's: nothing is forced, nothing is rolled. */
  private static void owned_annotation(TestNamespace shop) {
    shop.app(inMesh("billing"));
    var team = Kubectl.in(shop).as("billing-team");
    team.annotateTemplate("billing", "appmetrics.io/port-1", "9999");
    shop.awaitReady("billing");
    long generation = team.generation("billing");
    var declared = Declared.apply(shop, "billing", "billing", "{port: 8080}");
    assertThat(told(declared, "Annotated", "AnnotationConflict"))
        .contains("appmetrics.io/port-1", "\"billing-team\"", "remove that annotation");
    assertThat(team.generation("billing")).isEqualTo(generation);
    team.annotateTemplate("billing", "appmetrics.io/port-1", null);
    recovers(declared);
  }

  private static void paused(TestNamespace shop) {
    shop.app(AppManifest.named("parked").listens(8080));
    Kubectl.in(shop).patch("parked", "{\"spec\": {\"paused\": true}}");
    var declared = Declared.apply(shop, "parked", "parked", "{port: 8080}");
    assertThat(told(declared, "Annotated", "RolloutStuck"))
        .contains("paused", "kubectl -n " + shop.name() + " rollout resume deployment/parked");
    Kubectl.in(shop).patch("parked", "{\"spec\": {\"paused\": false}}");
    recovers(declared);
  }

  private static void owned_by_controller(TestNamespace shop) {
    var owner =
        shop.apply(
                List.of(
                    new ConfigMapBuilder()
                        .withNewMetadata()
                        .withName("release")
                        .endMetadata()
                        .build()))
            .get(0);
    shop.app(AppManifest.named("driven").listens(8080));
    var controller = Kubectl.in(shop).as("release-controller");
    controller.patch(
        "driven",
        """
        {"metadata": {"ownerReferences": [
          {"apiVersion": "v1", "kind": "ConfigMap", "name": "release", "controller": true,
           "uid": "%s"}]}}
        """
            .formatted(owner.getMetadata().getUid()));
    long generation = controller.generation("driven");
    var declared = Declared.apply(shop, "driven", "driven", "{port: 8080}");
    assertThat(told(declared, "Annotated", "OwnedByController")).contains("ConfigMap release");
    assertThat(controller.generation("driven")).isEqualTo(generation);
    controller.patch("driven", "{\"metadata\": {\"ownerReferences\": null}}");
    recovers(declared);
  }

  /** Of two AppMetrics that want the same endpoint otherwise, the older gets it. */
  private static void conflict(TestNamespace shop) {
    var older = Declared.apply(shop, "a-older", "cart", "{port: 8080}");
    recovers(older);
    // creationTimestamp has seconds: in the same second the name decides
    var younger =
        Declared.apply(shop, "b-younger", "cart", "{port: 8080, interval: 1s, timeout: 1s}");
    assertThat(told(younger, "Accepted", "Conflict")).contains("8080", "a-older", "older");
    assertThat(older.isReady()).isTrue();
    older.delete();
    recovers(younger);
  }

  @Test
  void istio_has_a_say(Cluster cluster) {
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    istio.prometheus(addon());
    shop.app(AppManifest.named("cart").listens(8080).annotated("sidecar.istio.io/status", "{}"));
    try (var operator = OperatorUnderTest.start(istio, shop)) {
      var declared = Declared.apply(shop, "cart", "cart", "{port: 15020}");
      assertThat(told(declared, "Accepted", "PortReservedByIstio"))
          .contains("15020", "port of the app");

      shop.apply(
          """
          apiVersion: security.istio.io/v1
          kind: PeerAuthentication
          metadata: {name: default}
          spec: {mtls: {mode: STRICT}}
          """);
      Declared.apply(shop, "cart", "cart", "{port: 8080, scheme: HTTPS}");
      assertThat(told(declared, "Accepted", "SchemeImpossible"))
          .contains("HTTPS", "PeerAuthentication " + shop.name() + "/default", "declare Auto");

      // the app itself takes plain HTTP: nobody enforces the policy here
      Declared.apply(shop, "cart", "cart", "{port: 8080, scheme: HTTP}");
      recovers(declared);
    }
  }

  /** A Ready that stays True while the pods cannot be told of the new scheme would be a lie. */
  @Test
  void the_api_server_refuses(Cluster cluster) {
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    istio.prometheus(addon());
    istio.istioDefaultAppears();
    var cart =
        shop.app(
            AppManifest.named("cart").listens(8080).annotated("sidecar.istio.io/status", "{}"));
    try (var operator = OperatorUnderTest.start(istio, shop)) {
      var declared = Declared.apply(shop, "cart", "cart", "{port: 8080}");
      recovers(declared);
      var pod = cart.pod().getMetadata().getUid();

      try (var freeze = Freeze.of(shop, "pods", "true")) {
        shop.apply(
            """
            apiVersion: security.istio.io/v1
            kind: PeerAuthentication
            metadata: {name: default}
            spec: {mtls: {mode: STRICT}}
            """);
        assertThat(told(declared, "Annotated", "WriteRefused"))
            .contains("Deployment cart", Freeze.WORDS);
      }
      cart.demandsMutualTls(8080);
      recovers(declared);
      assertThat(cart.pod().getMetadata().getUid()).as("nobody was rolled").isEqualTo(pod);
    }
  }

  @Test
  void certificates_are_not_as_needed(Cluster cluster) {
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    istio.prometheus(Addon.plain().scrapeInterval("2s"));
    shop.app(AppManifest.named("cart").listens(8080, "", "mtls"));
    try (var operator = OperatorUnderTest.start(istio, shop)) {
      var declared = Declared.apply(shop, "cart", "cart", "{port: 8080, scheme: IstioMutual}");
      shop.awaitReady("cart");
      assertThat(told(declared, "Annotated", "CertificatesNotConfigured"))
          .contains("docs/user-guide.md");

      mount(istio, "mesh-certs");
      istio.awaitReady("prometheus");
      assertThat(told(declared, "CertificatesLoaded", "SecretForbidden"))
          .contains(istio.name() + "/mesh-certs", "resourceNames [mesh-certs]");

      Deployed.install(cluster.admin()).grantInstallation(istio.name(), "prometheus", "mesh-certs");
      assertThat(told(declared, "CertificatesLoaded", "CertificateMissing"))
          .contains("does not exist yet");

      istio.secret(cluster.mesh().issueExpired(istio.name(), "prometheus").asSecret("mesh-certs"));
      assertThat(told(declared, "CertificatesLoaded", "CertificateExpired"))
          .contains("expired at", "renew");

      istio.secret(cluster.mesh().issue(istio.name(), "prometheus").asSecret("mesh-certs"));
      recovers(declared);
      assertThat(prometheus(istio).targets("appmetrics-1-istio-secure"))
          .allMatch(PrometheusProbe.ActiveTarget::isUp);
    }
  }

  // --- what is promised ---

  private static String told(Declared declared, String link, String reason) {
    return told(declared, link, reason, "False", PROMISED);
  }

  private static String told(Declared declared, String link, String reason, Duration promised) {
    return told(declared, link, reason, "False", promised);
  }

  /** From now on it takes no longer than promised until link and Ready say so. */
  private static String told(
      Declared declared, String link, String reason, String status, Duration promised) {
    Instant since = Instant.now();
    String message = declared.awaitReason(link, reason, PATIENCE);
    Duration took = Duration.between(since, Instant.now());
    log.info("{} after {} ms: {}", reason, took.toMillis(), message);
    assertThat(took).as("until %s was told", reason).isLessThanOrEqualTo(promised);
    assertThat(declared.condition("Ready"))
        .get()
        .satisfies(
            ready -> {
              assertThat(ready.reason()).isEqualTo(reason);
              assertThat(ready.status()).isEqualTo(status);
              assertThat(ready.message()).startsWith(message);
            });
    return message;
  }

  private static void recovers(Declared declared) {
    Instant since = Instant.now();
    declared.awaitReady(PATIENCE);
    log.info("Ready after {} ms", Duration.between(since, Instant.now()).toMillis());
  }

  // --- what is done to the cluster ---

  private static Addon addon() {
    return Addon.plain().withSecretCertificates().scrapeInterval(INTERVAL.toSeconds() + "s");
  }

  private static void becomes(DemoAppProbe app, boolean ready) {
    app.isHealthy(ready);
    await("readiness of " + app.name())
        .atMost(PATIENCE)
        .until(() -> TestNamespace.isReady(app.pod()) == ready);
  }

  private static PrometheusProbe prometheus(TestNamespace istio) {
    return PrometheusProbe.of(istio, istio.pod("prometheus"));
  }

  /** The admin mounts the mesh's certificates from a Secret that need not be there yet. */
  private static void mount(TestNamespace istio, String secret) {
    istio.edit(
        "prometheus",
        deployment ->
            deployment
                .edit()
                .editSpec()
                .editTemplate()
                .editSpec()
                .addNewVolume()
                .withName("mesh-certs")
                .withNewSecret()
                .withSecretName(secret)
                .withOptional(true)
                .endSecret()
                .endVolume()
                .editMatchingContainer(c -> c.getName().equals("prometheus-server"))
                .addNewVolumeMount()
                .withName("mesh-certs")
                .withMountPath("/etc/istio-certs")
                .withReadOnly(true)
                .endVolumeMount()
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build());
  }
}
