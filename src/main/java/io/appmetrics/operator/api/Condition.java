package io.appmetrics.operator.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One condition, in the shape of Kubernetes' metav1.Condition.
 *
 * @param type the name of the condition, such as Ready
 * @param status True, False or Unknown
 * @param reason one CamelCase word, an entry of docs/reasons.md
 * @param message one sentence: what is the case, and what to do when it is wrong
 * @param lastTransitionTime when the status last changed, to the second
 * @param observedGeneration the generation of the spec that this condition speaks of
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Condition(
    String type,
    String status,
    String reason,
    String message,
    Instant lastTransitionTime,
    @Nullable Long observedGeneration) {}
