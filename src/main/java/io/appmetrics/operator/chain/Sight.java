package io.appmetrics.operator.chain;

import io.appmetrics.operator.prometheus.ScrapeFacts;
import io.appmetrics.operator.prometheus.WorkloadRef;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one Prometheus installation.
 *
 * @param installation which one
 * @param facts what its loop last published; null before its first pass
 */
public record Sight(WorkloadRef installation, @Nullable ScrapeFacts facts) {}
