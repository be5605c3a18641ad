package io.appmetrics.operator.cli;

import io.appmetrics.operator.api.AppMetricsSpec;
import io.appmetrics.operator.api.Port;
import io.appmetrics.operator.api.PortScheme;
import io.appmetrics.operator.api.Target;
import io.appmetrics.operator.api.TargetKind;
import io.appmetrics.operator.schema.FieldPath;
import io.fabric8.kubernetes.api.model.IntOrString;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An AppMetrics that the API server would take.
 *
 * @param spec with its defaults
 */
record Declared(Manifest manifest, AppMetricsSpec spec) {

  /**
   * Of what the schema has let through; by hand, since a mapper would take as long as all the rest.
   *
   * @param value the object with its defaults
   */
  static Declared of(Manifest manifest, @Nullable Object value) {
    List<Target> targets = new ArrayList<>();
    for (Object target : list(at(at(value, "spec"), "targets"))) {
      List<Port> ports = new ArrayList<>();
      list(at(target, "ports")).forEach(port -> ports.add(port(port)));
      targets.add(
          new Target(
              one(TargetKind.class, text(target, "kind")),
              String.valueOf(at(target, "name")),
              ports));
    }
    return new Declared(
        manifest,
        new AppMetricsSpec(targets, Boolean.TRUE.equals(at(at(value, "spec"), "suspend"))));
  }

  private static Port port(Object port) {
    Object number = at(port, "port");
    Map<String, String> params = new TreeMap<>();
    if (at(port, "params") instanceof Map<?, ?> given) {
      given.forEach((key, value) -> params.put(key.toString(), value.toString()));
    }
    return new Port(
        number instanceof Long value
            ? new IntOrString(value.intValue())
            : new IntOrString(String.valueOf(number)),
        text(port, "path"),
        one(PortScheme.class, text(port, "scheme")),
        text(port, "interval"),
        text(port, "timeout"),
        params);
  }

  /** The names of these constants are those of the schema, in other letters. */
  private static <E extends Enum<E>> E one(Class<E> type, @Nullable String value) {
    for (E constant : type.getEnumConstants()) {
      if (constant.name().replace("_", "").equalsIgnoreCase(value)) {
        return constant;
      }
    }
    throw new IllegalStateException("the schema knows a value that the code does not: " + value);
  }

  private static @Nullable String text(@Nullable Object from, String key) {
    return at(from, key) instanceof String text ? text : null;
  }

  private static List<?> list(@Nullable Object list) {
    return list instanceof List<?> items ? items : List.of();
  }

  private static @Nullable Object at(@Nullable Object from, String key) {
    return from instanceof Map<?, ?> map ? map.get(key) : null;
  }

  String namespace() {
    return manifest.namespace();
  }

  String name() {
    return manifest.name();
  }

  /** Where the port of an endpoint stands. */
  Manifest.Position port(int target, int port) {
    return manifest.at(new FieldPath(List.of("spec", "targets", target, "ports", port, "port")));
  }

  @Override
  public String toString() {
    return "AppMetrics " + namespace() + "/" + name();
  }
}
