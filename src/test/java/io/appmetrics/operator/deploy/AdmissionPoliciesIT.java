package io.appmetrics.operator.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingAdmissionPolicy;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the operator's ServiceAccount can write and what it cannot, and in which words it is
 * refused. In the namespace of this test RBAC allows it everything: what stands is the policies.
 */
class AdmissionPoliciesIT {
  private static final String NAMESPACE = "admission-policies";
  private static final String OWN_NAMESPACE = "appmetrics-system";
  private static final String ALLOWED = "allowed";

  private static final String CONFIG_MAPS = "appmetrics-operator-configmaps";
  private static final String PODS = "appmetrics-operator-pods";
  private static final String WORKLOADS = "appmetrics-operator-workloads";

  private static KubernetesClient admin;
  private static KubernetesClient operator;

  @BeforeAll
  static void allowEverything() {
    Deployed deployed = ApiServer.deployed();
    admin = deployed.adminClient();
    operator = deployed.operatorClient();
    admin
        .resource(
            new NamespaceBuilder().withNewMetadata().withName(NAMESPACE).endMetadata().build())
        .create();
    await("the service account without which no pod is taken")
        .until(
            () -> admin.serviceAccounts().inNamespace(NAMESPACE).withName("default").get() != null);
    admin.resource(everything(NAMESPACE)).create();
    admin.resource(everything(OWN_NAMESPACE)).create();
  }

  private static RoleBinding everything(String namespace) {
    return new RoleBindingBuilder()
        .withNewMetadata()
        .withName("everything")
        .withNamespace(namespace)
        .endMetadata()
        .withNewRoleRef("rbac.authorization.k8s.io", "ClusterRole", "cluster-admin")
        .addNewSubject(null, "ServiceAccount", "appmetrics-operator", "appmetrics-system")
        .build();
  }

  @AfterAll
  static void close() {
    admin.resource(everything(OWN_NAMESPACE)).delete();
    admin.namespaces().withName(NAMESPACE).delete();
    admin.close();
    operator.close();
  }

  @BeforeEach
  void objects() {
    KINDS.forEach(kind -> admin.resource(workload(kind)).create());
    admin.resource(pod()).create();
  }

  @AfterEach
  void noObjects() {
    KINDS.forEach(kind -> admin.resource(workload(kind)).withGracePeriod(0).delete());
    admin.pods().inNamespace(NAMESPACE).withGracePeriod(0).delete();
    admin.configMaps().inNamespace(NAMESPACE).withName("prometheus").delete();
    admin.apps().deployments().inNamespace(NAMESPACE).withName("prometheus").delete();
  }

  // ---------------------------------------------------------------- ConfigMaps

  private static final String YAML =
      """
      global: {scrape_interval: 15s}
      scrape_configs:
      - job_name: mine
      """;
  private static final String MORE = "rule_files: []\n";
  private static final String BLOCK =
      "\n# BEGIN appmetrics.io: do not edit\n- job_name: appmetrics-1\n# END appmetrics.io";
  private static final String OTHER_BLOCK = BLOCK.replace("-1", "-2");
  private static final String LARGE = "# " + "x".repeat(990 * 1024) + "\n" + YAML;
  private static final String PARTING = BLOCK + ", with this line break\n";
  private static final String ONE_LINE = "{a: [], b: \"" + "x".repeat(990 * 1024) + "\"}";
  private static final String LARGE_BLOCK =
      BLOCK.replace("- job", "- {job_name: appmetrics}\n".repeat(36_000) + "- job");

  private static final String OUTSIDE =
      "the AppMetrics operator changes no byte of prometheus.yml outside of its own block";
  private static final String DAMAGED =
      "the AppMetrics operator writes nothing into prometheus.yml: a line \"# BEGIN appmetrics.io\""
          + " without a later \"# END appmetrics.io\"";
  private static final String KEYS =
      "the AppMetrics operator adds and removes no key of a ConfigMap but appmetrics.yml";
  private static final String NOT_DATA =
      "the AppMetrics operator changes nothing of a ConfigMap but its data";
  private static final String NO_CONFIG_MAP =
      "the AppMetrics operator creates no ConfigMap but its state, and deletes none";
  private static final String CERTIFICATES = "appmetrics-operator-certificates";
  private static final String ONLY_PROMETHEUS =
      "the AppMetrics operator writes appmetrics.io/certificates only on a Deployment that runs a"
          + " Prometheus, and as appmetrics-operator-certificates";

  /** The text with the block before its last line feed, as the operator writes it. */
  private static String with(String text, String block) {
    return text.substring(0, text.length() - 1) + block + "\n";
  }

  private record Edit(String name, String before, String after, String outcome) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Edit> edits() {
    String crlf = YAML.replace("\n", "\r\n");
    String unended = YAML.strip();
    return List.of(
        new Edit("block added", YAML, with(YAML, BLOCK), ALLOWED),
        new Edit("block changed", with(YAML, BLOCK), with(YAML, OTHER_BLOCK), ALLOWED),
        new Edit("block removed", with(YAML, BLOCK), YAML, ALLOWED),
        new Edit("block in the middle", YAML + MORE, with(YAML, BLOCK) + MORE, ALLOWED),
        new Edit("no final newline", unended, unended + BLOCK, ALLOWED),
        new Edit("no final newline, removed", unended + BLOCK, unended, ALLOWED),
        new Edit("CRLF", crlf, with(crlf, BLOCK), ALLOWED),
        new Edit("CRLF, removed", with(crlf, BLOCK), crlf, ALLOWED),
        new Edit("CRLF turned into LF", crlf, with(YAML, BLOCK), OUTSIDE),
        new Edit("990 KB", LARGE, with(LARGE, BLOCK), ALLOWED),
        new Edit("990 KB, one byte", LARGE, with("#" + LARGE, BLOCK), OUTSIDE),
        new Edit("900 KB of block", with(YAML, LARGE_BLOCK), with(YAML, BLOCK), ALLOWED),
        new Edit("line parted", "[]", "[" + PARTING + "]", ALLOWED),
        new Edit("line parted, changed", "[" + PARTING + "]", "[1" + PARTING + "]", OUTSIDE),
        new Edit("line parted, removed", "[" + PARTING + "]", "[]", ALLOWED),
        new Edit("line parted, moved", "[" + PARTING + "]", "[]" + BLOCK, ALLOWED),
        new Edit(
            "990 KB in one line", ONE_LINE, ONE_LINE.replace("[]", "[" + PARTING + "]"), ALLOWED),
        new Edit(
            "990 KB in one line, removed",
            ONE_LINE.replace("[]", "[" + PARTING + "]"),
            ONE_LINE,
            ALLOWED),
        new Edit("line broken without words", "[]", "[" + BLOCK + "\n]", OUTSIDE),
        new Edit("line broken twice", "[]", "[" + PARTING + "\n]", OUTSIDE),
        new Edit("null that becomes a comment", "a: ~\n", "a:" + BLOCK + " ~\n", ALLOWED),
        new Edit("byte before", YAML, with(YAML.replace("15s", "16s"), BLOCK), OUTSIDE),
        new Edit("byte after", YAML + MORE, with(YAML, BLOCK) + MORE.strip(), OUTSIDE),
        new Edit("newline more", YAML, YAML + BLOCK + "\n\n", OUTSIDE),
        new Edit("no block at all", YAML, YAML + "# hello\n", OUTSIDE),
        new Edit("two blocks", YAML, with(YAML, BLOCK + OTHER_BLOCK), OUTSIDE),
        new Edit(
            "user's END after the block", YAML, with(YAML, BLOCK + "\n- x: y\n# END"), OUTSIDE),
        new Edit("END is missing", YAML, with(YAML, BLOCK.replace("END", "end")), DAMAGED),
        new Edit("END was missing", with(YAML, BLOCK.replace("END", "end")), YAML, DAMAGED),
        new Edit(
            "END was missing, mended",
            with(YAML, BLOCK.replace("END", "end")),
            with(YAML, BLOCK),
            DAMAGED));
  }

  @ParameterizedTest
  @MethodSource("edits")
  void editsOfText(Edit edit) {
    ConfigMap configMap = configMap(edit.before());
    assertThat(outcome(CONFIG_MAPS, () -> put(configMap, c -> set(c, edit.after()))))
        .isEqualTo(edit.outcome());
  }

  private record Change(String name, Consumer<ConfigMap> change, String outcome) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Change> changes() {
    return List.of(
        new Change("nothing", c -> {}, ALLOWED),
        new Change("key added", c -> c.getData().put("more.yml", ""), KEYS),
        new Change("key removed", c -> c.getData().remove("alerts.yml"), KEYS),
        new Change("every key removed", c -> c.setData(null), KEYS),
        new Change(
            "key renamed",
            c -> c.getData().put("alert.yml", c.getData().remove("alerts.yml")),
            KEYS),
        new Change(
            "another key",
            c -> c.getData().put("alerts.yml", "groups: [{}]\n"),
            OUTSIDE.replace("prometheus", "alerts")),
        new Change("label", c -> c.getMetadata().setLabels(Map.of("app", "other")), NOT_DATA),
        new Change("no label", c -> c.getMetadata().setLabels(Map.of()), NOT_DATA),
        new Change("annotation", c -> c.getMetadata().setAnnotations(Map.of("a", "b")), NOT_DATA),
        new Change("finalizer", c -> c.getMetadata().setFinalizers(List.of("a/b")), NOT_DATA),
        new Change("binary data", c -> c.setBinaryData(Map.of("b", "AAAA")), NOT_DATA),
        new Change("immutable", c -> c.setImmutable(true), NOT_DATA));
  }

  @ParameterizedTest
  @MethodSource("changes")
  void changesOfConfigMap(Change change) {
    ConfigMap configMap = configMap(YAML);
    assertThat(outcome(CONFIG_MAPS, () -> put(configMap, change.change())))
        .isEqualTo(change.outcome());
  }

  private static final String OWN = "# BEGIN appmetrics.io (written by)\nscrape_configs: []\n";
  private static final String NOT_OWN =
      "the AppMetrics operator writes and removes appmetrics.yml only where it begins with \"# BEGIN"
          + " appmetrics.io\"";

  private record OwnKey(
      String name, @Nullable String before, @Nullable String after, String outcome) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<OwnKey> ownKeys() {
    return List.of(
        new OwnKey("added", null, OWN, ALLOWED),
        new OwnKey("changed", OWN, OWN + "# more\n", ALLOWED),
        new OwnKey("removed", OWN, null, ALLOWED),
        new OwnKey("added as another's", null, "scrape_configs: []\n", NOT_OWN),
        new OwnKey("another's, taken over", "scrape_configs: []\n", OWN, NOT_OWN),
        new OwnKey("another's, removed", "scrape_configs: []\n", null, NOT_OWN),
        new OwnKey(
            "another's, left alone", "scrape_configs: []\n", "scrape_configs: []\n", ALLOWED));
  }

  @ParameterizedTest
  @MethodSource("ownKeys")
  void keyOfItsOwn(OwnKey key) {
    ConfigMap configMap = configMap(YAML);
    if (key.before() != null) {
      configMap.getData().put("appmetrics.yml", key.before());
      configMap = admin.resource(configMap).update();
    }
    ConfigMap stored = configMap;
    assertThat(
            outcome(
                CONFIG_MAPS,
                () ->
                    put(
                        stored,
                        c -> {
                          c.getData().remove("appmetrics.yml");
                          if (key.after() != null) {
                            c.getData().put("appmetrics.yml", key.after());
                          }
                          set(c, with(YAML, BLOCK));
                        })))
        .isEqualTo(key.outcome());
  }

  @Test
  void configMapsAreNeitherCreatedNorDeleted() {
    ConfigMap configMap = configMap(YAML);
    ConfigMap other = configMap.edit().editMetadata().withName("other").endMetadata().build();
    other.getMetadata().setResourceVersion(null);
    assertThat(outcome(CONFIG_MAPS, () -> operator.resource(other).create()))
        .isEqualTo(NO_CONFIG_MAP);
    assertThat(outcome(CONFIG_MAPS, () -> operator.resource(configMap).delete()))
        .isEqualTo(NO_CONFIG_MAP);
  }

  /** What must outlive a crash, in its own namespace, under its own names. */
  @Test
  void itsStateIsItsOwn() {
    ConfigMap state = state("appmetrics-istio-system.prometheus", OWN_NAMESPACE, "restarts");
    try {
      assertThat(outcome(CONFIG_MAPS, () -> operator.resource(state).create())).isEqualTo(ALLOWED);
      ConfigMap stored = admin.resource(state).get();
      assertThat(
              outcome(
                  CONFIG_MAPS,
                  () ->
                      operator
                          .resource(stored.edit().withData(Map.of("reloads", "b")).build())
                          .update()))
          .isEqualTo(ALLOWED);
      assertThat(
              outcome(
                  CONFIG_MAPS,
                  () ->
                      operator
                          .resource(
                              admin.resource(state).get().edit().addToData("key", "b").build())
                          .update()))
          .isEqualTo(
              "the AppMetrics operator writes no key of its state but good, rejected, reloads and restarts");
      assertThat(outcome(CONFIG_MAPS, () -> operator.resource(state).delete()))
          .isEqualTo(NO_CONFIG_MAP);
      assertThat(
              outcome(
                  CONFIG_MAPS,
                  () -> operator.resource(state("other", OWN_NAMESPACE, "a")).create()))
          .isEqualTo(NO_CONFIG_MAP);
      assertThat(
              outcome(
                  CONFIG_MAPS,
                  () -> operator.resource(state("appmetrics-a.b", NAMESPACE, "restarts")).create()))
          .isEqualTo(NO_CONFIG_MAP);
    } finally {
      admin.resource(state).delete();
    }
  }

  private static ConfigMap state(String name, String namespace, String key) {
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace(namespace)
        .endMetadata()
        .addToData(key, "a")
        .build();
  }

  private static ConfigMap configMap(String text) {
    return admin
        .resource(
            new ConfigMapBuilder()
                .withNewMetadata()
                .withName("prometheus")
                .withNamespace(NAMESPACE)
                .addToLabels("app", "prometheus")
                .endMetadata()
                .addToData("prometheus.yml", text)
                .addToData("alerts.yml", "groups: []\n")
                .build())
        .create();
  }

  private static void set(ConfigMap configMap, String text) {
    configMap.getData().put("prometheus.yml", text);
  }

  private static void put(ConfigMap stored, Consumer<ConfigMap> change) {
    ConfigMap edited = stored.edit().build();
    change.accept(edited);
    operator.resource(edited).update();
  }

  // ---------------------------------------------------------------- workloads, Pods

  private static final String NOT_AN_ANNOTATION =
      "the AppMetrics operator changes nothing of a workload's spec but annotations of its pod"
          + " template";
  private static final String OWN_METADATA =
      "the AppMetrics operator changes nothing of a workload's own metadata";
  private static final String APPLY_ONLY =
      "the AppMetrics operator sets annotations of workloads by server-side apply only, as a"
          + " field manager named appmetrics-operator-...";
  private static final String NO_WORKLOAD =
      "the AppMetrics operator writes no workload but existing Deployments, StatefulSets and"
          + " DaemonSets";
  private static final String COUNT = "deprecated.daemonset.template.generation";
  private static final String NO_POD =
      "the AppMetrics operator neither creates nor deletes pods, and uses none of their"
          + " subresources";
  private static final String POD_SPEC = "the AppMetrics operator changes nothing of a pod's spec";
  private static final String POD_METADATA =
      "the AppMetrics operator changes nothing of a pod's metadata but annotations";

  private static String foreign(String what, String keys) {
    return "the AppMetrics operator changes no annotation of a "
        + what
        + " but appmetrics.io/*"
        + (what.equals("pod template") ? " and prometheus.io/{scrape,port,path,scheme}" : "")
        + ": "
        + keys;
  }

  private record Patch(
      String name, PatchType type, @Nullable String manager, String body, String outcome) {

    static Patch apply(String name, String body, String outcome) {
      return new Patch(
          name, PatchType.SERVER_SIDE_APPLY, "appmetrics-operator-targets", body, outcome);
    }

    static Patch merge(String name, String body, String outcome) {
      return new Patch(name, PatchType.JSON_MERGE, "appmetrics-operator-targets", body, outcome);
    }

    /** Forced: a policy has to stand when nothing else does. */
    PatchContext context() {
      return new PatchContext.Builder()
          .withPatchType(type)
          .withFieldManager(manager)
          .withForce(type == PatchType.SERVER_SIDE_APPLY ? true : null)
          .build();
    }

    @Override
    public String toString() {
      return type + ": " + name;
    }
  }

  private static final List<String> KINDS = List.of("Deployment", "StatefulSet", "DaemonSet");

  /** A patch of the workload cart of one kind. */
  private record WorkloadPatch(String kind, Patch patch) {
    @Override
    public String toString() {
      return kind + ": " + patch;
    }
  }

  /** With {@code KIND} for the kind. */
  private static String applied(String fields) {
    return "apiVersion: apps/v1\nkind: KIND\nmetadata: {name: cart}\n" + fields + "\n";
  }

  private static String annotations(String annotations) {
    return applied("spec: {template: {metadata: {annotations: {" + annotations + "}}}}");
  }

  static Stream<WorkloadPatch> patchesOfWorkloads() {
    return Stream.concat(
        KINDS.stream()
            .flatMap(kind -> patches().stream().map(patch -> new WorkloadPatch(kind, patch))),
        Stream.of(
            patch("Deployment", "replicas: 0"),
            patch("Deployment", "paused: true"),
            patch("StatefulSet", "replicas: 0"),
            patch("StatefulSet", "minReadySeconds: 600"),
            patch("StatefulSet", "updateStrategy: {rollingUpdate: {partition: 1}}"),
            patch("DaemonSet", "updateStrategy: {rollingUpdate: {maxUnavailable: 7}}"),
            patch("DaemonSet", "minReadySeconds: 600"),
            new WorkloadPatch(
                "StatefulSet",
                Patch.apply(
                    "the annotation in which a DaemonSet's templates are counted",
                    applied("").replace("cart", "cart, annotations: {" + COUNT + ": '7'}"),
                    OWN_METADATA))));
  }

  private static WorkloadPatch patch(String kind, String spec) {
    return new WorkloadPatch(
        kind, Patch.apply(spec, applied("spec: {" + spec + "}"), NOT_AN_ANNOTATION));
  }

  private static List<Patch> patches() {
    return List.of(
        Patch.apply("own annotation", annotations("appmetrics.io/port-1: '80'"), ALLOWED),
        Patch.apply(
            "what restarts a Prometheus, on one that is none",
            annotations("appmetrics.io/certificates: abc"),
            ONLY_PROMETHEUS),
        new Patch(
            "the same, by its own manager",
            PatchType.SERVER_SIDE_APPLY,
            CERTIFICATES,
            annotations("appmetrics.io/certificates: abc"),
            ONLY_PROMETHEUS),
        new Patch(
            "another annotation, by that manager",
            PatchType.SERVER_SIDE_APPLY,
            CERTIFICATES,
            annotations("appmetrics.io/port-1: '80'"),
            "the AppMetrics operator writes, as appmetrics-operator-certificates, nothing but"
                + " appmetrics.io/certificates: appmetrics.io/port-1"),
        Patch.apply("nothing", applied("spec: {}"), ALLOWED),
        Patch.apply(
            "foreign annotation changed", annotations("team: b"), foreign("pod template", "team")),
        Patch.apply(
            "foreign annotation added",
            annotations("appmetrics.io/port-1: '80', prometheus.io/probe: 'true'"),
            foreign("pod template", "prometheus.io/probe")),
        Patch.apply(
            "the endpoint that prometheus.io holds",
            annotations(
                "prometheus.io/scrape: 'true', prometheus.io/port: '80', prometheus.io/path: /m,"
                    + " prometheus.io/scheme: http"),
            ALLOWED),
        Patch.merge(
            "foreign annotation removed",
            "{\"spec\":{\"template\":{\"metadata\":{\"annotations\":{\"team\":null}}}}}",
            foreign("pod template", "team")),
        Patch.apply(
            "look-alike annotation",
            annotations("appmetrics.io.evil/port-1: '80'"),
            foreign("pod template", "appmetrics.io.evil/port-1")),
        Patch.apply(
            "image",
            applied("spec: {template: {spec: {containers: [{name: cart, image: evil}]}}}"),
            NOT_AN_ANNOTATION),
        Patch.apply(
            "container",
            applied("spec: {template: {spec: {containers: [{name: evil, image: evil}]}}}"),
            NOT_AN_ANNOTATION),
        Patch.apply(
            "node", applied("spec: {template: {spec: {nodeSelector: {a: b}}}}"), NOT_AN_ANNOTATION),
        Patch.apply(
            "template label",
            applied("spec: {template: {metadata: {labels: {a: b}}}}"),
            NOT_AN_ANNOTATION),
        Patch.apply(
            "own metadata's annotation",
            applied("").replace("cart", "cart, annotations: {appmetrics.io/a: b}"),
            OWN_METADATA),
        Patch.apply(
            "own metadata's label",
            applied("").replace("cart", "cart, labels: {a: b}"),
            OWN_METADATA),
        Patch.merge(
            "own annotation",
            "{\"spec\":{\"template\":{\"metadata\":{\"annotations\":{\"appmetrics.io/a\":\"b\"}}}}}",
            APPLY_ONLY),
        new Patch(
            "own annotation, another manager",
            PatchType.SERVER_SIDE_APPLY,
            "kubectl",
            annotations("appmetrics.io/port-1: '80'"),
            APPLY_ONLY),
        new Patch(
            "own annotation, no manager",
            PatchType.JSON_MERGE,
            null,
            "{\"spec\":{\"template\":{\"metadata\":{\"annotations\":{\"appmetrics.io/a\":\"b\"}}}}}",
            APPLY_ONLY));
  }

  /** A Prometheus is known by its argument, and rolled by one annotation of one manager. */
  @ParameterizedTest
  @CsvSource({
    "--config.file=/etc/prometheus/prometheus.yml, appmetrics-operator-certificates, true",
    "-config.file=/etc/prometheus/prometheus.yml,  appmetrics-operator-certificates, true",
    "--config.file,                                appmetrics-operator-certificates, true",
    "--config.file=/etc/prometheus/prometheus.yml, appmetrics-operator-targets,      false",
    "--config.files=/etc/prometheus,               appmetrics-operator-certificates, false",
    "--not--config.file=/etc,                      appmetrics-operator-certificates, false"
  })
  void onlyAPrometheusIsRestarted(String argument, String manager, boolean allowed) {
    Deployment prometheus = (Deployment) workload("Deployment");
    prometheus.getMetadata().setName("prometheus");
    prometheus
        .getSpec()
        .getTemplate()
        .getSpec()
        .getContainers()
        .forEach(container -> container.setArgs(List.of(argument)));
    admin.resource(prometheus).create();
    Patch patch =
        new Patch(
            "",
            PatchType.SERVER_SIDE_APPLY,
            manager,
            annotations("appmetrics.io/certificates: abc")
                .replace("cart", "prometheus")
                .replace("KIND", "Deployment"),
            "");
    assertThat(
            outcome(
                WORKLOADS,
                () ->
                    operator
                        .apps()
                        .deployments()
                        .inNamespace(NAMESPACE)
                        .withName("prometheus")
                        .patch(patch.context(), patch.body())))
        .isEqualTo(allowed ? ALLOWED : ONLY_PROMETHEUS);
  }

  @ParameterizedTest
  @MethodSource("patchesOfWorkloads")
  void patchesOfWorkload(WorkloadPatch of) {
    assertThat(outcome(WORKLOADS, () -> patched(of.kind(), of.patch())))
        .isEqualTo(of.patch().outcome());
  }

  private static HasMetadata patched(String kind, Patch patch) {
    return operator
        .resource(workload(kind))
        .patch(patch.context(), patch.body().replace("KIND", kind));
  }

  @ParameterizedTest
  @FieldSource("KINDS")
  void ownAnnotationsAreTakenBackByAnEmptyApplyOrByAMergePatch(String kind) {
    Patch add = Patch.apply("", annotations("appmetrics.io/port-1: '80'"), ALLOWED);
    Patch remove = Patch.apply("", applied("spec: {}"), ALLOWED);
    Patch delete =
        Patch.merge(
            "",
            "{\"spec\":{\"template\":{\"metadata\":{\"annotations\":{\"appmetrics.io/port-1\":null}}}}}",
            ALLOWED);
    for (Patch takesBack : List.of(remove, delete)) {
      assertThat(templateAnnotations(patched(kind, add))).containsKey("appmetrics.io/port-1");
      assertThat(templateAnnotations(patched(kind, takesBack))).containsOnlyKeys("team");
    }
  }

  private static Map<String, String> templateAnnotations(HasMetadata workload) {
    if (workload instanceof Deployment deployment) {
      return deployment.getSpec().getTemplate().getMetadata().getAnnotations();
    }
    return workload instanceof StatefulSet statefulSet
        ? statefulSet.getSpec().getTemplate().getMetadata().getAnnotations()
        : ((DaemonSet) workload).getSpec().getTemplate().getMetadata().getAnnotations();
  }

  /** Which is why the policy need not forbid it: the API server counts as it did. */
  @Test
  void nobodyCountsTheTemplatesOfADaemonSetButTheApiServer() {
    Patch patch =
        Patch.apply(
            "", applied("").replace("cart", "cart, annotations: {" + COUNT + ": '7'}"), ALLOWED);
    assertThat(outcome(WORKLOADS, () -> patched("DaemonSet", patch))).isEqualTo(ALLOWED);
    assertThat(admin.resource(workload("DaemonSet")).get().getMetadata().getAnnotations())
        .containsEntry(COUNT, "1");
  }

  @ParameterizedTest
  @FieldSource("KINDS")
  void noOtherWriteOfWorkloads(String kind) {
    HasMetadata cart = workload(kind);
    HasMetadata other = workload(kind);
    other.getMetadata().setName("other");
    String status = "{\"status\":{\"observedGeneration\":7}}";

    assertThat(outcome(WORKLOADS, () -> operator.resource(other).create())).isEqualTo(NO_WORKLOAD);
    assertThat(outcome(WORKLOADS, () -> operator.resource(cart).delete())).isEqualTo(NO_WORKLOAD);
    assertThat(
            outcome(
                WORKLOADS,
                () ->
                    operator
                        .resource(cart)
                        .subresource("status")
                        .patch(PatchContext.of(PatchType.JSON_MERGE), status)))
        .isEqualTo(NO_WORKLOAD);
  }

  @Test
  void noScaling() {
    var apps = operator.apps();
    var deployment = apps.deployments().inNamespace(NAMESPACE).withName("cart");
    var statefulSet = apps.statefulSets().inNamespace(NAMESPACE).withName("cart");

    assertThat(outcome(WORKLOADS, () -> deployment.scale(3))).isEqualTo(NO_WORKLOAD);
    assertThat(outcome(WORKLOADS, () -> statefulSet.scale(3))).isEqualTo(NO_WORKLOAD);
  }

  @Test
  void noOtherWorkload() {
    var replicaSet =
        new ReplicaSetBuilder()
            .withMetadata(cart())
            .withNewSpec()
            .withReplicas(0)
            .withSelector(selector())
            .withTemplate(template())
            .endSpec()
            .build();
    admin.resource(replicaSet).create();
    assertThat(
            outcome(
                WORKLOADS,
                () ->
                    operator
                        .resource(replicaSet)
                        .patch(
                            Patch.apply("", "", "").context(),
                            annotations("appmetrics.io/port-1: '80'")
                                .replace("KIND", "ReplicaSet"))))
        .isEqualTo(NO_WORKLOAD);
    admin.resource(replicaSet).delete();
  }

  static List<Patch> patchesOfPods() {
    return List.of(
        Patch.apply(
            "own annotation",
            """
            apiVersion: v1
            kind: Pod
            metadata: {name: cart, annotations: {appmetrics.io/nudge: '1'}}
            """,
            ALLOWED),
        Patch.merge(
            "own annotation",
            "{\"metadata\":{\"annotations\":{\"appmetrics.io/nudge\":\"1\"}}}",
            ALLOWED),
        Patch.merge(
            "foreign annotation changed",
            "{\"metadata\":{\"annotations\":{\"team\":\"b\"}}}",
            foreign("pod", "team")),
        Patch.merge(
            "foreign annotation removed",
            "{\"metadata\":{\"annotations\":{\"team\":null}}}",
            foreign("pod", "team")),
        Patch.merge(
            "foreign annotation added",
            "{\"metadata\":{\"annotations\":{\"prometheus.io/port\":\"1\"}}}",
            foreign("pod", "prometheus.io/port")),
        Patch.merge("label", "{\"metadata\":{\"labels\":{\"app\":\"b\"}}}", POD_METADATA),
        Patch.merge("finalizer", "{\"metadata\":{\"finalizers\":[\"a/b\"]}}", POD_METADATA),
        Patch.merge(
            "image",
            "{\"spec\":{\"containers\":[{\"name\":\"cart\",\"image\":\"cart:2\"}]}}",
            POD_SPEC),
        Patch.merge("deadline", "{\"spec\":{\"activeDeadlineSeconds\":5}}", POD_SPEC));
  }

  @ParameterizedTest
  @MethodSource("patchesOfPods")
  void patchesOfPod(Patch patch) {
    var cart = operator.pods().inNamespace(NAMESPACE).withName("cart");
    assertThat(outcome(PODS, () -> cart.patch(patch.context(), patch.body())))
        .isEqualTo(patch.outcome());
  }

  @Test
  void noOtherWriteOfPods() {
    Pod other = pod().edit().editMetadata().withName("other").endMetadata().build();
    var cart = operator.pods().inNamespace(NAMESPACE).withName("cart");

    assertThat(outcome(PODS, () -> operator.resource(other).create())).isEqualTo(NO_POD);
    assertThat(outcome(PODS, cart::delete)).isEqualTo(NO_POD);
    assertThat(
            outcome(
                PODS,
                () ->
                    cart.subresource("status")
                        .patch(
                            PatchContext.of(PatchType.JSON_MERGE),
                            "{\"status\":{\"message\":\"hello\"}}")))
        .isEqualTo(NO_POD);
  }

  // ---------------------------------------------------------------- everybody else

  @Test
  void theApiServerHasNoWarning() {
    for (var policy : DeployManifests.of(ValidatingAdmissionPolicy.class)) {
      var checked =
          await("type check of " + policy.getMetadata().getName())
              .until(
                  () -> admin.resource(policy).get().getStatus(),
                  status -> status != null && status.getTypeChecking() != null);
      assertThat(checked.getTypeChecking().getExpressionWarnings()).isEmpty();
    }
  }

  @Test
  void othersAreFree() {
    ConfigMap configMap = configMap(YAML);
    assertThatCode(
            () -> {
              configMap.setData(Map.of("other.yml", "a: b\n"));
              admin.resource(configMap).update();
              admin.resource(configMap).delete();
              admin.apps().deployments().inNamespace(NAMESPACE).withName("cart").scale(2);
              admin
                  .pods()
                  .inNamespace(NAMESPACE)
                  .withName("cart")
                  .patch(
                      PatchContext.of(PatchType.JSON_MERGE),
                      "{\"metadata\":{\"labels\":{\"app\":\"b\"}}}");
            })
        .doesNotThrowAnyException();
  }

  /** The policy's words, or {@link #ALLOWED}. */
  private static String outcome(String policy, Runnable write) {
    KubernetesClientException refusal =
        catchThrowableOfType(KubernetesClientException.class, write::run);
    if (refusal == null) {
      return ALLOWED;
    }
    String introduction =
        "ValidatingAdmissionPolicy '" + policy + "' with binding '" + policy + "' denied request: ";
    assertThat(refusal).hasMessageContaining(introduction);
    assertThat(refusal.getCode()).isEqualTo(403);
    return refusal.getStatus().getMessage().split(Pattern.quote(introduction), 2)[1];
  }

  private static HasMetadata workload(String kind) {
    return switch (kind) {
      case "Deployment" ->
          new DeploymentBuilder()
              .withMetadata(cart())
              .withNewSpec()
              .withReplicas(1)
              .withSelector(selector())
              .withTemplate(template())
              .endSpec()
              .build();
      case "StatefulSet" ->
          new StatefulSetBuilder()
              .withMetadata(cart())
              .withNewSpec()
              .withReplicas(1)
              .withServiceName("cart")
              .withSelector(selector())
              .withTemplate(template())
              .endSpec()
              .build();
      case "DaemonSet" ->
          new DaemonSetBuilder()
              .withMetadata(cart())
              .withNewSpec()
              .withSelector(selector())
              .withTemplate(template())
              .endSpec()
              .build();
      default -> throw new IllegalArgumentException(kind);
    };
  }

  private static ObjectMeta cart() {
    return new ObjectMetaBuilder().withName("cart").withNamespace(NAMESPACE).build();
  }

  private static LabelSelector selector() {
    return new LabelSelectorBuilder().addToMatchLabels("app", "cart").build();
  }

  private static PodTemplateSpec template() {
    return new PodTemplateSpecBuilder()
        .withNewMetadata()
        .addToLabels("app", "cart")
        .addToAnnotations("team", "a")
        .endMetadata()
        .withSpec(pod().getSpec())
        .build();
  }

  private static Pod pod() {
    return new PodBuilder()
        .withNewMetadata()
        .withName("cart")
        .withNamespace(NAMESPACE)
        .addToLabels("app", "alone")
        .addToAnnotations("team", "a")
        .endMetadata()
        .withNewSpec()
        .withAutomountServiceAccountToken(false)
        .addNewSchedulingGate("never") // nothing is to run: what counts is what can be written
        .addNewContainer()
        .withName("cart")
        .withImage("cart:1")
        .endContainer()
        .endSpec()
        .build();
  }
}
