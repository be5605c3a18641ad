package io.appmetrics.operator.cli;

import io.appmetrics.operator.runtime.OperatorConfig.Setting;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The text of {@code --help}. */
final class Usage {
  private Usage() {}

  static String text() {
    return """
    Usage: java -jar appmetrics-operator.jar [COMMAND]

      run         the operator, against the current KUBECONFIG, or the cluster that it runs in (default)
      render      the configuration of Prometheus with the operator's jobs in it, to stdout:
                  render --config FILE --prometheus-version VERSION [OPTIONS] [FILE|DIRECTORY]...
      --help      this text
      --version   the version

    Options of render (manifests: AppMetrics, and the workloads that they name; - is stdin):
      --config FILE                   the Prometheus configuration, such as prometheus.yml
      --prometheus-version VERSION    decides which keys may be written
      --included                      print the file of the jobs' own, for scrape_config_files
      --remove                        print the configuration without the operator's jobs
      --check                         print the difference; exit 1 when there is one
      --mesh strict|permissive|disable       what PeerAuthentication demands; default permissive
      --sidecars none|plain|merging          what runs in the pods; default merging
      --certificates DIRECTORY        of the mesh's certificates in Prometheus' container
      --namespace NAMESPACE           that Prometheus runs in; default istio-system
      --slots N                       how many endpoints a workload may have; default 8
      --sample-limit N, --label-limit N, --label-name-length-limit N,
      --label-value-length-limit N, --body-size-limit SIZE
                                      what one scrape of the operator's jobs may bring

    Environment:
    """
        + Stream.of(Setting.values()).map(Usage::line).collect(Collectors.joining());
  }

  private static String line(Setting setting) {
    return "  %s%n      %s%n      %s%s%n"
        .formatted(
            setting.variable(),
            setting.meaning(),
            setting.allowed(),
            setting.unlessSet().isEmpty() ? "" : "; default " + setting.unlessSet());
  }
}
