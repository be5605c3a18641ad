package io.appmetrics.operator.mesh;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * A PeerAuthentication (security.istio.io).
 *
 * @param created among equals the oldest counts
 * @param selector the labels of the pods that it is for; empty: every pod of its namespace
 * @param mode what it says of every port
 * @param ports what it says of single ports, by the number that the container listens on
 */
public record PeerAuthentication(
    String namespace,
    String name,
    Instant created,
    Map<String, String> selector,
    MutualTls mode,
    Map<Integer, MutualTls> ports) {

  public PeerAuthentication {
    selector = Map.copyOf(selector);
    ports = Map.copyOf(ports);
  }

  boolean isForAll() {
    return selector.isEmpty();
  }

  boolean selects(Map<String, String> labels) {
    return labels.entrySet().containsAll(selector.entrySet());
  }

  /** What it says of every port, if it says anything. */
  Optional<MeshPolicy.Effective> says() {
    return said(mode, toString());
  }

  /** What it says of one port, if it says anything. */
  Optional<MeshPolicy.Effective> saysOf(int port) {
    return said(ports.getOrDefault(port, MutualTls.UNSET), "port " + port + " of " + this);
  }

  private static Optional<MeshPolicy.Effective> said(MutualTls mode, String source) {
    return mode == MutualTls.UNSET
        ? Optional.empty()
        : Optional.of(new MeshPolicy.Effective(mode, source, false));
  }

  /** As a message names it. */
  @Override
  public String toString() {
    return "PeerAuthentication " + namespace + "/" + name;
  }
}
