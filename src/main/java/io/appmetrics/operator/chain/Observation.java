package io.appmetrics.operator.chain;

import io.appmetrics.operator.prometheus.ScrapeFacts;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything that one reconciliation decides on.
 *
 * @param namespace of the AppMetrics
 * @param name of the AppMetrics
 * @param suspended whether nothing is to be written for it
 * @param targets what was seen of each target, in the order of the spec
 * @param facts what the installation loop last published; null before its first pass
 * @param slotLimit the highest slot number that the admin allows
 * @param now when this was seen
 */
public record Observation(
    String namespace,
    String name,
    boolean suspended,
    List<TargetObservation> targets,
    @Nullable ScrapeFacts facts,
    int slotLimit,
    Instant now) {}
