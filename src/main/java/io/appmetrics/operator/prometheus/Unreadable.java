package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.apiserver.ApiFailure;

/** The API server did not show what a pass decides on; the message is for the user. */
final class Unreadable extends Exception {
  private static final long serialVersionUID = 1L;

  private Unreadable(String words, Throwable cause) {
    super(words, cause);
  }

  /**
   * An object, or a list of them, was not read.
   *
   * @param what was to be read
   * @param grant the rights to it, as one adds them to a Role: verbs, resource and names
   */
  static Unreadable of(
      WorkloadRef workload, String what, String grant, ApiFailure failure, Throwable cause) {
    return new Unreadable(
        switch (failure.kind()) {
          case REFUSED ->
              "The operator may not read %s (%s), so nothing can be said of what Prometheus is to run: allow %s in Role appmetrics-operator-installation of namespace %s (deploy/installation; docs/operations.md, \"Another Prometheus\")"
                  .formatted(what, failure.words(), grant, workload.namespace());
          case OVERTAKEN, UNAVAILABLE ->
              "The API server does not show %s (%s), so nothing can be said of what Prometheus is to run: see whether it is well, and whether the operator reaches it"
                  .formatted(what, failure.words());
        },
        cause);
  }

  /** A failure that nobody foresaw. */
  static Unreadable of(WorkloadRef workload, RuntimeException failure) {
    return new Unreadable(
        "The operator fails to look at %s (%s): its log has more".formatted(workload, failure),
        failure);
  }

  /** The message, which is always there. */
  String words() {
    return String.valueOf(getMessage());
  }
}
