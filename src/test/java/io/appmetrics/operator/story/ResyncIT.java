package io.appmetrics.operator.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.appmetrics.operator.cluster.Addon;
import io.appmetrics.operator.cluster.AppManifest;
import io.appmetrics.operator.cluster.Cluster;
import io.appmetrics.operator.cluster.ClusterTest;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Beside a tool that owns the app in Git, and applies it again and again. */
@ClusterTest
class ResyncIT {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private enum Way {
    CLIENT_SIDE,
    SERVER_SIDE
  }

  @ParameterizedTest
  @CsvSource({
    "CLIENT_SIDE, slot,  appmetrics.io/port-1",
    "SERVER_SIDE, slot,  appmetrics.io/port-1",
    "CLIENT_SIDE, plain, prometheus.io/port",
    "SERVER_SIDE, plain, prometheus.io/port",
  })
  void leaves_annotations_that_git_does_not_set_and_owns_those_that_it_does(
      Way way, String route, String key, Cluster cluster) {
    var istio = cluster.namespace("istio-system");
    var shop = cluster.namespace("shop");
    istio.prometheus(Addon.plain().withSecretCertificates().scrapeInterval("2s"));
    shop.app(app(route));
    var kubectl = Kubectl.in(shop).as("argocd-controller");
    Deployment git = kubectl.manifest("cart");
    try (var operator = OperatorUnderTest.start(istio, shop)) {
      var declared = Declared.apply(shop, "cart", "cart", "{port: 8080}");
      declared.awaitReady(PATIENCE);
      var annotations = kubectl.templateAnnotations("cart");
      assertThat(annotations).containsEntry(key, "8080");
      long generation = kubectl.generation("cart");
      try (var tool = Applier.repeats(() -> apply(kubectl, way, git))) {
        await("three applications")
            .atMost(PATIENCE)
            .failFast("Ready", () -> assertThat(declared.isReady()).isTrue())
            .until(() -> tool.applied() >= 3);
      }
      assertThat(kubectl.templateAnnotations("cart")).isEqualTo(annotations);
      assertThat(kubectl.generation("cart")).isEqualTo(generation);

      try (var tool = Applier.repeats(() -> apply(kubectl, way, with(git, key, "9999")))) {
        assertThat(declared.awaitReason("Annotated", "AnnotationConflict", PATIENCE))
            .contains("annotation " + key, "belongs to field manager \"argocd-controller\"");
        int before = tool.applied();
        await("three more applications").atMost(PATIENCE).until(() -> tool.applied() >= before + 3);
      }
      assertThat(kubectl.generation("cart")).as("by the tool alone").isEqualTo(generation + 1);
      assertThat(kubectl.templateAnnotations("cart")).containsEntry(key, "9999");

      kubectl.annotateTemplate("cart", key, null);
      declared.awaitReady(PATIENCE);
      assertThat(kubectl.templateAnnotations("cart")).isEqualTo(annotations);
    }
  }

  private static AppManifest app(String route) {
    var app = AppManifest.named("cart").listens(8080);
    return route.equals("slot") ? app.annotated("sidecar.istio.io/status", "{}") : app;
  }

  private static Deployment with(Deployment git, String key, String value) {
    return new DeploymentBuilder(git)
        .editSpec()
        .editTemplate()
        .editOrNewMetadata()
        .addToAnnotations(key, value)
        .endMetadata()
        .endTemplate()
        .endSpec()
        .build();
  }

  private static void apply(Kubectl kubectl, Way way, Deployment manifest) {
    switch (way) {
      case CLIENT_SIDE -> kubectl.apply(manifest);
      case SERVER_SIDE -> kubectl.applyServerSide(manifest);
    }
  }
}
