package io.appmetrics.operator.cli;

import io.appmetrics.operator.runtime.OperatorConfig;
import io.appmetrics.operator.runtime.OperatorConfig.Setting;
import io.appmetrics.operator.scrapeconfig.IncludedFile;
import io.appmetrics.operator.scrapeconfig.PrometheusVersion;
import io.appmetrics.operator.scrapeconfig.ScrapeLimits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
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
    @Nullable String certificates,
    String namespace,
    int slots,
    ScrapeLimits limits,
    List<String> inputs) {

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
   * Reads the arguments behind {@code render}.
   *
   * @throws Misuse when one of them cannot be used
   */
  static RenderOptions of(List<String> arguments) throws Misuse {
    String config = null;
    String version = null;
    boolean included = false;
    boolean remove = false;
    boolean check = false;
    Mesh mesh = Mesh.PERMISSIVE;
    Sidecars sidecars = Sidecars.MERGING;
    String certificates = null;
    String namespace = "istio-system";
    int slots = 8;
    int samples = 0;
    int labels = 0;
    int nameLength = 0;
    int valueLength = 0;
    String bodySize = "";
    List<String> inputs = new ArrayList<>();
    Iterator<String> rest = arguments.iterator();
    while (rest.hasNext()) {
      String argument = rest.next();
      switch (argument) {
        case "--config" -> config = value(argument, rest);
        case "--prometheus-version" -> version = value(argument, rest);
        case "--included" -> included = true;
        case "--remove" -> remove = true;
        case "--check" -> check = true;
        case "--mesh" -> mesh = one(Mesh.class, argument, value(argument, rest));
        case "--sidecars" -> sidecars = one(Sidecars.class, argument, value(argument, rest));
        case "--certificates" -> certificates = directory(argument, value(argument, rest));
        case "--namespace" -> namespace = value(argument, rest);
        case "--slots" -> slots = slots(argument, value(argument, rest));
        case "--sample-limit" -> samples = limit(argument, value(argument, rest));
        case "--label-limit" -> labels = limit(argument, value(argument, rest));
        case "--label-name-length-limit" -> nameLength = limit(argument, value(argument, rest));
        case "--label-value-length-limit" -> valueLength = limit(argument, value(argument, rest));
        case "--body-size-limit" -> bodySize = size(argument, value(argument, rest));
        default -> {
          if (argument.startsWith("-") && !argument.equals("-")) {
            throw new Misuse("render has no option " + argument);
          }
          inputs.add(argument);
        }
      }
    }
    if (config == null) {
      throw new Misuse("render needs --config FILE: the Prometheus configuration, or - for stdin");
    }
    if (config.equals("-") && inputs.contains("-")) {
      throw new Misuse("render cannot read both the configuration and manifests from stdin");
    }
    return new RenderOptions(
        config,
        version(version, included, remove),
        included,
        remove,
        check,
        mesh,
        sidecars,
        certificates,
        namespace,
        slots,
        new ScrapeLimits(samples, labels, nameLength, valueLength, bodySize),
        List.copyOf(inputs));
  }

  private static String value(String option, Iterator<String> rest) throws Misuse {
    if (!rest.hasNext()) {
      throw new Misuse(option + " needs a value");
    }
    return rest.next();
  }

  private static PrometheusVersion version(
      @Nullable String version, boolean included, boolean remove) throws Misuse {
    if (version == null) {
      if (remove) {
        return IncludedFile.SINCE; // nothing is written that a version would have to know
      }
      throw new Misuse(
          "render needs --prometheus-version, such as 2.42.0: it decides which keys may be written");
    }
    PrometheusVersion read;
    try {
      read = PrometheusVersion.parse(version);
    } catch (IllegalArgumentException e) {
      throw new Misuse("--prometheus-version " + version + " is no version such as 2.42.0");
    }
    if (included && read.compareTo(IncludedFile.SINCE) < 0) {
      throw new Misuse(
          "--included needs Prometheus 2.43 or later, which reads scrape_config_files; this is "
              + version);
    }
    return read;
  }

  private static <E extends Enum<E>> E one(Class<E> of, String option, String value) throws Misuse {
    for (E constant : of.getEnumConstants()) {
      if (constant.name().equalsIgnoreCase(value)) {
        return constant;
      }
    }
    throw new Misuse(
        "%s takes %s, not %s"
            .formatted(
                option,
                Arrays.stream(of.getEnumConstants())
                    .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                    .collect(Collectors.joining(", ")),
                value));
  }

  private static String directory(String option, String value) throws Misuse {
    return OperatorConfig.directory(value)
        .orElseThrow(
            () ->
                new Misuse(
                    option
                        + " takes an absolute path without spaces, such as /etc/prom-certs, not "
                        + value));
  }

  private static int limit(String option, String value) throws Misuse {
    return OperatorConfig.limit(value)
        .orElseThrow(
            () ->
                new Misuse(
                    "%s takes %s, not %s"
                        .formatted(option, Setting.SAMPLE_LIMIT.allowed(), value)));
  }

  private static String size(String option, String value) throws Misuse {
    return OperatorConfig.size(value)
        .orElseThrow(
            () ->
                new Misuse(
                    "%s takes %s, not %s"
                        .formatted(option, Setting.BODY_SIZE_LIMIT.allowed(), value)));
  }

  private static int slots(String option, String value) throws Misuse {
    if (!value.matches("[0-9]{1,2}")
        || Integer.parseInt(value) < 1
        || Integer.parseInt(value) > 64) {
      throw new Misuse(option + " takes 1 to 64, not " + value);
    }
    return Integer.parseInt(value);
  }
}
