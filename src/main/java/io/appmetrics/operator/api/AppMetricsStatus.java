package io.appmetrics.operator.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the operator has found out.
 *
 * @param observedGeneration the generation of the spec that this status speaks of
 * @param summary endpoints scraped / declared, such as 3/3
 * @param declared how many endpoints are declared
 * @param scraped how many of them are scraped on every pod that counts
 * @param conditions Ready, one for each link of the chain, and Reconciling or Stalled while true
 * @param targets counts for each target
 * @param endpoints one entry for each endpoint, at most 64, the broken ones first
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record AppMetricsStatus(
    @Nullable Long observedGeneration,
    @Nullable String summary,
    @Nullable Integer declared,
    @Nullable Integer scraped,
    @Nullable List<Condition> conditions,
    @Nullable List<TargetStatus> targets,
    @Nullable List<EndpointStatus> endpoints) {}
