package io.appmetrics.operator.mesh;

import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The release of the Istio that a pod's proxy is of, as far as the tag of its image tells.
 *
 * @param minor the 5 of 1.5; empty when nobody can tell
 */
public record ProxyRelease(OptionalInt minor) {

  /** Nobody can tell. */
  public static final ProxyRelease UNKNOWN = new ProxyRelease(OptionalInt.empty());

  /** The first that reads PeerAuthentications, and is PERMISSIVE where nothing is said. */
  private static final int FIRST_WITH_PEER_AUTHENTICATION = 5;

  /** The first that reads no Policy and no MeshPolicy (release notes of 1.6). */
  private static final int FIRST_WITHOUT_ALPHA = 6;

  private static final Pattern TAG = Pattern.compile(".*:v?1\\.(\\d{1,4})(\\D.*)?");

  /** By the image of a proxy, such as {@code docker.io/istio/proxyv2:1.0.5}. */
  public static ProxyRelease ofImage(String image) {
    Matcher tag = TAG.matcher(image);
    return tag.matches()
        ? new ProxyRelease(OptionalInt.of(Integer.parseInt(tag.group(1))))
        : UNKNOWN;
  }

  /** Whether it is told of {@link AlphaPolicy}: upgrades have left many behind. */
  public boolean readsAlpha() {
    return minor.isEmpty() || minor.getAsInt() < FIRST_WITHOUT_ALPHA;
  }

  /**
   * Whether PERMISSIVE takes any client's TLS: 1.0 tells TLS from plaintext by its first bytes, and
   * from 1.1 on TLS must name Istio's own protocol, which Prometheus does not (istio#20011).
   */
  boolean permitsAnyTls() {
    return minor.isPresent() && minor.getAsInt() == 0;
  }

  /** What holds where no policy says anything: up to 1.4 mutual TLS was off. */
  MutualTls byDefault() {
    return minor.isPresent() && minor.getAsInt() < FIRST_WITH_PEER_AUTHENTICATION
        ? MutualTls.DISABLE
        : MutualTls.PERMISSIVE;
  }
}
