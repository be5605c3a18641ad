package io.appmetrics.operator.mesh;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A Policy or MeshPolicy of Istio 1.0 to 1.5 (authentication.istio.io/v1alpha1).
 *
 * @param namespace null for a MeshPolicy
 * @param created among equals the oldest counts
 * @param mode what its peers amount to, never {@link MutualTls#UNSET}: one that demands no mutual
 *     TLS demands plaintext
 * @param targets the Services that it is for; empty: every one of its namespace
 */
public record AlphaPolicy(
    @Nullable String namespace,
    String name,
    Instant created,
    MutualTls mode,
    List<Target> targets) {

  /** The only MeshPolicy that counts. */
  private static final String DEFAULT = "default";

  public AlphaPolicy {
    targets = List.copyOf(targets);
  }

  /**
   * A Service that a policy is for.
   *
   * @param service its name
   * @param ports its ports; empty: all
   */
  public record Target(String service, List<Port> ports) {
    public Target {
      ports = List.copyOf(ports);
    }

    boolean isOf(Service.Served served) {
      return service.equals(served.service())
          && (ports.isEmpty() || ports.stream().anyMatch(port -> port.is(served.port())));
    }

    boolean namesPorts() {
      return !ports.isEmpty();
    }
  }

  /** A port of a Service, by its number or by its name. */
  public record Port(@Nullable Integer number, @Nullable String name) {
    private boolean is(Service.Port port) {
      return number == null ? port.name().equals(name) : number == port.number();
    }
  }

  boolean isForMesh() {
    return namespace == null && name.equals(DEFAULT) && targets.isEmpty();
  }

  boolean isForNamespace(String of) {
    return of.equals(namespace) && targets.isEmpty();
  }

  MeshPolicy.Effective says() {
    return new MeshPolicy.Effective(mode, toString(), true);
  }

  /** As a message names it. */
  @Override
  public String toString() {
    return namespace == null ? "MeshPolicy " + name : "Policy " + namespace + "/" + name;
  }
}
