package io.appmetrics.operator.scrapeconfig;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** The nodes of a Prometheus configuration, with aliases and merge keys resolved as it does. */
final class ConfigTree {

  /** A job and where it stands. */
  record Found(ScrapeJob job, Optional<Mark> mark) {}

  private final List<Found> jobs;
  private final Duration globalScrapeInterval;
  private final ScrapeConfigFiles includes;

  private ConfigTree(List<Found> jobs, Duration globalScrapeInterval, ScrapeConfigFiles includes) {
    this.jobs = List.copyOf(jobs);
    this.globalScrapeInterval = globalScrapeInterval;
    this.includes = includes;
  }

  static ConfigTree read(YamlText yaml) throws UnparsableConfig {
    var root = yaml.root();
    if (root.isEmpty() || isNull(root.get())) {
      return new ConfigTree(
          List.of(), LoadedConfig.DEFAULT_SCRAPE_INTERVAL, new ScrapeConfigFiles(List.of()));
    }
    if (!(root.get() instanceof MappingNode config)) {
      throw yaml.problem(
          root.get().getStartMark(),
          "a Prometheus configuration is a mapping with keys such as global and scrape_configs;"
              + " this is none");
    }
    for (var entry : config.getValue()) {
      if (!(entry.getKeyNode() instanceof ScalarNode)) {
        throw yaml.problem(
            entry.getKeyNode().getStartMark(),
            "the keys of a Prometheus configuration are words; this is none");
      }
    }
    return new ConfigTree(jobs(yaml, config), interval(yaml, config), includes(config));
  }

  List<Found> jobs() {
    return jobs;
  }

  Duration globalScrapeInterval() {
    return globalScrapeInterval;
  }

  ScrapeConfigFiles includes() {
    return includes;
  }

  private static ScrapeConfigFiles includes(MappingNode config) {
    return new ScrapeConfigFiles(
        ConfigNode.field(config, "scrape_config_files")
            .filter(SequenceNode.class::isInstance)
            .map(files -> ((SequenceNode) files).getValue())
            .orElse(List.of())
            .stream()
            .filter(ScalarNode.class::isInstance)
            .map(file -> ((ScalarNode) file).getValue())
            .toList());
  }

  private static List<Found> jobs(YamlText yaml, MappingNode config) throws UnparsableConfig {
    var value = ConfigNode.field(config, "scrape_configs");
    if (value.isEmpty() || isNull(value.get())) {
      return List.of();
    }
    if (!(value.get() instanceof SequenceNode items)) {
      throw yaml.problem(
          value.get().getStartMark(), "scrape_configs is no list; make it a list of jobs");
    }
    var jobs = new ArrayList<Found>();
    for (var item : items.getValue()) {
      var name = text(item, "job_name");
      if (name.isEmpty()) {
        throw yaml.problem(
            item.getStartMark(), "this item of scrape_configs has no job_name; give it one");
      }
      jobs.add(
          new Found(
              new ScrapeJob(name.get(), tlsFiles(item).orElse(null), unverified(item)),
              item.getStartMark()));
    }
    return jobs;
  }

  private static Optional<TlsFiles> tlsFiles(Node job) {
    return ConfigNode.field(job, "tls_config")
        .flatMap(
            tls ->
                text(tls, "ca_file")
                    .flatMap(
                        ca ->
                            text(tls, "cert_file")
                                .flatMap(
                                    cert ->
                                        text(tls, "key_file")
                                            .map(key -> new TlsFiles(ca, cert, key)))));
  }

  private static boolean unverified(Node job) {
    return ConfigNode.field(job, "tls_config")
        .flatMap(tls -> text(tls, "insecure_skip_verify"))
        .filter("true"::equals)
        .isPresent();
  }

  private static Duration interval(YamlText yaml, MappingNode config) throws UnparsableConfig {
    var global = ConfigNode.field(config, "global");
    var text = global.flatMap(node -> text(node, "scrape_interval"));
    if (text.isEmpty()) {
      return LoadedConfig.DEFAULT_SCRAPE_INTERVAL;
    }
    var interval = PrometheusDuration.parse(text.get());
    if (interval.isEmpty()) {
      throw yaml.problem(
          global
              .flatMap(node -> ConfigNode.field(node, "scrape_interval"))
              .flatMap(Node::getStartMark),
          "the global scrape_interval \""
              + text.get()
              + "\" is no duration; write one such as 15s");
    }
    // Prometheus takes zero for "not set" (config.go, GlobalConfig.UnmarshalYAML)
    return interval.get().isZero() ? LoadedConfig.DEFAULT_SCRAPE_INTERVAL : interval.get();
  }

  private static Optional<String> text(Node mapping, String key) {
    return ConfigNode.field(mapping, key)
        .filter(value -> value instanceof ScalarNode && !isNull(value))
        .map(value -> ((ScalarNode) value).getValue());
  }

  private static boolean isNull(Node node) {
    return node instanceof ScalarNode && node.getTag().equals(Tag.NULL);
  }
}
