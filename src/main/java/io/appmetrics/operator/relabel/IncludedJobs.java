package io.appmetrics.operator.relabel;

import java.util.List;
import java.util.Set;

/**
 * Jobs that a configuration includes by {@code scrape_config_files}: a running Prometheus does not
 * show them, but each that it runs has a scrape pool.
 *
 * @param files the texts of the files, in the order in which Prometheus reads them
 * @param pools the names of the scrape pools; a job without one does not run
 */
public record IncludedJobs(List<String> files, Set<String> pools) {

  /** Of a configuration that includes nothing, or of which nobody knows what it includes. */
  public static final IncludedJobs NONE = new IncludedJobs(List.of(), Set.of());

  public IncludedJobs {
    files = List.copyOf(files);
    pools = Set.copyOf(pools);
  }
}
