package io.appmetrics.operator.relabel;

import java.util.regex.Pattern;

/**
 * What Istio's injector is set to.
 *
 * @param merges {@code meshConfig.enablePrometheusMerge}, on by default
 * @param agentPort {@code meshConfig.defaultConfig.statusPort}, 15020 by default
 * @param securePort {@code ENVOY_SECURE_MERGED_METRICS_PORT} in the mesh's {@code proxyMetadata},
 *     where the agent's metrics are served by mutual TLS; empty by default
 */
public record Injector(Release release, boolean merges, int agentPort, String securePort) {

  /** Where the agent serves its metrics, unless the mesh is set otherwise. */
  public static final int DEFAULT_AGENT_PORT = 15020;

  /** As a mesh is without settings of its own. */
  public static Injector ofDefaults(Release release) {
    return new Injector(release, true, DEFAULT_AGENT_PORT, "");
  }

  /** How an injector reads annotations, by the first release that does. */
  public enum Release {
    /** In one spelling, and {@code prometheus.io/scrape: "false"} keeps it from nothing. */
    V1_7,
    /** In all spellings, and a false keeps it away (istio#36959). */
    V1_13,
    /** {@code scrape-targets} and {@code secure-port}; what cannot be fetched is refused. */
    V1_31;

    private static final Pattern TAG = Pattern.compile(".*:v?(\\d{1,4})\\.(\\d{1,4})(\\D.*)?");

    /**
     * By the tag of a proxy's image, such as {@code docker.io/istio/proxyv2:1.30.2-distroless}; the
     * one that most meshes have when the tag does not tell.
     */
    public static Release ofImage(String image) {
      var tag = TAG.matcher(image);
      if (!tag.matches()) {
        return V1_13;
      }
      var release = Integer.parseInt(tag.group(1)) * 10_000 + Integer.parseInt(tag.group(2));
      if (release >= 1_0031) {
        return V1_31;
      }
      return release >= 1_0013 ? V1_13 : V1_7;
    }
  }
}
