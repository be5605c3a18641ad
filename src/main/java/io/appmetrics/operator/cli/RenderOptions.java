package io.appmetrics.operator.cli;

import io.appmetrics.operator.prometheus.ShardedPolicy;
import io.appmetrics.operator.runtime.OperatorConfig;
import io.appmetrics.operator.runtime.OperatorConfig.Setting;
import io.appmetrics.operator.scrapeconfig.IncludedFile;
import io.appmetrics.operator.scrapeconfig.PrometheusVersion;
import io.appmetrics.operator.scrapeconfig.ScrapeLimits;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What {@code render} is asked for.
 *
 * @param config the file of the Prometheus configuration; {@code -} for standard input
 * @param version of the Prometheus that is to load the result
 * @param included whether the jobs go into a file of their own, which is then what is printed
 * @param remove whether the operator's jobs are taken out, whatever is declared
 * @param check whether to show the difference, and not the result
 * @param mesh what the mesh demands of pods with a sidecar
 * @param sidecars what runs in the pods
 * @param sharded what to do where the configuration takes a share of the pods only
 * @param certificates the directory of the mesh's certificates in Prometheus' container, or null
 * @param namespace that Prometheus runs in
 * @param slots the highest slot number
 * @param limits what one scrape of a slot may bring
 * @param inputs files and directories of manifests; {@code -} for standard input
 */
record RenderOptions(
    String config,
    PrometheusVersion version,
    boolean included,
    boolean remove,
    boolean check,
    Mesh mesh,
    Sidecars sidecars,
    ShardedPolicy sharded,
    @Nullable String certificates,
    String namespace,
    int slots,
    ScrapeLimits limits,
    List<String> inputs) {

  private static final int MOST_SLOTS = 64;

  /** The mode of the PeerAuthentication that holds for the workloads. */
  enum Mesh {
    STRICT,
    PERMISSIVE,
    DISABLE
  }

  /** What Istio's injector puts into the pods. */
  enum Sidecars {
    NONE,
    PLAIN,
    MERGING
  }

  /**
   * Takes the arguments for what they say.
   *
   * @throws Misuse when one of them cannot be used, or one is missing
   */
  static RenderOptions of(Arguments arguments) throws Misuse {
    String config =
        arguments
            .get(Option.CONFIG)
            .orElseThrow(
                () ->
                    new Misuse(
                        "render needs --config FILE: the Prometheus configuration, or - for stdin"));
    if (config.equals("-") && arguments.inputs().contains("-")) {
      throw new Misuse("render cannot read both the configuration and manifests from stdin");
    }
    boolean included = arguments.has(Option.INCLUDED);
    boolean remove = arguments.has(Option.REMOVE);
    return new RenderOptions(
        config,
        version(arguments.get(Option.PROMETHEUS_VERSION), included, remove),
        included,
        remove,
        arguments.has(Option.CHECK),
        arguments.one(Option.MESH, List.of(Mesh.values())),
        arguments.one(Option.SIDECARS, List.of(Sidecars.values())),
        arguments.one(Option.SHARDS, List.of(ShardedPolicy.values())),
        certificates(arguments),
        arguments.value(Option.NAMESPACE),
        slots(arguments.value(Option.SLOTS)),
        new ScrapeLimits(
            limit(arguments, Option.SAMPLE_LIMIT),
            limit(arguments, Option.LABEL_LIMIT),
            limit(arguments, Option.LABEL_NAME_LENGTH_LIMIT),
            limit(arguments, Option.LABEL_VALUE_LENGTH_LIMIT),
            size(arguments)),
        arguments.inputs());
  }

  private static PrometheusVersion version(
      Optional<String> version, boolean included, boolean remove) throws Misuse {
    if (version.isEmpty()) {
      if (remove) {
        return IncludedFile.SINCE; // nothing is written that a version would have to know
      }
      throw new Misuse(
          "render needs --prometheus-version, such as 2.42.0: it decides which keys may be written");
    }
    PrometheusVersion read;
    try {
      read = PrometheusVersion.parse(version.get());
    } catch (IllegalArgumentException e) {
      throw new Misuse("--prometheus-version " + version.get() + " is no version such as 2.42.0");
    }
    if (included && read.compareTo(IncludedFile.SINCE) < 0) {
      throw new Misuse(
          "--included needs Prometheus 2.43 or later, which reads scrape_config_files; this is "
              + version.get());
    }
    return read;
  }

  private static @Nullable String certificates(Arguments arguments) throws Misuse {
    Optional<String> given = arguments.get(Option.CERTIFICATES);
    if (given.isEmpty()) {
      return null;
    }
    return OperatorConfig.directory(given.get())
        .orElseThrow(
            () ->
                new Misuse(
                    "%s takes an absolute path without spaces, such as /etc/prom-certs, not %s"
                        .formatted(Option.CERTIFICATES, given.get())));
  }

  private static int slots(String value) throws Misuse {
    int slots = value.matches("[0-9]{1,2}") ? Integer.parseInt(value) : 0;
    if (slots < 1 || slots > MOST_SLOTS) {
      throw new Misuse("%s takes 1 to %d, not %s".formatted(Option.SLOTS, MOST_SLOTS, value));
    }
    return slots;
  }

  private static int limit(Arguments arguments, Option option) throws Misuse {
    String value = arguments.get(option).orElse("");
    return OperatorConfig.limit(value)
        .orElseThrow(
            () ->
                new Misuse(
                    "%s takes %s, not %s"
                        .formatted(option, Setting.SAMPLE_LIMIT.allowed(), value)));
  }

  private static String size(Arguments arguments) throws Misuse {
    String value = arguments.get(Option.BODY_SIZE_LIMIT).orElse("");
    return OperatorConfig.size(value)
        .orElseThrow(
            () ->
                new Misuse(
                    "%s takes %s, not %s"
                        .formatted(
                            Option.BODY_SIZE_LIMIT, Setting.BODY_SIZE_LIMIT.allowed(), value)));
  }
}
