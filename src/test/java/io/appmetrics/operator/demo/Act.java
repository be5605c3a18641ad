package io.appmetrics.operator.demo;

import io.appmetrics.operator.cluster.program.Binary;

/** Which mesh the story is told of. */
enum Act {
  /** Istio's addon of today: a nudge or a reload cures. */
  TODAY("", Binary.PROMETHEUS_3),
  /** Istio 1.0 as it was shipped: nothing but a restart cures. */
  ISTIO_1_0("istio-1.0", Binary.PROMETHEUS_2_5);

  private final String argument;
  private final Binary prometheus;

  Act(String argument, Binary prometheus) {
    this.argument = argument;
    this.prometheus = prometheus;
  }

  /** The one that an argument of {@code demo} names, else today's. */
  static Act of(Iterable<String> arguments) {
    for (var given : arguments) {
      if (given.equals(ISTIO_1_0.argument)) {
        return ISTIO_1_0;
      }
    }
    return TODAY;
  }

  /** The Prometheus that stands for the one that is shipped. */
  Binary prometheus() {
    return prometheus;
  }
}
