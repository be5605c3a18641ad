package io.appmetrics.operator.cli;

import io.appmetrics.operator.apiserver.Deeds;
import io.appmetrics.operator.runtime.CannotStart;
import io.appmetrics.operator.runtime.OperatorConfig;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/** The entry point of the jar. */
public final class Main {
  private static final int DONE = 0;
  private static final int FAILED = 1;
  private static final int MISUSED = 2;

  private Main() {}

  /** Runs a command; without one, the operator against the current KUBECONFIG. */
  public static void main(String[] args) {
    System.exit(execute(args, System.getenv(), System.in, System.out, System.err));
  }

  static int execute(
      String[] args,
      Map<String, String> environment,
      InputStream in,
      PrintStream out,
      PrintStream err) {
    String command = args.length == 0 ? "run" : args[0];
    if (command.equals("render")) {
      return new Render(in, out, err).execute(List.of(args).subList(1, args.length));
    }
    if (args.length > 1) {
      return misused("%s takes no argument: %s".formatted(command, args[1]), err);
    }
    return switch (command) {
      case "run" -> run(environment, err);
      case "--help", "-h", "help" -> printed(Usage.text(), out);
      case "--version", "version" -> printed("appmetrics-operator " + version() + "\n", out);
      default -> misused("there is no command " + command, err);
    };
  }

  private static int printed(String text, PrintStream out) {
    out.print(text);
    return DONE;
  }

  private static int run(Map<String, String> environment, PrintStream err) {
    try {
      Run.untilAsked(OperatorConfig.from(environment), environment, Deeds.UNWATCHED);
      return DONE;
    } catch (CannotStart e) {
      err.println("appmetrics-operator: " + e.getMessage());
      return FAILED;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return FAILED;
    } catch (RuntimeException e) {
      // Threads that are not daemons would keep a process alive that does nothing.
      // here, since a command that only prints would wait half a second for its logger
      LoggerFactory.getLogger(Main.class).error("the operator failed", e);
      return FAILED;
    }
  }

  private static int misused(String what, PrintStream err) {
    err.println("appmetrics-operator: " + what + "; --help lists what there is");
    return MISUSED;
  }

  /** The version of the jar; a build that runs from classes has none. */
  static String version() {
    return Optional.ofNullable(Main.class.getPackage().getImplementationVersion())
        .orElse("(no version)");
  }
}
