package io.appmetrics.operator.cluster.node;

import java.io.IOException;

/** What an image runs. */
interface Program {

  /** Starts it, once per start of a container. */
  Running start(ContainerInstance container) throws IOException;

  /** True when it runs below a root of its own, of which a pod's directory can be but one. */
  default boolean needsRoot() {
    return false;
  }
}
