package io.appmetrics.operator.relabel;

/** The rules have made something that is no target. */
final class RefusedTarget extends Exception {

  private static final long serialVersionUID = 1L;

  private final String problem;

  RefusedTarget(String problem) {
    super(problem);
    this.problem = problem;
  }

  String problem() {
    return problem;
  }
}
