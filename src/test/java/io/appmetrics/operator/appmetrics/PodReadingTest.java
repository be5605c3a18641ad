package io.appmetrics.operator.appmetrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.api.TargetKind;
import io.appmetrics.operator.chain.PodFacts;
import io.appmetrics.operator.chain.Workload;
import io.appmetrics.operator.chain.Workload.DeclaredPort;
import io.appmetrics.operator.mesh.Dataplane;
import io.appmetrics.operator.mesh.InboundCapture;
import io.appmetrics.operator.mesh.MeshPod;
import io.appmetrics.operator.mesh.ProxyRelease;
import io.appmetrics.operator.route.Endpoint;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Pods as the API server gives them, unwrapped. */
class PodReadingTest {

  private static final Workload CART = cart(TargetKind.DEPLOYMENT);

  private static Workload cart(TargetKind kind) {
    return new Workload(
        kind,
        "shop",
        "cart",
        "uid-of-cart",
        "1",
        "app=cart",
        Map.of("app", "cart"),
        Map.of(),
        List.of(),
        new Workload.Rollout(1, null),
        null);
  }

  private static Pod owned(Pod pod, String kind, String name) {
    return owned(pod, kind, name, "uid-of-" + name);
  }

  private static Pod owned(Pod pod, String kind, String name, String uid) {
    return pod.edit()
        .editMetadata()
        .addNewOwnerReference()
        .withController(true)
        .withKind(kind)
        .withName(name)
        .withUid(uid)
        .endOwnerReference()
        .endMetadata()
        .build();
  }

  private static Pod pod(String yaml) {
    return Serialization.unmarshal(yaml, Pod.class);
  }

  private static Pod named(String name, String status) {
    return pod(
        """
        metadata: {name: %s, namespace: shop, uid: u}
        spec: {containers: [{name: app}]}
        status: %s
        """
            .formatted(name, status));
  }

  private static PodFacts read(Pod pod) {
    return PodReading.of(CART, List.of(owned(pod, "ReplicaSet", "cart-5b6f"))).get(0);
  }

  @Test
  void unwrapsAPod() {
    assertThat(
            read(
                pod(
                    """
                    metadata:
                      name: cart-1
                      namespace: shop
                      uid: 77aa
                      creationTimestamp: "2026-03-01T10:59:59Z"
                      labels: {app: cart}
                      annotations: {appmetrics.io/port-1: "8080"}
                    spec:
                      containers:
                      - name: app
                        ports: [{name: http, containerPort: 8080}]
                    status:
                      phase: Running
                      conditions:
                      - {type: Initialized, status: "True", lastTransitionTime: "2026-03-01T11:00:00Z"}
                      - {type: Ready, status: "True", lastTransitionTime: "2026-03-01T11:00:09Z"}
                      containerStatuses:
                      - {name: app, state: {running: {startedAt: "2026-03-01T11:00:05Z"}}}
                      - {name: other, state: {running: {startedAt: "2026-03-01T11:00:07Z"}}}
                      - {name: third, state: {waiting: {reason: CrashLoopBackOff}}}
                    """)))
        .usingRecursiveComparison()
        .ignoringFields("discovered")
        .isEqualTo(
            new PodFacts(
                "shop",
                "cart-1",
                "77aa",
                Instant.parse("2026-03-01T10:59:59Z"),
                Instant.parse("2026-03-01T11:00:09Z"),
                Instant.parse("2026-03-01T11:00:07Z"),
                false,
                new MeshPod(
                    "shop",
                    Map.of("app", "cart"),
                    Map.of("http", 8080),
                    Dataplane.NONE,
                    InboundCapture.ALL,
                    ProxyRelease.UNKNOWN),
                Map.of("appmetrics.io/port-1", "8080"),
                List.of(new DeclaredPort("http", 8080)),
                null,
                DiscoveredPod.of(named("cart-1", "{}"))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"scrape\":\"true\",\"path\":\"/m\",\"port\":\"8080\"} | :8080/m",
        "{\"scrape\":\"true\",\"path\":\"\",\"port\":\"\"} | :80/metrics",
        "{\"scrape\":\"false\",\"path\":\"/m\",\"port\":\"8080\"} |",
        "{\"scrape\":\"true\",\"port\":\"http\"} |",
        "no json |",
      })
  void knowsWhatTheAgentFetches(String told, @Nullable String endpoint) {
    Pod pod = named("cart-1", "{}");
    pod.getSpec()
        .setInitContainers(
            List.of(
                new ContainerBuilder()
                    .withName("istio-proxy")
                    .addNewEnv()
                    .withName("ISTIO_PROMETHEUS_ANNOTATIONS")
                    .withValue(told)
                    .endEnv()
                    .build()));

    Endpoint.Key merged = read(pod).merged();

    assertThat(merged == null ? null : merged.toString()).isEqualTo(endpoint);
  }

  @Test
  void unwrapsWhatIsNotThere() {
    PodFacts bare =
        read(pod("metadata: {name: a, namespace: shop, uid: u}\nspec: {containers: []}\n"));

    assertThat(bare.readySince()).isNull();
    assertThat(bare.startedAt()).isNull();
    assertThat(bare.annotations()).isEmpty();
    assertThat(bare.serving()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"True, true", "False, false", "Unknown, false"})
  void servesWhileReadyAndNotAboutToGo(String ready, boolean serving) {
    Pod pod =
        named(
            "cart-1",
            "{conditions: [{type: Ready, status: \"%s\", lastTransitionTime: \"2026-03-01T11:00:00Z\"}]}"
                .formatted(ready));
    assertThat(read(pod).serving()).isEqualTo(serving);

    pod.getMetadata().setDeletionTimestamp("2026-03-01T12:00:00Z");
    assertThat(read(pod).terminating()).isTrue();
    assertThat(read(pod).serving()).isFalse();
  }

  @Test
  void knowsASidecarHoweverItCame() {
    Stream.of(
            // injected
            "metadata: {name: a, annotations: {sidecar.istio.io/status: '{}'}}\nspec: {containers: []}\n",
            // by hand
            "metadata: {name: a}\nspec: {containers: [{name: istio-proxy}]}\n",
            // a native sidecar
            "metadata: {name: a}\nspec: {containers: [], initContainers: [{name: istio-proxy}]}\n")
        .forEach(yaml -> assertThat(read(pod(yaml)).sidecar()).as(yaml).isTrue());
    assertThat(
            read(pod("metadata: {name: a}\nspec: {containers: [{name: istio-proxy-2}]}\n"))
                .sidecar())
        .isFalse();
  }

  @Test
  void knowsThePortsOfANativeSidecar() {
    PodFacts pod =
        read(
            pod(
                """
                metadata: {name: a, namespace: shop}
                spec:
                  containers: [{name: app, ports: [{name: http, containerPort: 8080}]}]
                  initContainers:
                  - {name: first, ports: [{name: never, containerPort: 1}]}
                  - {name: exporter, restartPolicy: Always, ports: [{name: metrics, containerPort: 9090}]}
                """));

    assertThat(pod.ports())
        .containsExactly(new DeclaredPort("http", 8080), new DeclaredPort("metrics", 9090));
    assertThat(pod.mesh().namedPorts()).isEqualTo(Map.of("http", 8080, "metrics", 9090));
  }

  /**
   * A gateway's proxy is the app itself. As in the charts of Istio 1.0 to 1.5, by the injector, of
   * the Gateway API, and a waypoint.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // annotations | containers | what stands before the pod
        "sidecar.istio.io/inject: 'false' | {name: istio-proxy, args: [proxy, router, -v, '2']} | NONE",
        "sidecar.istio.io/status: '{}' | {name: istio-proxy, args: [proxy, router, --domain, a]} | NONE",
        "sidecar.istio.io/status: '{}', inject.istio.io/templates: 'gateway, ours' | {name: istio-proxy} | NONE",
        "prometheus.io/port: '15020' | {name: istio-proxy, args: [proxy, waypoint, --domain, a]} | NONE",
        "ambient.istio.io/redirection: enabled | {name: istio-proxy, args: [proxy, router]} | AMBIENT",
        // sidecars
        "sidecar.istio.io/status: '{}' | {name: istio-proxy, args: [proxy, sidecar, --domain, router]} | SIDECAR",
        "inject.istio.io/templates: 'sidecar,our-gateway' | {name: istio-proxy} | SIDECAR",
        "sidecar.istio.io/status: '{}' | {name: app, args: [proxy, router]}, {name: istio-proxy} | SIDECAR",
        "sidecar.istio.io/inject: 'false' | {name: istio-proxy, args: [proxy]} | SIDECAR",
      })
  void knowsAGatewayFromASidecar(String annotations, String containers, Dataplane dataplane) {
    PodFacts pod =
        read(
            pod(
                "metadata: {name: a, namespace: shop, annotations: {%s}}\nspec: {containers: [%s]}\n"
                    .formatted(annotations, containers)));

    assertThat(pod.mesh().dataplane()).isEqualTo(dataplane);
    assertThat(pod.sidecar()).isEqualTo(dataplane == Dataplane.SIDECAR);
  }

  /** What the injector has set up tells more than the annotations, which lack its defaults. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // init container | annotations | 8080, 9090
        "|| true | true",
        "| excludeInboundPorts: '9090' | true | false",
        "| includeInboundPorts: '8080' | true | false",
        "| includeInboundPorts: '' | false | false",
        // as Istio 1.0 does: the declared ports
        "{name: istio-init, args: [-p, '15001', -b, '8080, ', -d, '']} || true | false",
        "{name: istio-init, args: [-b, '*', -d, '15020,9090']} | excludeInboundPorts: '8080' | true | false",
        "{name: istio-validation, args: [-b, '*', -d, '8080', --run-validation]} || false | true",
        "{name: other, args: [-b, '8080']} || true | true",
      })
  void knowsBeforeWhichPortsTheSidecarStands(
      @Nullable String init, @Nullable String annotation, boolean first, boolean second) {
    PodFacts pod =
        read(
            pod(
                """
                metadata:
                  name: a
                  namespace: shop
                  annotations: {%s}
                spec: {containers: [{name: istio-proxy}], initContainers: [%s]}
                """
                    .formatted(
                        annotation == null ? "" : "traffic.sidecar.istio.io/" + annotation,
                        init == null ? "" : init)));

    assertThat(pod.mesh().dataplane()).isEqualTo(Dataplane.SIDECAR);
    assertThat(pod.mesh().capture().takes(8080)).isEqualTo(first);
    assertThat(pod.mesh().capture().takes(9090)).isEqualTo(second);
  }

  /** A label only asks for it, and ztunnel leaves a pod with a sidecar alone. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{annotations: {ambient.istio.io/redirection: enabled}} | app | AMBIENT",
        "{annotations: {ambient.istio.io/redirection: pending}} | app | NONE",
        "{labels: {istio.io/dataplane-mode: ambient}} | app | NONE",
        "{annotations: {ambient.istio.io/redirection: enabled}} | istio-proxy | SIDECAR",
      })
  void knowsWhatStandsBeforeThePod(String metadata, String container, Dataplane dataplane) {
    PodFacts pod =
        read(
            pod(
                "metadata: %s\nspec: {containers: [{name: %s}]}\n"
                    .formatted(
                        metadata.replaceFirst("\\{", "{name: a, namespace: shop, "), container)));
    assertThat(pod.mesh().dataplane()).isEqualTo(dataplane);
  }

  /** Policies that an upgrade has left behind mean nothing to the proxies of today. */
  @ParameterizedTest
  @CsvSource({
    "docker.io/istio/proxyv2:1.0.5, 0, true",
    "docker.io/istio/proxyv2:1.5.10, 5, true",
    "docker.io/istio/proxyv2:1.6.0, 6, false",
    "registry:5000/istio/proxyv2:1.30.2-distroless, 30, false",
    "istio/proxyv2@sha256:ab12, , true", // nobody can tell
  })
  void knowsTheReleaseOfItsIstio(String image, @Nullable Integer minor, boolean readsAlpha) {
    ProxyRelease proxy =
        read(pod(
                "metadata: {name: a}\nspec: {containers: [{name: istio-proxy, image: '%s'}]}\n"
                    .formatted(image)))
            .mesh()
            .proxy();
    assertThat(proxy.minor())
        .isEqualTo(minor == null ? OptionalInt.empty() : OptionalInt.of(minor));
    assertThat(proxy.readsAlpha()).isEqualTo(readsAlpha);
  }

  @Test
  void leavesOutWhatHasRunToItsEndAndSortsTheRest() {
    assertThat(
            PodReading.of(
                CART,
                Stream.of(
                        named("c", "{phase: Running}"),
                        named("done", "{phase: Succeeded}"),
                        named("a", "{phase: Pending}"),
                        named("failed", "{phase: Failed}"),
                        named("b", "{}"))
                    .map(pod -> owned(pod, "ReplicaSet", "cart-5b6f"))
                    .toList()))
        .extracting(PodFacts::name)
        .containsExactly("a", "b", "c");
  }

  /** The Deployment's selector may match pods that it has not made, and cannot roll out. */
  @Test
  void leavesOutWhatOnlyLooksLikeIt() {
    Pod running = named("a", "{phase: Running}");
    assertThat(
            PodReading.of(
                CART,
                List.of(
                    running,
                    owned(running, "Job", "cart-5b6f"),
                    owned(running, "ReplicaSet", "cart"),
                    owned(running, "ReplicaSet", "cart-canary-5b6f"),
                    owned(running, "ReplicaSet", "shop-cart-5b6f"))))
        .isEmpty();
    assertThat(PodReading.of(CART, List.of(owned(running, "ReplicaSet", "cart-5b6f")))).hasSize(1);
  }

  /** A StatefulSet made anew under its name adopts its pods: until then nobody rolls them out. */
  @ParameterizedTest
  @EnumSource(names = {"STATEFUL_SET", "DAEMON_SET"})
  void knowsThePodsThatAWorkloadMakesItself(TargetKind kind) {
    Pod running = named("cart-0", "{phase: Running}");
    String owner = kind.toString();
    assertThat(
            PodReading.of(
                cart(kind),
                List.of(
                    running,
                    owned(running, owner, "cart", "uid-of-an-older-cart"),
                    owned(running, owner, "cart-canary"),
                    owned(running, "ReplicaSet", "cart-5b6f"))))
        .isEmpty();
    assertThat(PodReading.of(cart(kind), List.of(owned(running, owner, "cart")))).hasSize(1);
  }
}
