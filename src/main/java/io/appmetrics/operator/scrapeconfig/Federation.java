package io.appmetrics.operator.scrapeconfig;

import java.util.Collections;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What one Prometheus pulls of what another has scraped.
 *
 * @param source the other
 * @param jobs the label {@code job} of the series that are pulled
 */
public record Federation(Source source, SortedSet<String> jobs) {

  /** The name of our job that pulls. */
  public static final String JOB = "appmetrics-federate";

  public Federation {
    jobs = Collections.unmodifiableSortedSet(new TreeSet<>(jobs));
  }

  /** Where the other Prometheus answers. */
  public sealed interface Source {}

  /**
   * Its pods, as they are discovered.
   *
   * @param labels what they carry
   * @param port where it listens
   * @param routePrefix before each of its paths; empty, or a path without a final slash
   */
  public record Pods(
      String namespace, SortedMap<String, String> labels, int port, String routePrefix)
      implements Source {
    public Pods {
      labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
    }
  }

  /**
   * One address.
   *
   * @param scheme {@code http} or {@code https}
   * @param authority host and port
   * @param routePrefix before each of its paths; empty, or a path without a final slash
   */
  public record Address(String scheme, String authority, String routePrefix) implements Source {}
}
