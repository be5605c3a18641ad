package io.appmetrics.operator.relabel;

import java.time.Duration;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A target that a job makes.
 *
 * @param url what {@code /api/v1/targets} calls scrapeUrl
 * @param labels those that its series get
 * @param hidden those that begin with two underscores: not seen anywhere, but with labels and URL
 *     they are the target's identity, by which duplicates in a job become one
 */
public record PredictedTarget(
    String url,
    String scheme,
    Duration interval,
    Duration timeout,
    SortedMap<String, String> labels,
    SortedMap<String, String> hidden) {

  public PredictedTarget {
    labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
    hidden = Collections.unmodifiableSortedMap(new TreeMap<>(hidden));
  }
}
