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
      --help      this text
      --version   the version

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
