package io.appmetrics.operator.cli;

import io.appmetrics.operator.api.Port;
import io.appmetrics.operator.api.Target;
import io.appmetrics.operator.chain.Declaration;
import io.appmetrics.operator.mesh.Terms.Access;
import io.appmetrics.operator.relabel.RelabelModel;
import io.appmetrics.operator.route.Claim;
import io.appmetrics.operator.route.Endpoint;
import io.appmetrics.operator.route.Endpoints;
import io.appmetrics.operator.route.Foresight;
import io.appmetrics.operator.route.Scheme;
import io.appmetrics.operator.route.WorkloadPlan;
import io.appmetrics.operator.scrapeconfig.SlotJobs;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.IntPredicate;

/** What is declared of each workload, and the jobs that this needs. */
final class Declarations {

  /** A target of an AppMetrics: the {@code index}-th. */
  private record Claimed(Declared by, int index, Endpoints endpoints) {
    Target target() {
      return by.spec().targets().get(index);
    }

    /** Where the first of its ports stands that comes to such an endpoint. */
    Manifest.Position position(Endpoint.Key key, Map<String, Integer> named) {
      List<Port> ports = target().ports();
      int at = 0;
      while (at < ports.size() - 1
          && Endpoints.of(List.of(ports.get(at)), named).resolved().stream()
              .noneMatch(endpoint -> endpoint.key().equals(key))) {
        at++;
      }
      return by.port(index, at);
    }
  }

  private final Manifests manifests;
  private final RenderOptions options;
  private final boolean certificates;
  private final Map<Manifests.Key, List<Claimed>> claimed = new LinkedHashMap<>();
  private final List<String> refused = new ArrayList<>();

  private Declarations(Manifests manifests, RenderOptions options, boolean certificates) {
    this.manifests = manifests;
    this.options = options;
    this.certificates = certificates;
  }

  /**
   * The jobs that serve all that the inputs declare.
   *
   * @param model what the user's own jobs make of the pods
   * @param certificates whether it is known where the mesh's are
   * @throws Misuse when something cannot be served as it is declared; with all such
   */
  static SlotJobs jobs(
      Manifests manifests, RelabelModel model, RenderOptions options, boolean certificates)
      throws Misuse {
    Declarations declarations = new Declarations(manifests, options, certificates);
    Admission.of(manifests.appMetrics()).forEach(declarations::claim);
    SlotJobs jobs = SlotJobs.none();
    for (Manifests.Key workload : declarations.claimed.keySet()) {
      jobs = jobs.and(declarations.jobs(workload, model));
    }
    if (!declarations.refused.isEmpty()) {
      throw new Misuse(declarations.refused);
    }
    return jobs;
  }

  private void claim(Declared declared) {
    List<Target> targets = declared.spec().targets();
    for (int i = 0; i < targets.size(); i++) {
      Target target = targets.get(i);
      Manifests.Key key = new Manifests.Key(target.kind(), declared.namespace(), target.name());
      Endpoints endpoints = Endpoints.of(target.ports(), pod(key).namedPorts());
      claimed
          .computeIfAbsent(key, unused -> new ArrayList<>())
          .add(new Claimed(declared, i, endpoints));
      if (!declared.spec().suspended()) {
        unresolved(declared, i, key);
      }
    }
  }

  private void unresolved(Declared declared, int index, Manifests.Key key) {
    Map<String, Integer> named = pod(key).namedPorts();
    List<Port> ports = declared.spec().targets().get(index).ports();
    for (int i = 0; i < ports.size(); i++) {
      for (Endpoints.Unresolved port : Endpoints.of(List.of(ports.get(i)), named).unresolved()) {
        refuse(
            declared.port(index, i),
            declared,
            manifests.workload(key).isPresent()
                ? "No container of %s declares a port named %s".formatted(key, port.name())
                : "The port %s is a name, and the manifest of %s is not among the inputs: add it, or write the number"
                    .formatted(port.name(), key));
      }
    }
  }

  private TemplatePod pod(Manifests.Key key) {
    return new TemplatePod(manifests.workload(key).map(Manifest::value).orElse(null));
  }

  private boolean sidecar(TemplatePod template) {
    return template.sidecars(options.sidecars()) != RenderOptions.Sidecars.NONE;
  }

  /** On which ports of the pods nothing but mutual TLS is let through. */
  private IntPredicate strict(TemplatePod template) {
    boolean demanded = options.mesh() == RenderOptions.Mesh.STRICT && sidecar(template);
    return port -> demanded && template.capture().takes(port);
  }

  private static Access access(boolean strict) {
    return strict ? Access.MUTUAL_TLS : Access.PLAIN;
  }

  private SlotJobs jobs(Manifests.Key key, RelabelModel model) {
    TemplatePod template = pod(key);
    List<Claim> claims = new ArrayList<>();
    for (Claimed claim : claimed.getOrDefault(key, List.of())) {
      claims.add(
          new Claim(
              claim.by().name(),
              // files have no age: who comes first wins
              Instant.EPOCH.plusSeconds(claims.size()),
              claim.by().spec().suspended(),
              claim.endpoints().resolved()));
    }
    WorkloadPlan plan =
        WorkloadPlan.of(
            claims,
            template.annotations(),
            port -> access(strict(template).test(port)),
            options.slots(),
            new Foresight(
                List.of(model), template.pod(key, options.sidecars()), sidecar(template)));
    claimed.getOrDefault(key, List.of()).stream()
        .filter(claim -> !claim.by().spec().suspended())
        .forEach(claim -> judge(key, claim, plan));
    return jobs(plan, strict(template));
  }

  /** As the operator does in the link Accepted. */
  private void judge(Manifests.Key key, Claimed claim, WorkloadPlan plan) {
    TemplatePod template = pod(key);
    IntPredicate strict = strict(template);
    Declaration declaration =
        new Declaration(
            claim.by().namespace(),
            claim.by().name(),
            key.toString(),
            claim.endpoints().resolved(),
            plan,
            sidecar(template),
            port ->
                strict.test(port)
                    ? Optional.of("--mesh strict demands mutual TLS (STRICT)")
                    : Optional.empty(),
            List.of(new Declaration.Reader("Prometheus", options.version())),
            new Declaration.Slots(options.slots(), Option.SLOTS.toString()));
    for (Declaration.Refusal refusal : declaration.refusals()) {
      refuse(
          claim.position(refusal.endpoint(), template.namedPorts()),
          claim.by(),
          refusal.finding().message());
    }
    claim.endpoints().resolved().stream()
        .filter(endpoint -> !certificates && needsCertificates(plan, strict, endpoint))
        .forEach(
            endpoint ->
                refuse(
                    claim.position(endpoint.key(), template.namedPorts()),
                    claim.by(),
                    "%s %s can be scraped by IstioMutual only, and no job of %s names certificates: say where they are in Prometheus' container by %s DIRECTORY"
                        .formatted(key, endpoint.key(), options.config(), Option.CERTIFICATES)));
  }

  private static boolean needsCertificates(
      WorkloadPlan plan, IntPredicate strict, Endpoint endpoint) {
    return plan.slotOf(endpoint.key()).isPresent()
        && endpoint.schemeOn(access(strict.test(endpoint.port()))) == Scheme.ISTIO_MUTUAL;
  }

  private void refuse(Manifest.Position position, Declared declared, String message) {
    refused.add("%s: %s: %s".formatted(position, declared, message));
  }

  private static SlotJobs jobs(WorkloadPlan plan, IntPredicate strict) {
    TreeSet<Integer> mutual = new TreeSet<>();
    plan.endpoints()
        .forEach(
            (slot, endpoint) -> {
              if (endpoint.schemeOn(access(strict.test(endpoint.port()))) == Scheme.ISTIO_MUTUAL) {
                mutual.add(slot);
              }
            });
    return new SlotJobs(new TreeSet<>(plan.endpoints().keySet()), mutual);
  }
}
