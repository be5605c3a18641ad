package io.appmetrics.operator.api;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is to be scraped. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonClassDescription("What is to be scraped.")
public record AppMetricsSpec(
    @JsonPropertyDescription(
            """
            The workloads whose pods serve metrics: 1 to 16 of them, each kind and name once. They \
            live in the namespace of the AppMetrics. Several AppMetrics may name one workload: its \
            endpoints are then their union.\
            """)
        @Required
        @Size(min = 1, max = 16)
        @ListMapKeys({"kind", "name"})
        List<Target> targets,
    @JsonPropertyDescription(
            """
            true: the operator writes nothing for this AppMetrics until it is false again. What it \
            has written stays, so that scraping goes on; Ready keeps its value, and its message \
            says that the AppMetrics is suspended. Default: false.\
            """)
        @Default("false")
        @Nullable Boolean suspend) {

  /** Whether the operator is to leave everything as it stands. */
  public boolean suspended() {
    return Boolean.TRUE.equals(suspend);
  }
}
