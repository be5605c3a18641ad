package io.appmetrics.operator.chain;

import java.time.Instant;
import java.util.List;

/**
 * Everything that one reconciliation decides on.
 *
 * @param namespace of the AppMetrics
 * @param name of the AppMetrics
 * @param suspended whether nothing is to be written for it
 * @param ready whether its Ready is True, for the declaration as it is
 * @param targets what was seen of each target, in the order of the spec
 * @param sights the Prometheus installations, at least one, in the order in which the admin names
 *     them
 * @param slotLimit the highest slot number that the admin allows
 * @param now when this was seen
 */
public record Observation(
    String namespace,
    String name,
    boolean suspended,
    boolean ready,
    List<TargetObservation> targets,
    List<Sight> sights,
    int slotLimit,
    Instant now) {}
