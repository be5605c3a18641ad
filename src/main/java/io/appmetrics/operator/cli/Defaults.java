package io.appmetrics.operator.cli;

import io.appmetrics.operator.api.AppMetricsSpec;
import io.appmetrics.operator.api.Port;
import io.appmetrics.operator.api.Target;
import io.appmetrics.operator.api.TargetKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What the API server makes of an AppMetrics before anybody reads it. */
final class Defaults {
  private Defaults() {}

  /**
   * Fills in what is left out.
   *
   * @throws Misuse when that cannot be left out
   */
  static AppMetricsSpec of(AppMetricsSpec spec, Manifests.Position position) throws Misuse {
    List<Target> targets = new ArrayList<>();
    for (@Nullable Target target : required(spec.targets(), "targets", position)) {
      Target given = required(target, "a target", position);
      String name = required(given.name(), "the name of a target", position);
      List<Port> ports = required(given.ports(), "the ports of target " + name, position);
      for (Port port : ports) {
        required(port.port(), "the port of an endpoint of target " + name, position);
      }
      targets.add(
          new Target(Objects.requireNonNullElse(given.kind(), TargetKind.DEPLOYMENT), name, ports));
    }
    return new AppMetricsSpec(targets, spec.suspend());
  }

  private static <T> T required(@Nullable T value, String what, Manifests.Position position)
      throws Misuse {
    if (value == null) {
      throw new Misuse(position + ": " + what + " is missing in this spec");
    }
    return value;
  }
}
