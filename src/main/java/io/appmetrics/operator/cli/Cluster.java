package io.appmetrics.operator.cli;

import io.appmetrics.operator.runtime.CannotStart;
import io.fabric8.kubernetes.client.Config;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Which cluster: the one of KUBECONFIG, else of ~/.kube/config, else the one that we run in. */
final class Cluster {
  private Cluster() {}

  /**
   * How to reach it.
   *
   * @throws CannotStart when nothing names a cluster; the client library would go for a default
   *     address then, and fail with its name
   */
  static Config config(Map<String, String> environment) throws CannotStart {
    List<Path> named =
        Stream.of(environment.getOrDefault("KUBECONFIG", "").split(File.pathSeparator, -1))
            .filter(file -> !file.isBlank())
            .map(Path::of)
            .toList();
    if (!named.isEmpty() && named.stream().noneMatch(Files::isRegularFile)) {
      throw new CannotStart(
          "KUBECONFIG names %s, which is no file".formatted(named.get(0))
              + "; name one, or unset it to use ~/.kube/config");
    }
    Config config = automatic();
    if (config.getCurrentContext() == null && !isPod(environment)) {
      List<Path> files =
          named.isEmpty()
              ? List.of(Path.of(System.getProperty("user.home"), ".kube", "config"))
              : named;
      throw new CannotStart(
          files.stream()
              .filter(Files::isRegularFile)
              .findFirst()
              .map(
                  file ->
                      file + " has no current context; choose one: kubectl config use-context NAME")
              .orElse(
                  "nothing names a cluster: there is no KUBECONFIG, no ~/.kube/config, and this is"
                      + " no pod; set KUBECONFIG to a kubeconfig file"));
    }
    return config;
  }

  private static Config automatic() throws CannotStart {
    try {
      return Config.autoConfigure(null);
    } catch (RuntimeException e) {
      // without its cause, too: that quotes the line, and with it the token
      throw new CannotStart(
          "the kubeconfig cannot be read: "
              + withoutQuotedLines(String.valueOf(e.getMessage()))
              + "; see what kubectl config view says");
    }
  }

  /** The parser indents what it quotes of the file. */
  private static String withoutQuotedLines(String message) {
    return message
        .lines()
        .filter(line -> !line.startsWith("    "))
        .collect(Collectors.joining(" "))
        .strip()
        .replaceAll("\\s+", " ");
  }

  private static boolean isPod(Map<String, String> environment) {
    return environment.containsKey("KUBERNETES_SERVICE_HOST")
        && Files.isRegularFile(Path.of(Config.KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH));
  }
}
