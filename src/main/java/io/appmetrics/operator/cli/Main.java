package io.appmetrics.operator.cli;

/** The entry point of the jar. */
public final class Main {
  private Main() {}

  /** Runs the operator against the current KUBECONFIG. */
  public static void main(String[] args) {
    System.err.println("appmetrics-operator: no command is built yet");
    System.exit(2);
  }
}
