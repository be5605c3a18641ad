package io.appmetrics.operator.cli;

import io.appmetrics.operator.api.Target;
import io.appmetrics.operator.prometheus.Installation;
import io.appmetrics.operator.relabel.RelabelModel;
import io.appmetrics.operator.route.Claim;
import io.appmetrics.operator.route.Endpoints;
import io.appmetrics.operator.route.Foresight;
import io.appmetrics.operator.route.Scheme;
import io.appmetrics.operator.route.WorkloadPlan;
import io.appmetrics.operator.scrapeconfig.IncludedFile;
import io.appmetrics.operator.scrapeconfig.JobReader;
import io.appmetrics.operator.scrapeconfig.PrometheusYaml;
import io.appmetrics.operator.scrapeconfig.ScrapeBlock;
import io.appmetrics.operator.scrapeconfig.ScrapeJob;
import io.appmetrics.operator.scrapeconfig.SlotJobs;
import io.appmetrics.operator.scrapeconfig.TlsFiles;
import io.appmetrics.operator.scrapeconfig.UnparsableConfig;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The edited configuration: what the operator would write, by what it decides with.
 *
 * @param text what is printed
 * @param warnings what was declared and is not served, one line each
 */
record Rendering(String text, List<String> warnings) {

  /**
   * Renders.
   *
   * @param config the text of the configuration
   * @throws UnparsableConfig when it is none, or cannot be edited safely
   * @throws Misuse when what is declared cannot be served
   */
  static Rendering of(String config, Manifests manifests, RenderOptions options)
      throws UnparsableConfig, Misuse {
    PrometheusYaml yaml = PrometheusYaml.parse(config);
    List<String> warnings = new ArrayList<>();
    SlotJobs jobs =
        options.remove() ? SlotJobs.none() : demand(yaml.without(), manifests, options, warnings);
    if (jobs.isEmpty()) {
      return new Rendering(options.included() ? "" : yaml.without(), warnings);
    }
    TlsFiles files = files(yaml, options);
    if (files == null && !jobs.mutual().isEmpty()) {
      throw new Misuse(
          "some endpoints can be scraped by IstioMutual only, and no job of the configuration names"
              + " certificates: say where they are in Prometheus' container by --certificates DIR");
    }
    ScrapeBlock block =
        ScrapeBlock.render(
            jobs, new JobReader(options.version(), options.limits(), null), files, null, null);
    if (options.included()) {
      yaml.checkNames(block);
      return new Rendering(IncludedFile.with(block), warnings);
    }
    return new Rendering(yaml.with(block), warnings);
  }

  private static @Nullable TlsFiles files(PrometheusYaml yaml, RenderOptions options) {
    return options.certificates() != null
        ? Installation.istioFiles(options.certificates())
        : yaml.jobs().stream()
            .map(ScrapeJob::tlsFiles)
            .filter(Objects::nonNull)
            .findFirst()
            .orElse(null);
  }

  private static SlotJobs demand(
      String usersText, Manifests manifests, RenderOptions options, List<String> warnings)
      throws UnparsableConfig, Misuse {
    RelabelModel model = RelabelModel.ofFile(usersText, options.version(), options.namespace());
    boolean strict =
        options.mesh() == RenderOptions.Mesh.STRICT
            && options.sidecars() != RenderOptions.Sidecars.NONE;
    SlotJobs jobs = SlotJobs.none();
    for (Map.Entry<Manifests.Key, List<Claim>> named : claims(manifests).entrySet()) {
      TemplatePod template = new TemplatePod(manifests.workload(named.getKey()).orElse(null));
      WorkloadPlan plan =
          WorkloadPlan.of(
              named.getValue(),
              template.annotations(),
              port -> strict,
              options.slots(),
              new Foresight(
                  List.of(model),
                  template.pod(named.getKey(), options.sidecars()),
                  options.sidecars() != RenderOptions.Sidecars.NONE));
      plan.unplaced()
          .forEach(
              endpoint ->
                  warnings.add(
                      "endpoint %s of %s %s/%s gets no slot: there are %d; raise --slots"
                          .formatted(
                              endpoint,
                              named.getKey().kind(),
                              named.getKey().namespace(),
                              named.getKey().name(),
                              options.slots())));
      jobs = jobs.and(jobs(plan, port -> strict));
    }
    return jobs;
  }

  private static SlotJobs jobs(WorkloadPlan plan, IntPredicate strict) {
    TreeSet<Integer> mutual = new TreeSet<>();
    plan.endpoints()
        .forEach(
            (slot, endpoint) -> {
              if (endpoint.schemeOn(strict.test(endpoint.port())) == Scheme.ISTIO_MUTUAL) {
                mutual.add(slot);
              }
            });
    return new SlotJobs(new TreeSet<>(plan.endpoints().keySet()), mutual);
  }

  /** By workload; files have no age, so that who comes first wins. */
  private static Map<Manifests.Key, List<Claim>> claims(Manifests manifests) throws Misuse {
    Map<Manifests.Key, List<Claim>> claims = new LinkedHashMap<>();
    Instant age = Instant.EPOCH;
    for (Manifests.Declared declared : manifests.appMetrics()) {
      age = age.plusSeconds(1);
      for (Target target : declared.spec().targets()) {
        Manifests.Key key = new Manifests.Key(target.kind(), declared.namespace(), target.name());
        Map<?, ?> manifest = manifests.workload(key).orElse(null);
        Endpoints endpoints = Endpoints.of(target.ports(), new TemplatePod(manifest).namedPorts());
        if (!endpoints.unresolved().isEmpty()) {
          throw new Misuse(unresolved(declared, target, endpoints, manifest != null));
        }
        claims
            .computeIfAbsent(key, unused -> new ArrayList<>())
            .add(
                new Claim(declared.name(), age, declared.spec().suspended(), endpoints.resolved()));
      }
    }
    return claims;
  }

  private static String unresolved(
      Manifests.Declared declared, Target target, Endpoints endpoints, boolean known) {
    return "%s: %s names port %s of %s %s, %s"
        .formatted(
            declared.position(),
            declared,
            endpoints.unresolved().get(0).name(),
            target.kind(),
            target.name(),
            known
                ? "which no container of it declares"
                : "whose manifest is not among the inputs: add it, or write the number");
  }
}
