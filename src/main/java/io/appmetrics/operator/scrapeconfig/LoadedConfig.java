package io.appmetrics.operator.scrapeconfig;

import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/**
 * What a running Prometheus says it has loaded ({@code /api/v1/status/config}): re-marshalled with
 * its defaults, without comments.
 *
 * @param jobNames every job, also those that have no scrape pool
 * @param markerDigests the digests that marker jobs name; one when our block is loaded
 * @param globalScrapeInterval how often a job without an interval of its own scrapes
 */
public record LoadedConfig(
    Set<String> jobNames, Set<String> markerDigests, Duration globalScrapeInterval) {

  /** How often a job scrapes when nothing says else (config.go, DefaultGlobalConfig). */
  public static final Duration DEFAULT_SCRAPE_INTERVAL = Duration.ofMinutes(1);

  public LoadedConfig {
    jobNames = Set.copyOf(jobNames);
    markerDigests = Set.copyOf(markerDigests);
  }

  /**
   * Reads the text.
   *
   * @throws UnparsableConfig when it is no Prometheus configuration
   */
  public static LoadedConfig parse(String yaml) throws UnparsableConfig {
    var tree = ConfigTree.read(new YamlText(MarkedText.unmarked(essence(yaml))));
    var names = new HashSet<String>();
    var digests = new HashSet<String>();
    for (var found : tree.jobs()) {
      var job = found.job();
      names.add(job.name());
      if (job.name().startsWith(ScrapeBlock.MARKER_PREFIX)) {
        digests.add(job.name().substring(ScrapeBlock.MARKER_PREFIX.length()));
      }
    }
    return new LoadedConfig(names, digests, tree.globalScrapeInterval());
  }

  /** This, where what runs between the markers is not what the marker job names. */
  public LoadedConfig withoutMarkers() {
    return new LoadedConfig(jobNames, Set.of(), globalScrapeInterval);
  }

  /**
   * This, and our jobs of a file that it includes: their text is not shown, but each job that works
   * has a scrape pool, and the marker job always works.
   *
   * @param pools the names of the scrape pools
   * @param digests of our jobs as they should be loaded
   * @param jobs these jobs: with their marker, those are loaded, too, that have no pool for want of
   *     a certificate
   */
  public LoadedConfig including(
      Collection<String> pools, Set<String> digests, Collection<String> jobs) {
    var names = new HashSet<>(jobNames);
    // at once, while the pool of another marker is still to come
    names.addAll(SlotJobs.named(pools).names());
    var markers = new HashSet<>(markerDigests);
    for (var pool : pools) {
      if (pool.startsWith(ScrapeBlock.MARKER_PREFIX) && !jobNames.contains(pool)) {
        var digest = pool.substring(ScrapeBlock.MARKER_PREFIX.length());
        markers.add(digest);
        if (digests.contains(digest)) {
          names.addAll(jobs);
        }
        names.add(pool);
      }
    }
    return names.equals(jobNames) ? this : new LoadedConfig(names, markers, globalScrapeInterval);
  }

  /**
   * The text without what is not asked for, which is nearly all of it: a parser takes 250 ms for
   * 900 KiB when warm, and this is read as often as there is a change to wait for. Only for the
   * form in which Prometheus marshals; any other is left as it is.
   */
  private static String essence(String yaml) {
    if (!yaml.startsWith("scrape_configs:\n- job_name: ")
        && !yaml.contains("\nscrape_configs:\n- job_name: ")) {
      return yaml;
    }
    var essence = new StringBuilder();
    var section = "";
    var kept = true;
    for (var start = 0; start < yaml.length(); ) {
      var feed = yaml.indexOf('\n', start);
      var end = feed < 0 ? yaml.length() : feed + 1;
      var first = yaml.charAt(start);
      if (" -#\r\n".indexOf(first) < 0) {
        section = yaml.substring(start, end).strip();
        kept = section.equals("global:") || section.equals("scrape_configs:");
      } else if (section.equals("scrape_configs:") && isKeyOfJob(yaml, start)) {
        kept = first == '-';
      }
      if (kept) {
        essence.append(yaml, start, end);
      }
      start = end;
    }
    return essence.toString();
  }

  /** Whether the line begins an entry of a job: "- key" or " key", not deeper, not " - item". */
  private static boolean isKeyOfJob(String yaml, int start) {
    return yaml.charAt(start) == '-'
        || (yaml.startsWith("  ", start)
            && start + 2 < yaml.length()
            && " -\n".indexOf(yaml.charAt(start + 2)) < 0);
  }
}
