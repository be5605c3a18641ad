package io.appmetrics.operator.api;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** Counts for one target. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonClassDescription("Counts for one target.")
public record TargetStatus(
    @JsonPropertyDescription("The kind of the workload.") @Required @Size(max = 63) String kind,
    @JsonPropertyDescription("The name of the workload.") @Required @Size(max = 253) String name,
    @JsonPropertyDescription(
            """
            Pods that count: those that have been ready for twice the scrape interval, at least \
            30 s, or that are up already.\
            """)
        @Min(0)
        @Nullable Integer pods,
    @JsonPropertyDescription("Endpoints declared.") @Min(0) @Nullable Integer endpoints,
    @JsonPropertyDescription("Endpoints that are up on every pod that counts.") @Min(0)
        @Nullable Integer scraped,
    @JsonPropertyDescription(
            """
            How often the operator has written the workload's pod template since the spec last \
            changed. After 3 it stops: another writer takes the annotations away.\
            """)
        @Min(0)
        @Nullable Integer templateWrites) {

  /** The same with another count of writes. */
  public TargetStatus withTemplateWrites(int writes) {
    return new TargetStatus(kind, name, pods, endpoints, scraped, writes);
  }
}
