package io.appmetrics.operator.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is to be scraped.
 *
 * @param targets the workloads, 1 to 16, unique by kind and name
 * @param suspend true: nothing is written for this resource until it is false again
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record AppMetricsSpec(List<Target> targets, @Nullable Boolean suspend) {

  /** Whether the operator is to leave everything as it stands. */
  public boolean suspended() {
    return Boolean.TRUE.equals(suspend);
  }
}
