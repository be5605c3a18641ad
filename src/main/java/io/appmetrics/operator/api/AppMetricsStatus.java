package io.appmetrics.operator.api;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the operator has found out. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonClassDescription("What the operator has found out. Written by the operator alone.")
public record AppMetricsStatus(
    @JsonPropertyDescription(
            """
            The metadata.generation that this status speaks of. When it is smaller than that of \
            the resource, the operator has not looked at the latest change yet.\
            """)
        @Min(0)
        @Nullable Long observedGeneration,
    @JsonPropertyDescription("Endpoints scraped / declared, such as 2/3.")
        @Size(max = 16)
        @Pattern("^[0-9]+/[0-9]+$")
        @Nullable String summary,
    @JsonPropertyDescription("How many endpoints are declared.") @Min(0) @Nullable Integer declared,
    @JsonPropertyDescription(
            "How many of the declared endpoints are up on every pod on which they are expected.")
        @Min(0)
        @Nullable Integer scraped,
    @JsonPropertyDescription(
            """
            Ready, and one condition for each link of the chain, in the order in which data \
            flows: Accepted, TargetsFound, Annotated, ConfigWritten, ConfigLoaded, \
            CertificatesLoaded, TargetsUp. Ready has the reason and message of the first link \
            that does not hold; the links behind it are Unknown. Reconciling (the operator is at \
            it) and Stalled (it needs a human) are there only while they are True.\
            """)
        @Size(max = 16)
        @ListMapKeys("type")
        @Nullable List<Condition> conditions,
    @JsonPropertyDescription("One entry for each target: counts.")
        @Size(max = 16)
        @ListMapKeys({"kind", "name"})
        @Nullable List<TargetStatus> targets,
    @JsonPropertyDescription(
            "One entry for each endpoint, the broken ones first; the list ends after 64.")
        @Size(max = 64)
        @Nullable List<EndpointStatus> endpoints) {

  /** The same with other targets. */
  public AppMetricsStatus withTargets(List<TargetStatus> others) {
    return new AppMetricsStatus(
        observedGeneration, summary, declared, scraped, conditions, others, endpoints);
  }
}
