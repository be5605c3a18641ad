package io.appmetrics.operator.cli;

import io.appmetrics.operator.prometheus.CertificateFiles;
import io.appmetrics.operator.prometheus.Installation;
import io.appmetrics.operator.prometheus.ShardedPolicy;
import io.appmetrics.operator.relabel.RelabelModel;
import io.appmetrics.operator.relabel.Shard;
import io.appmetrics.operator.scrapeconfig.BlockText;
import io.appmetrics.operator.scrapeconfig.IncludedFile;
import io.appmetrics.operator.scrapeconfig.JobReader;
import io.appmetrics.operator.scrapeconfig.PrometheusYaml;
import io.appmetrics.operator.scrapeconfig.ScrapeBlock;
import io.appmetrics.operator.scrapeconfig.SlotJobs;
import io.appmetrics.operator.scrapeconfig.TlsFiles;
import io.appmetrics.operator.scrapeconfig.UnparsableConfig;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The edited configuration: what the operator would write, by what it decides with. */
final class Rendering {
  private final PrometheusYaml yaml;
  private final RenderOptions options;

  private Rendering(PrometheusYaml yaml, RenderOptions options) {
    this.yaml = yaml;
    this.options = options;
  }

  /**
   * Renders; returns what is to be printed.
   *
   * @param config the text of the configuration
   * @throws UnparsableConfig when it is none, or cannot be edited safely
   * @throws Misuse when what is declared cannot be served
   */
  static String of(String config, Manifests manifests, RenderOptions options)
      throws UnparsableConfig, Misuse {
    ConfigKind.check(options.config(), config);
    Rendering rendering = new Rendering(PrometheusYaml.parse(config), options);
    return rendering.text(options.remove() ? SlotJobs.none() : rendering.demand(manifests));
  }

  /** Else Prometheus would find the jobs twice, or not at all. */
  private void checkIncludes() throws UnparsableConfig, Misuse {
    if (yaml.block().isPresent()) {
      throw yaml.problemOfBlock(
          "the operator's jobs stand in this file, and with --included they would be there twice:"
              + " take them out first, by render --remove");
    }
    if (!yaml.includes().names(IncludedFile.NAME)) {
      throw new Misuse(
          "%1$s:1:1: this includes no %2$s: add scrape_config_files: [%2$s], or leave out --included"
              .formatted(options.config(), IncludedFile.NAME));
    }
  }

  private SlotJobs demand(Manifests manifests) throws UnparsableConfig, Misuse {
    RelabelModel model =
        RelabelModel.ofFile(yaml.without(), options.version(), options.namespace());
    SlotJobs jobs = Declarations.jobs(manifests, model, options, files() != null);
    Optional<Shard> shard =
        options.sharded() == ShardedPolicy.SCRAPE_ALL || standing().contains(jobs)
            ? Optional.empty()
            : model.shards().stream().findFirst();
    if (shard.isPresent()) {
      throw yaml.problemOfJob(
          shard.get().job(),
          shard.get().refusal("this Prometheus", "give " + Option.SHARDS + " ScrapeAll"));
    }
    return jobs;
  }

  private SlotJobs standing() {
    return yaml.block().map(BlockText::jobs).map(SlotJobs::named).orElseGet(SlotJobs::none);
  }

  private String text(SlotJobs jobs) throws UnparsableConfig, Misuse {
    if (jobs.isEmpty()) {
      yaml.checkNames();
      return options.included() ? "" : yaml.without();
    }
    if (options.included()) {
      checkIncludes();
    }
    if (files() == null && !jobs.mutual().isEmpty()) { // of those that are suspended
      throw new Misuse(
          "%s:1:1: no job of it names certificates, and some jobs need them: say where they are in Prometheus' container by %s DIRECTORY"
              .formatted(options.config(), Option.CERTIFICATES));
    }
    ScrapeBlock block =
        ScrapeBlock.render(
            jobs, new JobReader(options.version(), options.limits(), null), files(), null, null);
    if (options.included()) {
      yaml.checkNames(block);
      return IncludedFile.with(block);
    }
    return yaml.with(block);
  }

  private @Nullable TlsFiles files() {
    return options.certificates() != null
        ? Installation.istioFiles(options.certificates())
        : CertificateFiles.named(yaml).orElse(null);
  }
}
