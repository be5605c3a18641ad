package io.appmetrics.operator.scrapeconfig;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What a running Prometheus says it has loaded ({@code /api/v1/status/config}): re-marshalled with
 * its defaults, without comments.
 *
 * @param jobNames every job, also those that have no scrape pool
 * @param markerDigests the digests that marker jobs name; one when our block is loaded
 * @param globalScrapeInterval how often a job without an interval of its own scrapes
 * @param tlsFiles by job, where the job's {@code tls_config} names all three files
 */
public record LoadedConfig(
    Set<String> jobNames,
    Set<String> markerDigests,
    Duration globalScrapeInterval,
    Map<String, TlsFiles> tlsFiles) {

  public LoadedConfig {
    jobNames = Set.copyOf(jobNames);
    markerDigests = Set.copyOf(markerDigests);
    tlsFiles = Map.copyOf(tlsFiles);
  }

  /**
   * Reads the text.
   *
   * @throws UnparsableConfig when it is no Prometheus configuration
   */
  public static LoadedConfig parse(String yaml) throws UnparsableConfig {
    var tree = ConfigTree.read(new YamlText(MarkedText.unmarked(yaml)));
    var names = new HashSet<String>();
    var digests = new HashSet<String>();
    var tls = new HashMap<String, TlsFiles>();
    for (var found : tree.jobs()) {
      var job = found.job();
      names.add(job.name());
      if (job.name().startsWith(ScrapeBlock.MARKER_PREFIX)) {
        digests.add(job.name().substring(ScrapeBlock.MARKER_PREFIX.length()));
      }
      if (job.tlsFiles() != null) {
        tls.put(job.name(), job.tlsFiles());
      }
    }
    return new LoadedConfig(names, digests, tree.globalScrapeInterval(), tls);
  }
}
