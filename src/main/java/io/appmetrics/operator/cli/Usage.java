package io.appmetrics.operator.cli;

import io.appmetrics.operator.runtime.OperatorConfig.Setting;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The texts of {@code --help}. */
final class Usage {
  private Usage() {}

  static String text() {
    return """
    Usage: java -jar appmetrics-operator.jar [COMMAND]

      run         the operator, against the current KUBECONFIG, or the cluster that it runs in (default)
      render      the configuration of Prometheus with the operator's jobs in it, to stdout; see
                  render --help
      --help      this text
      --version   the version

    Environment:
    """
        + Stream.of(Setting.values()).map(Usage::line).collect(Collectors.joining());
  }

  /** What {@code render --help} says. */
  static String render() {
    return """
    Usage: java -jar appmetrics-operator.jar render --config FILE --prometheus-version VERSION
             [OPTIONS] [FILE|DIRECTORY]...

    Prints the configuration with the jobs in it that scrape what the AppMetrics among the inputs
    declare. Inputs are manifests in YAML or JSON: AppMetrics, and the workloads that they name; all
    else is passed over. A directory stands for the .yaml, .yml and .json in it, and - for stdin.

    """
        + Stream.of(Option.values()).map(Option::line).collect(Collectors.joining())
        + """

    Exit code: 0; 1 when --check finds a difference; 2 when something is wrong, which is told on stderr.
    """;
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
