package io.appmetrics.operator.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * Counts for one target.
 *
 * @param kind the kind of the workload
 * @param name the name of the workload
 * @param pods ready pods that count
 * @param endpoints endpoints declared
 * @param scraped endpoints that are up on all of those pods
 * @param templateWrites writes of the pod template since the spec last changed; the brake on a
 *     fight
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TargetStatus(
    String kind,
    String name,
    @Nullable Integer pods,
    @Nullable Integer endpoints,
    @Nullable Integer scraped,
    @Nullable Integer templateWrites) {}
