package io.appmetrics.operator.route;

import io.appmetrics.operator.api.PortScheme;
import io.appmetrics.operator.mesh.Terms.Access;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A declared endpoint with its port resolved to a number and its defaults filled in.
 *
 * @param port the port number
 * @param path the path, beginning with a slash
 * @param declared what the user says about the scheme
 * @param interval a Prometheus duration; null: as the job does
 * @param timeout a Prometheus duration, present whenever interval is
 * @param params query parameters
 */
public record Endpoint(
    int port,
    String path,
    PortScheme declared,
    @Nullable String interval,
    @Nullable String timeout,
    SortedMap<String, String> params) {

  /** What makes an endpoint one and the same: everything else is a setting of it. */
  public record Key(int port, String path) {
    @Override
    public String toString() {
      return ":" + port + path;
    }
  }

  /** The identity of this endpoint on its workload. */
  public Key key() {
    return new Key(port, path);
  }

  /** This endpoint as a slot has it, whatever is declared now. */
  Endpoint withSettingsOf(Slot slot) {
    PortScheme scheme =
        declared == PortScheme.AUTO
            ? PortScheme.AUTO
            : switch (slot.scheme()) {
              case HTTP -> PortScheme.HTTP;
              case HTTPS -> PortScheme.HTTPS;
              case ISTIO_MUTUAL -> PortScheme.ISTIO_MUTUAL;
            };
    return new Endpoint(port, path, scheme, slot.interval(), slot.timeout(), slot.params());
  }

  /** This endpoint as {@code prometheus.io/*} have it, which hold none. */
  Endpoint withoutSettings() {
    return new Endpoint(port, path, declared, null, null, new TreeMap<>());
  }

  /** The scheme by which a slot speaks to a pod that is called on these terms. */
  public Scheme schemeOn(Access access) {
    return schemesOn(access).get(0);
  }

  /**
   * The schemes by which a job of the user's may speak to a pod that is called on these terms, that
   * of a slot first.
   */
  public List<Scheme> schemesOn(Access access) {
    return switch (declared) {
      case AUTO ->
          switch (access) {
            case PLAIN, MESH_ONLY -> List.of(Scheme.HTTP);
            case PLAIN_OR_MUTUAL_TLS -> List.of(Scheme.HTTP, Scheme.ISTIO_MUTUAL);
            case MUTUAL_TLS -> List.of(Scheme.ISTIO_MUTUAL);
          };
      case HTTP -> List.of(Scheme.HTTP);
      case HTTPS -> List.of(Scheme.HTTPS);
      case ISTIO_MUTUAL -> List.of(Scheme.ISTIO_MUTUAL);
    };
  }
}
