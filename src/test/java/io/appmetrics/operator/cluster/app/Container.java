package io.appmetrics.operator.cluster.app;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What a program sees of the container that it runs in. */
public interface Container {

  /** The arguments, with references to variables replaced. */
  List<String> arguments();

  /** The environment variables. */
  Map<String, String> environment();

  /** The address to listen on where the program would listen on all, or reach itself. */
  String address();

  /** The file or directory that {@code path} names in the container. */
  Path file(String path);

  /** Where its log goes. */
  PrintStream log();

  /** Ends the program, from within, with an exit code. */
  void exit(int code);

  /** The values of all {@code --name=value} among the arguments. */
  default List<String> options(String name) {
    var prefix = "--" + name + "=";
    return arguments().stream()
        .filter(argument -> argument.startsWith(prefix))
        .map(argument -> argument.substring(prefix.length()))
        .toList();
  }

  /** The value of {@code --name=value}, or {@code otherwise}. */
  default String option(String name, String otherwise) {
    return options(name).stream().findFirst().orElse(otherwise);
  }

  /** The container that this process itself is. */
  static Container ofProcess(String... arguments) {
    return new Container() {
      @Override
      public List<String> arguments() {
        return List.of(arguments);
      }

      @Override
      public Map<String, String> environment() {
        return System.getenv();
      }

      @Override
      public String address() {
        return "0.0.0.0";
      }

      @Override
      public Path file(String path) {
        return Path.of(path);
      }

      @Override
      public PrintStream log() {
        return System.err;
      }

      @Override
      public void exit(int code) {
        System.exit(code);
      }
    };
  }
}
