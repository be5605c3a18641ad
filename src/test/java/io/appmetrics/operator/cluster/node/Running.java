package io.appmetrics.operator.cluster.node;

import java.util.concurrent.CompletableFuture;

/** A program that was started. */
interface Running {

  /** Completed with the exit code when the program has ended. */
  CompletableFuture<Integer> exit();

  /** SIGTERM: it may take its time. */
  void terminate();

  /** SIGKILL. */
  void kill();
}
