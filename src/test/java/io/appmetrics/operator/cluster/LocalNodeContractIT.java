package io.appmetrics.operator.cluster;

import static io.appmetrics.operator.cluster.DemoAppProbe.environment;
import static io.appmetrics.operator.cluster.DemoAppProbe.file;
import static io.appmetrics.operator.cluster.DemoAppProbe.mode;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What the tests rely on of a node. It is said with plain manifests, so that it can be held against
 * a real kubelet, too ({@code mvn verify -Pe2e}), with images under the same names.
 */
@ClusterTest
class LocalNodeContractIT {

  private static final String SECURE = "kubernetes-pods-istio-secure";
  private static final String MERGED = "istio-secure-merged-metrics";

  private Cluster cluster;
  private TestNamespace namespace;

  @BeforeEach
  void aNamespace(Cluster cluster) {
    this.cluster = cluster;
    this.namespace = cluster.namespace("contract");
  }

  @Test
  void projects_volumes_and_variables() {
    configMap("settings", Map.of("a.txt", "A", "b.txt", "B"));
    secret("keys", Map.of("key.pem", "K"));
    var pod =
        running(
            """
            - name: app
              image: localhost/demo-app:test
              command: [/jdk/bin/java, -cp, /app, io.appmetrics.operator.cluster.app.DemoApp]
              readinessProbe: {httpGet: {path: /healthz, port: 9000}, periodSeconds: 1}
              args: ["--listen=8080", "--path=/$(NAME)/metrics", "$$(NAME)", "$(NOBODY)"]
              env:
              - {name: NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
              - {name: GREETING, value: "I am $(NAME)"}
              - {name: FROM_MAP, valueFrom: {configMapKeyRef: {name: settings, key: a.txt}}}
              - {name: FROM_NOWHERE, valueFrom: {configMapKeyRef: {name: nothing, key: a, optional: true}}}
              volumeMounts:
              - {name: whole, mountPath: /etc/whole}
              - {name: part, mountPath: /etc/part}
              - {name: keys, mountPath: /etc/keys}
              - {name: scratch, mountPath: /scratch}
            """,
            """
            - {name: whole, configMap: {name: settings}}
            - {name: part, configMap: {name: settings, defaultMode: 0400, items: [{key: b.txt, path: deep/c.txt}]}}
            - {name: keys, secret: {secretName: keys, defaultMode: 0440}}
            - {name: scratch, emptyDir: {}}
            """);

    assertThat(file(pod, "/etc/whole/a.txt")).contains("A");
    assertThat(file(pod, "/etc/whole")).get().asString().contains("..data\na.txt\nb.txt");
    assertThat(mode(pod, "/etc/whole/a.txt")).contains("rw-r--r--");
    assertThat(file(pod, "/etc/part/deep/c.txt")).contains("B");
    assertThat(file(pod, "/etc/part/b.txt")).isEmpty();
    assertThat(mode(pod, "/etc/part/deep/c.txt")).contains("r--------");
    assertThat(mode(pod, "/etc/keys/key.pem")).contains("r--r-----");
    assertThat(file(pod, "/scratch")).contains("");
    var serviceAccount = "/var/run/secrets/kubernetes.io/serviceaccount/";
    assertThat(file(pod, serviceAccount + "namespace")).contains(namespace.name());
    assertThat(file(pod, serviceAccount + "ca.crt")).get().asString().contains("BEGIN CERTIFICATE");
    assertThat(file(pod, serviceAccount + "token")).get().asString().startsWith("ey");
    assertThat(environment(pod))
        .contains("NAME=app", "GREETING=I am app", "FROM_MAP=A", "HOSTNAME=app")
        .anyMatch(line -> line.startsWith("KUBERNETES_SERVICE_HOST="))
        .noneMatch(line -> line.startsWith("FROM_NOWHERE"));
  }

  @Test
  void reports_the_status_that_a_kubelet_reports() {
    var before = Instant.now().minusSeconds(2);
    var pod = running(container("app", ""), "");

    var status = pod.getStatus();
    assertThat(status.getPhase()).isEqualTo("Running");
    assertThat(status.getPodIP()).isNotEmpty();
    assertThat(status.getPodIPs())
        .singleElement()
        .matches(ip -> ip.getIp().equals(status.getPodIP()));
    assertThat(status.getHostIP()).isNotEmpty();
    assertThat(Instant.parse(status.getStartTime())).isAfter(before);
    assertThat(status.getQosClass()).isEqualTo("BestEffort");
    assertThat(status.getObservedGeneration()).isEqualTo(1);
    assertThat(status.getConditions())
        .extracting(PodCondition::getType, PodCondition::getStatus)
        .contains(
            tuple("PodScheduled", "True"),
            tuple("PodReadyToStartContainers", "True"),
            tuple("Initialized", "True"),
            tuple("ContainersReady", "True"),
            tuple("Ready", "True"));
    var container = container(pod, "app");
    assertThat(container.getReady()).isTrue();
    assertThat(container.getStarted()).isTrue();
    assertThat(container.getRestartCount()).isZero();
    assertThat(container.getContainerID()).isNotEmpty();
    assertThat(Instant.parse(container.getState().getRunning().getStartedAt())).isAfter(before);
  }

  @Test
  void an_edit_is_projected_after_the_delay_and_a_sub_path_never() {
    cluster.propagation(Duration.ofSeconds(3));
    configMap("settings", Map.of("a.txt", "old", "gone.txt", "x"));
    var pod =
        running(
            container(
                "app",
                """
                  volumeMounts:
                  - {name: settings, mountPath: /etc/whole}
                  - {name: settings, mountPath: /etc/one/a.txt, subPath: a.txt}
                """),
            "- {name: settings, configMap: {name: settings}}");

    configMap("settings", Map.of("a.txt", "new"));

    var edited = Instant.now();
    slowly().until(() -> file(pod, "/etc/whole/a.txt"), text -> text.equals(Optional.of("new")));
    if (cluster.isLocal()) { // a real kubelet may come to look at a pod at any time
      assertThat(Duration.between(edited, Instant.now())).isGreaterThan(Duration.ofSeconds(2));
    }
    assertThat(file(pod, "/etc/whole/gone.txt")).isEmpty();
    assertThat(file(pod, "/etc/one/a.txt")).contains("old");
  }

  @Test
  void an_optional_secret_comes_later_and_at_once_when_the_pod_is_annotated() {
    cluster.propagation(Duration.ofMinutes(5));
    var pod =
        running(
            container("app", "  volumeMounts: [{name: keys, mountPath: /etc/keys}]"),
            "- {name: keys, secret: {secretName: keys, optional: true}}");
    assertThat(file(pod, "/etc/keys")).get().asString().doesNotContain("key.pem");

    secret("keys", Map.of("key.pem", "K"));
    if (cluster.isLocal()) { // a real kubelet may come to look at a pod at any time
      await().during(Duration.ofSeconds(1)).until(() -> file(pod, "/etc/keys/key.pem").isEmpty());
    }

    namespace.annotate(pod, "test/nudge", "1");
    await().atMost(Duration.ofSeconds(2)).until(() -> file(pod, "/etc/keys/key.pem").isPresent());
  }

  @Test
  void a_missing_secret_keeps_the_pod_in_container_creating() {
    apply(
        container("app", "  volumeMounts: [{name: keys, mountPath: /etc/keys}]"),
        "- {name: keys, secret: {secretName: keys}}");

    var pod =
        namespace.awaitPod("app", "waiting", p -> !p.getStatus().getContainerStatuses().isEmpty());
    assertThat(pod.getStatus().getPhase()).isEqualTo("Pending");
    assertThat(container(pod, "app").getState().getWaiting().getReason())
        .isEqualTo("ContainerCreating");
    assertThat(condition(pod, "Ready").getReason()).isEqualTo("ContainersNotReady");
    assertThat(condition(pod, "Ready").getMessage())
        .isEqualTo("containers with unready status: [app]");
    slowly()
        .untilAsserted(
            () ->
                assertThat(events("FailedMount"))
                    .contains(
                        "MountVolume.SetUp failed for volume \"keys\" : secret \"keys\" not found"));

    secret("keys", Map.of("key.pem", "K"));

    slowly().until(() -> TestNamespace.isReady(namespace.podNamed("app")));
  }

  @Test
  void a_missing_variable_or_image_is_named_as_the_reason() {
    namespace.apply(
        pod(
            "unset",
            container(
                "app", "  env: [{name: X, valueFrom: {configMapKeyRef: {name: no, key: a}}}]"),
            ""));
    namespace.apply(
        pod("unknown", container("app", "").replace("demo-app", "nobody-has-this"), ""));

    namespace.awaitPod("unset", "misconfigured", p -> waitsFor(p, "CreateContainerConfigError"));
    namespace.awaitPod(
        "unknown",
        "without its image",
        p -> waitsFor(p, "ImagePullBackOff") || waitsFor(p, "ErrImagePull"));
  }

  @Test
  void readiness_follows_the_probe_and_nothing_is_restarted() {
    var pod = running(container("app", ""), "");

    DemoAppProbe.isHealthy(pod, false);
    var unready = namespace.awaitPod("app", "unready", p -> !TestNamespace.isReady(p));
    assertThat(condition(unready, "ContainersReady").getReason()).isEqualTo("ContainersNotReady");
    assertThat(container(unready, "app").getReady()).isFalse();

    DemoAppProbe.isHealthy(pod, true);
    var ready = namespace.awaitPod("app", "ready", TestNamespace::isReady);
    assertThat(container(ready, "app").getRestartCount()).isZero();
  }

  @Test
  void a_container_that_fails_its_liveness_probe_is_restarted() {
    // it is asked at once, and again each second: five, since a JVM needs a while until it listens
    var pod =
        running(
            container(
                "app",
                """
                  livenessProbe: {httpGet: {path: /healthz, port: 9000}, periodSeconds: 1, failureThreshold: 5}
                """),
            "");

    DemoAppProbe.isHealthy(pod, false);

    var restarted =
        namespace.awaitPod(
            "app",
            "restarted",
            p -> container(p, "app").getRestartCount() == 1 && TestNamespace.isReady(p));
    assertThat(container(restarted, "app").getLastState().getTerminated().getExitCode())
        .isEqualTo(143);
    assertThat(restarted.getStatus().getPodIP()).isEqualTo(pod.getStatus().getPodIP());
  }

  @Test
  void a_container_that_ends_is_restarted_at_once_and_then_with_back_off() {
    var pod =
        running(
            container("app", "  volumeMounts: [{name: s, mountPath: /s}]"),
            "- {name: s, emptyDir: {}}");

    DemoAppProbe.exits(pod, 3);
    var again =
        namespace.awaitPod(
            "app",
            "running again",
            p -> container(p, "app").getRestartCount() == 1 && TestNamespace.isReady(p));
    assertThat(container(again, "app").getLastState().getTerminated().getExitCode()).isEqualTo(3);
    assertThat(container(again, "app").getLastState().getTerminated().getReason())
        .isEqualTo("Error");

    DemoAppProbe.exits(pod, 3);
    var backingOff = namespace.awaitPod("app", "backing off", p -> waitsFor(p, "CrashLoopBackOff"));
    assertThat(backingOff.getStatus().getPhase()).isEqualTo("Running");
    assertThat(container(backingOff, "app").getLastState().getTerminated().getExitCode())
        .isEqualTo(3);
  }

  @Test
  void init_containers_come_before_and_sidecars_beside() {
    namespace.apply(
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: app}
        spec:
          restartPolicy: Never
          terminationGracePeriodSeconds: 1
          initContainers:
          - {name: first, image: "localhost/demo-app:test", args: [--exit=0, --control=9001], command: %1$s}
          - {name: beside, image: "localhost/demo-app:test", args: [--control=9002], restartPolicy: Always, command: %1$s}
          containers:
          - {name: app, image: "localhost/demo-app:test", args: [--exit=0], command: %1$s}
        """
            .formatted(COMMAND));

    var done = namespace.awaitPod("app", "done", p -> p.getStatus().getPhase().equals("Succeeded"));

    assertThat(container(done, "first").getState().getTerminated().getReason())
        .isEqualTo("Completed");
    assertThat(container(done, "app").getState().getTerminated().getExitCode()).isZero();
    assertThat(condition(done, "Ready").getReason()).isEqualTo("PodCompleted");
  }

  @Test
  void a_deleted_pod_is_terminated_then_killed_and_only_then_gone() {
    var pod = running(container("app", "").replace("--listen=8080", "--listen=8080, --deaf"), "");

    var deleted = Instant.now();
    cluster.client().pods().resource(pod).delete();

    var going = namespace.podNamed("app");
    assertThat(going.getMetadata().getDeletionTimestamp()).isNotEmpty();
    assertThat(container(going, "app").getState().getRunning()).isNotNull();
    await()
        .until(
            () ->
                cluster.client().pods().inNamespace(namespace.name()).withName("app").get()
                    == null);
    assertThat(Duration.between(deleted, Instant.now())).isGreaterThan(Duration.ofSeconds(1));
  }

  /** istio#10528, with certificates from a Secret and from a sidecar, on both versions. */
  @Test
  void a_prometheus_that_has_started_before_its_certificates_needs_a_nudge() {
    var shop = cluster.namespace("shop");
    var cart = shop.app(AppManifest.named("cart").listens(8443, "https", "mtls"));
    var secret =
        cluster
            .namespace("istio-secret")
            .prometheus(
                Addon.plain().withSecretCertificates().scrapeInterval("2s").withIstioSecureJob());
    var sidecar =
        cluster
            .namespace("istio-sidecar")
            .prometheus(Addon.withSidecarCertificates().version("2.42.0"));
    secret.awaitSettled();
    sidecar.awaitSettled();
    assertThat(secret.lastReloadSucceeded()).isTrue();
    assertThat(secret.scrapePools()).contains("kubernetes-pods").doesNotContain(SECURE);
    assertThat(sidecar.lastReloadSucceeded()).isTrue();
    assertThat(sidecar.scrapePools()).contains("kubernetes-pods").doesNotContain(MERGED);

    var loads = secret.loads();
    var changes = cluster.changes();
    secret.namespace().istioDefaultAppears();
    sidecar.agentReceives(cluster.mesh().issue(sidecar.namespace().name(), "prometheus"));
    // longer than Prometheus' own periods, a heartbeat's, and until the files are there for certain
    var quiet = Duration.ofSeconds(cluster.isLocal() ? 12 : 120);
    await()
        .during(quiet)
        .atMost(quiet.plusSeconds(3))
        .until(() -> missing(secret, SECURE) && missing(sidecar, MERGED));
    assertThat(changes.seen()).as("a quiet cluster").isEmpty();
    assertThat(secret.loads()).isEqualTo(loads);

    shop.annotate(cart.pod(), "test/nudge", "1");
    await().untilAsserted(() -> assertThat(secret.scrapePools()).contains(SECURE));
    await().untilAsserted(() -> assertThat(sidecar.scrapePools()).contains(MERGED));
    await()
        .untilAsserted(
            () ->
                assertThat(secret.targets(SECURE))
                    .singleElement()
                    .matches(PrometheusProbe.ActiveTarget::isUp));
    assertThat(secret.value("demo_scrapes_total{app=\"cart\",connection=\"mtls\"}")).isPresent();
  }

  @Test
  void an_edit_of_the_configuration_is_reloaded_by_the_sidecar() {
    var istio = cluster.namespace("istio-system");
    var addon = Addon.plain();
    var prometheus = istio.prometheus(addon);
    await().until(() -> prometheus.loads() == 2); // the reloader's own start

    istio.apply(
        addon
            .configured(text -> text.replace("job_name: kubernetes-services", "job_name: renamed"))
            .objects(cluster));

    slowly().until(() -> prometheus.scrapePools().contains("renamed"));
    assertThat(prometheus.loads()).isEqualTo(3);
  }

  private static boolean missing(PrometheusProbe prometheus, String pool) {
    return !prometheus.scrapePools().contains(pool);
  }

  private static final String COMMAND =
      "[/jdk/bin/java, -cp, /app, io.appmetrics.operator.cluster.app.DemoApp]";

  private static String container(String name, String more) {
    return """
        - name: %s
          image: localhost/demo-app:test
          command: %s
          args: [--listen=8080]
          readinessProbe: {httpGet: {path: /healthz, port: 9000}, periodSeconds: 1, failureThreshold: 2}
        """
            .formatted(name, COMMAND)
        + more;
  }

  private Pod running(String containers, String volumes) {
    apply(containers, volumes);
    return namespace.awaitPod("app", "ready", TestNamespace::isReady);
  }

  private void apply(String containers, String volumes) {
    namespace.apply(pod("app", containers, volumes));
  }

  private static String pod(String name, String containers, String volumes) {
    var text =
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: %s}
        spec:
          terminationGracePeriodSeconds: 1
          containers:
        """
            .formatted(name);
    return text
        + containers.indent(2)
        + (volumes.isEmpty() ? "" : "  volumes:\n" + volumes.indent(2));
  }

  private void configMap(String name, Map<String, String> data) {
    namespace.apply(
        List.of(
            new ConfigMapBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withData(data)
                .build()));
  }

  private void secret(String name, Map<String, String> data) {
    namespace.secret(
        new SecretBuilder()
            .withNewMetadata()
            .withName(name)
            .endMetadata()
            .withStringData(data)
            .build());
  }

  private List<String> events(String reason) {
    return cluster.client().v1().events().inNamespace(namespace.name()).list().getItems().stream()
        .filter(event -> event.getReason().equals(reason))
        .map(event -> event.getMessage().strip())
        .toList();
  }

  private static boolean waitsFor(Pod pod, String reason) {
    return pod.getStatus().getContainerStatuses().stream()
        .anyMatch(
            c ->
                c.getState().getWaiting() != null
                    && reason.equals(c.getState().getWaiting().getReason()));
  }

  private static ContainerStatus container(Pod pod, String name) {
    return Stream.concat(
            pod.getStatus().getInitContainerStatuses().stream(),
            pod.getStatus().getContainerStatuses().stream())
        .filter(status -> status.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static PodCondition condition(Pod pod, String type) {
    return pod.getStatus().getConditions().stream()
        .filter(condition -> condition.getType().equals(type))
        .findFirst()
        .orElseThrow();
  }

  /** A real kubelet looks after its volumes every 60 to 90 s. */
  private ConditionFactory slowly() {
    return await().atMost(Duration.ofSeconds(cluster.isLocal() ? 15 : 180));
  }
}
