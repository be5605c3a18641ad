package io.appmetrics.operator.appmetrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.appmetrics.operator.api.PortScheme;
import io.appmetrics.operator.apiserver.Deeds;
import io.appmetrics.operator.chain.AnnotationOutcome;
import io.appmetrics.operator.chain.AnnotationOutcome.Kind;
import io.appmetrics.operator.chain.Workload;
import io.appmetrics.operator.cluster.AppManifest;
import io.appmetrics.operator.cluster.Cluster;
import io.appmetrics.operator.cluster.ClusterTest;
import io.appmetrics.operator.cluster.Freeze;
import io.appmetrics.operator.cluster.TestNamespace;
import io.appmetrics.operator.deploy.Deployed;
import io.appmetrics.operator.mesh.Terms.Access;
import io.appmetrics.operator.route.Claim;
import io.appmetrics.operator.route.Declared;
import io.appmetrics.operator.route.Endpoint;
import io.appmetrics.operator.route.ManagedAnnotations;
import io.appmetrics.operator.route.WorkloadPlan;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The writer of annotations against a real API server, as the operator's ServiceAccount: a late
 * write changes nothing, and a refused one says why.
 */
@ClusterTest
class WorkloadAnnotatorIT {
  private static final Map<String, String> OWN = Map.of("example.com/owner", "team shop");

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-03-01T12:00:00Z"));

  /** What is to outlive the process. */
  private final List<Integer> notes = new ArrayList<>();

  private TestNamespace shop;
  private KubernetesClient operator;
  private WorkloadAnnotator annotator;

  @BeforeEach
  void start(Cluster cluster) {
    shop = cluster.namespace("shop");
    operator = Deployed.install(cluster.admin()).operatorClient();
    annotator = started(Deeds.UNWATCHED);
  }

  private WorkloadAnnotator started(Deeds deeds) {
    return new WorkloadAnnotator(operator, clock(), deeds, workload -> {});
  }

  @AfterEach
  void stop() {
    operator.close();
  }

  private Clock clock() {
    return new Clock() {
      @Override
      public Instant instant() {
        return Objects.requireNonNull(now.get());
      }

      @Override
      public ZoneId getZone() {
        return ZoneOffset.UTC;
      }

      @Override
      public Clock withZone(ZoneId zone) {
        return this;
      }
    };
  }

  // --- what stands there ---

  private void deployed(String name) {
    shop.apply(
        AppManifest.named(name)
            .listens(8080)
            .replicas(0)
            .annotated("example.com/owner", "team shop")
            .yaml());
  }

  private Workload read(String name) {
    return WorkloadKind.DEPLOYMENT.read(shop.deployment(name));
  }

  private Map<String, String> annotations(String name) {
    return read(name).template();
  }

  /** Somebody else changes something of the Deployment. */
  private void patched(String name, String json) {
    shop.cluster()
        .client()
        .apps()
        .deployments()
        .inNamespace(shop.name())
        .withName(name)
        .patch(PatchContext.of(PatchType.JSON_MERGE), json);
  }

  private static WorkloadPlan plan(Workload workload) {
    Endpoint endpoint =
        new Endpoint(8080, "/metrics", PortScheme.AUTO, null, null, new TreeMap<>());
    return WorkloadPlan.of(
        List.of(new Claim("shop", Instant.EPOCH, false, List.of(endpoint))),
        workload.template(),
        port -> Access.PLAIN,
        8,
        Declared.SLOTS);
  }

  private AnnotationOutcome annotate(Workload workload) {
    return annotator.annotate(workload, plan(workload), 0, notes::add);
  }

  private void annotated(String name) {
    assertThat(settled(() -> annotate(read(name))).kind()).isEqualTo(Kind.WRITTEN);
    assertThat(annotations(name))
        .containsEntry("appmetrics.io/port-1", "8080")
        .containsAllEntriesOf(OWN);
  }

  /** The Deployment's controller writes its status meanwhile, which is "again" for us. */
  private static AnnotationOutcome settled(Supplier<AnnotationOutcome> attempt) {
    return await("an end").until(attempt::get, outcome -> outcome.kind() != Kind.AGAIN);
  }

  // --- late writes ---

  @Test
  void a_decision_on_an_older_version_is_not_carried_out() {
    deployed("cart");
    Workload before = read("cart");
    patched("cart", "{\"metadata\": {\"labels\": {\"a\": \"b\"}}}");

    assertThat(annotate(before)).isEqualTo(new AnnotationOutcome(Kind.AGAIN, "", 0));
    assertThat(annotations("cart")).isEqualTo(OWN);

    annotated("cart");
    Workload marked = read("cart");
    patched("cart", "{\"metadata\": {\"labels\": {\"a\": \"c\"}}}");
    assertThat(annotator.strip(marked).kind()).isEqualTo(Kind.AGAIN);
    assertThat(annotations("cart")).containsKey(ManagedAnnotations.MARKER);
  }

  @Test
  void a_workload_that_is_gone_is_not_made() {
    deployed("cart");
    Workload gone = read("cart");
    deleted("cart");

    assertThat(annotate(gone).kind()).isEqualTo(Kind.AGAIN);
    assertThat(annotator.strip(marked(gone)).kind()).isEqualTo(Kind.AGAIN);
    assertThat(
            shop.cluster().client().apps().deployments().inNamespace(shop.name()).list().getItems())
        .isEmpty();

    deployed("cart");
    assertThat(annotate(gone).kind()).as("another of the same name").isEqualTo(Kind.AGAIN);
    assertThat(annotations("cart")).isEqualTo(OWN);
  }

  private static Workload marked(Workload workload) {
    return new Workload(
        workload.kind(),
        workload.namespace(),
        workload.name(),
        workload.uid(),
        workload.resourceVersion(),
        workload.selector(),
        workload.labels(),
        plan(workload).templateAnnotations(),
        workload.ports(),
        workload.rollout(),
        workload.controller());
  }

  private void deleted(String name) {
    var resource =
        shop.cluster().client().apps().deployments().inNamespace(shop.name()).withName(name);
    resource.delete();
    await("the end of " + name).until(() -> resource.get() == null);
  }

  // --- refused and given up ---

  @Test
  void a_refusal_is_told_in_the_api_servers_words() {
    deployed("cart");
    try (var freeze = Freeze.of(shop, "deployments", "true")) {
      AnnotationOutcome outcome = settled(() -> annotate(read("cart")));
      assertThat(outcome.kind()).isEqualTo(Kind.REFUSED);
      assertThat(outcome.message()).contains("freeze-" + shop.name(), Freeze.WORDS);
      assertThat(outcome.templateWrites()).as("it wrote nothing").isZero();
    }
    annotated("cart");
  }

  @Test
  void a_fight_is_given_up_for_an_hour() {
    deployed("cart");
    for (int write = 1; write <= 3; write++) {
      annotated("cart");
      assertThat(settled(() -> annotator.strip(read("cart"))).kind())
          .isEqualTo(Kind.WRITTEN); // as somebody else would
      assertThat(annotations("cart")).isEqualTo(OWN);
    }
    assertThat(settled(() -> annotate(read("cart"))))
        .isEqualTo(new AnnotationOutcome(Kind.REVERTED, "", 3));

    now.updateAndGet(instant -> instant.plus(Duration.ofMinutes(59)));
    assertThat(settled(() -> annotate(read("cart"))).kind()).isEqualTo(Kind.REVERTED);
    now.updateAndGet(instant -> instant.plus(Duration.ofMinutes(2)));
    annotated("cart");
  }

  /** What was written before a restart of the operator is counted on. */
  @Test
  void a_fight_goes_on_over_a_restart() {
    deployed("cart");
    Workload cart = read("cart");

    assertThat(annotator.annotate(cart, plan(cart), 3, notes::add))
        .isEqualTo(new AnnotationOutcome(Kind.REVERTED, "", 3));
    assertThat(annotations("cart")).isEqualTo(OWN);
  }

  /** The first write is seen on the template, and each later one is noted before it is done. */
  @Test
  void a_fight_is_counted_wherever_the_operator_ends() {
    deployed("cart");
    annotated("cart");
    assertThat(notes).isEmpty();
    annotator = started(Deeds.UNWATCHED);
    assertThat(annotate(read("cart"))).isEqualTo(new AnnotationOutcome(Kind.UP_TO_DATE, "", 1));

    assertThat(settled(() -> annotator.strip(read("cart"))).kind()).isEqualTo(Kind.WRITTEN);
    WorkloadAnnotator mortal =
        started(
            (deed, moment) -> {
              if (moment == Deeds.Moment.AFTER) {
                throw new IllegalStateException("killed");
              }
            });
    assertThatThrownBy(
            () ->
                settled(
                    () -> {
                      Workload cart = read("cart");
                      return mortal.annotate(cart, plan(cart), 1, notes::add);
                    }))
        .hasMessage("killed");
    assertThat(annotations("cart")).containsEntry("appmetrics.io/port-1", "8080");
    assertThat(notes).containsOnly(2);

    Workload cart = read("cart");
    assertThat(started(Deeds.UNWATCHED).annotate(cart, plan(cart), 2, notes::add))
        .isEqualTo(new AnnotationOutcome(Kind.UP_TO_DATE, "", 2));
  }

  @Test
  void a_write_that_is_refused_again_and_again_is_counted_once() {
    deployed("cart");
    try (var freeze = Freeze.of(shop, "deployments", "true")) {
      for (int time = 1; time <= 2; time++) {
        AnnotationOutcome outcome =
            settled(
                () -> {
                  Workload cart = read("cart");
                  return annotator.annotate(cart, plan(cart), 1, notes::add);
                });
        assertThat(outcome.kind()).isEqualTo(Kind.REFUSED);
        assertThat(outcome.templateWrites()).isEqualTo(2);
      }
    }
    assertThat(notes).containsOnly(2);
  }

  // --- taken back ---

  @Test
  void stripped_of_ours_and_of_nothing_else() {
    deployed("cart");
    annotated("cart");

    assertThat(settled(() -> annotator.strip(read("cart"))).kind()).isEqualTo(Kind.WRITTEN);
    assertThat(annotations("cart")).isEqualTo(OWN);
    long generation = Objects.requireNonNull(shop.deployment("cart").getMetadata().getGeneration());
    assertThat(annotator.strip(read("cart")).kind()).isEqualTo(Kind.UP_TO_DATE);
    assertThat(shop.deployment("cart").getMetadata().getGeneration()).isEqualTo(generation);
  }

  @Test
  void the_sweep_takes_what_nobody_names_and_one_failure_stops_no_other() {
    for (String name : List.of("abandoned", "frozen", "wanted")) {
      deployed(name);
      annotated(name);
    }
    try (var workloads = new Workloads(operator, Set.of(shop.name()))) {
      workloads.start(key -> {});
      var sweep = new Sweep(workloads, annotator, () -> Set.of(read("wanted").key()));
      try (var freeze = Freeze.of(shop, "deployments", "object.metadata.name == 'frozen'")) {
        assertThat(sweep.run()).as("all is clean").isFalse();
        assertThat(annotations("abandoned")).isEqualTo(OWN);
        assertThat(annotations("frozen")).containsKey(ManagedAnnotations.MARKER);
        assertThat(sweep.run(read("frozen").key())).isFalse();
      }
      await("a clean sweep").until(sweep::run);
      assertThat(annotations("frozen")).isEqualTo(OWN);
      assertThat(sweep.run(read("wanted").key())).as("nothing to do").isTrue();
      assertThat(annotations("wanted")).containsKey(ManagedAnnotations.MARKER);
    }
  }
}
